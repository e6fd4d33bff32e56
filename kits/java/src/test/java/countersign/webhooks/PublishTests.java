package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Publishing, at a double of the server's endpoint. */
final class PublishTests {
    private static final String TOKEN = "cst_token_that_must_not_be_shown";
    private static final String PROBLEM = "application/problem+json";

    private PublishTests() {}

    /** A request as the double got it. */
    private record Got(String method, String uri, Headers headers, byte[] body) {}

    /** Answers everything in one way and keeps what it got. */
    private static final class ServerDouble implements AutoCloseable {
        final List<Got> got = new ArrayList<>();
        final CountDownLatch done = new CountDownLatch(1);
        private final HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        private final ExecutorService threads = Executors.newCachedThreadPool();

        /** With no length the answer breaks off after its text, until the end of the test. */
        ServerDouble(int status, String contentType, String answer, boolean whole) throws IOException {
            server.createContext("/", exchange -> {
                got.add(got(exchange));
                exchange.getResponseHeaders().set("Content-Type", contentType);
                exchange.getResponseHeaders().set("Location", "/elsewhere");
                byte[] bytes = answer.getBytes(StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(status, whole ? bytes.length : bytes.length + 1);
                exchange.getResponseBody().write(bytes);
                exchange.getResponseBody().flush();
                if (!whole) {
                    await();
                }
                exchange.close();
            });
            server.setExecutor(threads);
            server.start();
        }

        private void await() {
            try {
                done.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }

        private static Got got(HttpExchange exchange) throws IOException {
            return new Got(exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), exchange.getRequestBody().readAllBytes());
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        @Override
        public void close() {
            done.countDown();
            server.stop(0);
            threads.shutdownNow();
        }
    }

    static void run(Checks checks) {
        checks.test("publish: a new event", PublishTests::fresh);
        checks.test("publish: a duplicate", () -> {
            try (ServerDouble server = new ServerDouble(200, "application/json", "{\"id\":\"evt_first\",\"status\":\"duplicate\",\"deliveries\":0}", true)) {
                equal(new Published("evt_first", 0, true), publish(server.url() + "/"));
                equal("/api/v1/events?key=invoice.paid&scope=acme", server.got.get(0).uri());
            }
        });
        checks.test("publish: problems", PublishTests::problems);
        checks.test("publish: an answer that is none of the server's", () -> {
            refused(502, "text/html", "<html>" + TOKEN, 502, null, null);
            refused(404, "text/plain", "", 404, null, null);
            refused(202, "application/json", "{\"deliveries\":3}", 202, null, "this is no answer of Countersign's");
            refused(200, "text/html", "<html>", 200, null, "this is no answer of Countersign's");
            refused(201, "application/json", "{\"id\":\"evt_a\",\"deliveries\":1}", 201, null, null);
        });
        checks.test("publish: no redirect is followed", () -> {
            try (ServerDouble server = new ServerDouble(307, "text/plain", "elsewhere", true)) {
                equal(307, failure(server.url()).status());
                equal(1, server.got.size());
            }
        });
        checks.test("publish: an answer too long to be one", () -> {
            equal(0, refused(202, "application/json", "[" + " ".repeat(300_000), 0, null, "the exchange with the server failed (IOException, the answer is too long)").status());
        });
        checks.test("publish: a server that stops in the middle of its answer", () -> {
            try (ServerDouble server = new ServerDouble(202, "application/json", "{\"id\"", false)) {
                long began = System.nanoTime();
                PublishException late = failure(server.url());
                equal("the server did not answer in time", late.detail());
                holds(System.nanoTime() - began < Duration.ofSeconds(5).toNanos(), "it took long");
            }
        });
        checks.test("publish: no server, or one that says nothing", () -> {
            int free;
            try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
                free = silent.getLocalPort();
                equal(0, failure("http://127.0.0.1:" + free).status());
            }
            equal(0, failure("http://127.0.0.1:" + free).status());
        });
        checks.test("publish: a token that cannot be sent is not quoted", () -> {
            for (String bad : List.of(TOKEN + "\n", TOKEN + " x", TOKEN + "é", "")) {
                try {
                    Webhooks.publish("http://127.0.0.1:1", bad, new Event("a", "", null), new byte[0]);
                    throw new AssertionError("taken");
                } catch (IllegalArgumentException refused) {
                    showsNoToken(refused);
                }
            }
        });
        checks.test("publish: a content type that cannot be sent", () -> {
            Checks.isArgumentError(() -> new Event("a", "", null, "text/plain\r\nX-Evil: 1"));
            Checks.isArgumentError(() -> new Event("a", "", null, ""));
        });
    }

    private static void fresh() throws Exception {
        byte[] body = {(byte) 0xff, 0, 'x', '\r', '\n'};
        try (ServerDouble server = new ServerDouble(202, "application/json", "{\"id\":\"evt_a\",\"deliveries\":2}", true)) {
            Event event = new Event("repo:push", "acme/api", "a b+c&d=é/?", "application/octet-stream");
            equal(new Published("evt_a", 2, false), Webhooks.publish(server.url(), TOKEN, event, body));
            Got got = server.got.get(0);
            equal("POST", got.method());
            equal("/api/v1/events?key=repo%3Apush&scope=acme%2Fapi&request_id=a%20b%2Bc%26d%3D%C3%A9%2F%3F", got.uri());
            equal(List.of("Bearer " + TOKEN), got.headers().get("Authorization"));
            equal(List.of("application/octet-stream"), got.headers().get("Content-Type"));
            equal(null, got.headers().get("Upgrade"));
            holds(java.util.Arrays.equals(body, got.body()), "other bytes");
        }
    }

    private static void problems() throws Exception {
        refused(401, PROBLEM, "{\"type\":\"/docs/problems#unauthorized\",\"title\":\"t\",\"status\":401,\"code\":\"unauthorized\",\"detail\":\"send Authorization: Bearer TOKEN\"}",
                401, "unauthorized", "send Authorization: Bearer TOKEN");
        refused(422, PROBLEM, "{\"code\":\"invalid_fields\",\"errors\":[{\"pointer\":\"?key\",\"code\":\"required\",\"message\":\"has to be given\"},"
                + "{\"pointer\":\"?scope\",\"code\":\"reserved\",\"message\":\"is ours\"}]}", 422, "invalid_fields", "?key has to be given; ?scope is ours");
        refused(503, PROBLEM, "{\"code\":\"busy\",\"detail\":\"too many bodies at once\"}", 503, "busy", "too many bodies at once");
        refused(503, PROBLEM, "{\"code\":5,\"detail\":[],\"errors\":[1,{}]}", 503, null, "null null");
    }

    private static PublishException refused(int status, String contentType, String answer, int expected, String code, String detail) throws Exception {
        try (ServerDouble server = new ServerDouble(status, contentType, answer, true)) {
            PublishException failure = failure(server.url());
            equal(List.of(expected, String.valueOf(code), String.valueOf(detail)),
                    List.of(failure.status(), String.valueOf(failure.code()), String.valueOf(failure.detail())));
            return failure;
        }
    }

    private static PublishException failure(String url) throws Exception {
        try {
            publish(url);
        } catch (PublishException expected) {
            showsNoToken(expected);
            return expected;
        }
        throw new AssertionError("published");
    }

    private static Published publish(String url) throws Exception {
        Event event = new Event("invoice.paid", "acme", null);
        return Publisher.publish(url, TOKEN, event, "{}".getBytes(StandardCharsets.UTF_8), Duration.ofSeconds(1));
    }

    private static void showsNoToken(Exception failure) {
        StringWriter all = new StringWriter();
        failure.printStackTrace(new PrintWriter(all));
        holds(!all.toString().contains(TOKEN), "the token is shown");
    }
}
