package examples;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import countersign.webhooks.Dialect;
import countersign.webhooks.RequestHeaders;
import countersign.webhooks.Secrets;
import countersign.webhooks.Verified;
import countersign.webhooks.WebhookException;
import countersign.webhooks.Webhooks;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;

/** Receives Bitbucket Cloud's webhooks with nothing but the JDK. */
public final class JdkReceiver {
    /** Bitbucket Cloud sends 256 KB at most. Without a limit a stranger decides how much memory is used. */
    private static final int BODY_MAX = 1024 * 1024;

    private final Secrets secrets;

    private JdkReceiver(Secrets secrets) {
        this.secrets = secrets;
    }

    /** Serves on loopback, on the port given or any free one, and prints where. */
    public static void main(String[] arguments) throws IOException {
        int port = arguments.length == 0 ? 0 : Integer.parseInt(arguments[0]);
        JdkReceiver receiver = new JdkReceiver(ConfiguredSecret.read().checkedFor(Dialect.BITBUCKET_CLOUD));
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/webhook", receiver::handle);
        server.setExecutor(Executors.newFixedThreadPool(4));
        server.start();
        System.out.println("listening on " + server.getAddress().getPort());
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(BODY_MAX + 1);
            if (body.length > BODY_MAX) {
                answer(exchange, 413, "too large\n");
                return;
            }
            try {
                RequestHeaders headers = RequestHeaders.of(exchange.getRequestHeaders());
                accept(Webhooks.verify(Dialect.BITBUCKET_CLOUD, secrets, headers, body), body);
                answer(exchange, 202, "accepted\n");
            } catch (WebhookException refused) {
                System.err.println("refused: " + refused.reason().word());
                answer(exchange, 403, "forbidden\n");
            }
        }
    }

    /** Here the body may be parsed. Hand it on quickly: a sender waits for the answer. */
    private static void accept(Verified request, byte[] body) {
        System.err.println(request.eventKey() + " " + request.requestId() + ", " + body.length + " bytes");
    }

    private static void answer(HttpExchange exchange, int status, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
