package countersign.webhooks;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code POST /api/v1/events}, with a limit on everything that comes back. */
final class Publisher {
    static final Duration LIMIT = Duration.ofSeconds(10);

    private static final int ANSWER_MAX = 256 * 1024;

    /** Made on first use: its threads live as long as it does. It must not carry the token to where a redirect points. */
    private static final class Client {
        static final HttpClient HTTP = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER).connectTimeout(LIMIT).build();
    }

    private Publisher() {}

    static Published publish(String serverUrl, String token, Event event, byte[] body, Duration limit)
            throws PublishException, InterruptedException {
        HttpRequest request = request(serverUrl, token, event, body);
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        HttpResponse.BodyHandler<Void> bounded = HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> {
            byte[] bytes = part.orElse(new byte[0]);
            if (answer.size() + bytes.length > ANSWER_MAX) {
                throw new UncheckedIOException(new IOException("the answer is too long"));
            }
            answer.writeBytes(bytes);
        });
        // HttpRequest.timeout ends with the answer's headers; this limit is on the whole exchange.
        CompletableFuture<HttpResponse<Void>> exchange = Client.HTTP.sendAsync(request, bounded);
        try {
            int status = exchange.get(limit.toMillis(), TimeUnit.MILLISECONDS).statusCode();
            return answered(status, answer.toByteArray());
        } catch (TimeoutException late) {
            throw new PublishException(0, null, "the server did not answer in time", late);
        } catch (ExecutionException failed) {
            Throwable cause = failed.getCause() instanceof UncheckedIOException ours ? ours.getCause() : failed.getCause();
            String why = cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : ", " + cause.getMessage());
            throw new PublishException(0, null, "the exchange with the server failed (" + why + ")", cause);
        } finally {
            exchange.cancel(true);
        }
    }

    private static HttpRequest request(String serverUrl, String token, Event event, byte[] body) {
        // The JDK's own refusal of a header value quotes it: the token would be in the log.
        if (token.isEmpty() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("the token is not visible ASCII; has it the line ending of its file?");
        }
        StringBuilder url = new StringBuilder(serverUrl.replaceFirst("/++$", ""));
        url.append("/api/v1/events?key=").append(encoded(event.key())).append("&scope=").append(encoded(event.scope()));
        if (event.requestId() != null) {
            url.append("&request_id=").append(encoded(event.requestId()));
        }
        return HttpRequest.newBuilder(URI.create(url.toString()))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", event.contentType())
                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static Published answered(int status, byte[] answer) throws PublishException {
        Map<?, ?> fields = Json.object(answer);
        boolean taken = status == 202 || status == 200;
        if (taken && fields.get("id") instanceof String id && fields.get("deliveries") instanceof Long deliveries) {
            return new Published(id, deliveries, status == 200);
        }
        if (taken) {
            throw new PublishException(status, null, "this is no answer of Countersign's", null);
        }
        String code = fields.get("code") instanceof String word ? word : null;
        throw new PublishException(status, code, detail(fields), null);
    }

    /** The problem's detail and what is wrong with each field. */
    private static String detail(Map<?, ?> problem) {
        List<String> parts = new ArrayList<>();
        if (problem.get("detail") instanceof String detail) {
            parts.add(detail);
        }
        if (problem.get("errors") instanceof List<?> errors) {
            for (Object each : errors) {
                if (each instanceof Map<?, ?> error) {
                    parts.add(error.get("pointer") + " " + error.get("message"));
                }
            }
        }
        return parts.isEmpty() ? null : String.join("; ", parts);
    }
}
