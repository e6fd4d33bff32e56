package examples;

import countersign.webhooks.Dialect;
import countersign.webhooks.RequestHeaders;
import countersign.webhooks.Secrets;
import countersign.webhooks.Verified;
import countersign.webhooks.WebhookException;
import countersign.webhooks.Webhooks;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;

/**
 * Receives Bitbucket Cloud's webhooks in AWS Lambda, behind a function URL, an API Gateway or a load balancer. The handler
 * is {@code examples.LambdaReceiver::handle}; Lambda gives it the event as a map and needs no library for that.
 */
public final class LambdaReceiver {
    private final Secrets secrets;

    /** Lambda makes one when it starts: a secret that cannot be used keeps it from starting. */
    public LambdaReceiver() throws IOException {
        secrets = ConfiguredSecret.read().checkedFor(Dialect.BITBUCKET_CLOUD);
    }

    /** Answers an event of payload format 1.0 or 2.0. */
    public Map<String, Object> handle(Map<String, Object> event) {
        try {
            byte[] body = body(event);
            accept(Webhooks.verify(Dialect.BITBUCKET_CLOUD, secrets, headers(event), body), body);
            return answer(202, "accepted\n");
        } catch (WebhookException refused) {
            System.err.println("refused: " + refused.reason().word());
            return answer(403, "forbidden\n");
        }
    }

    /**
     * The gateway sends bytes as base64 and text as text. What is no UTF-8 arrives whole only as base64: in an API
     * Gateway of format 1.0, name the content type among its binary media types.
     */
    private static byte[] body(Map<String, Object> event) {
        String body = event.get("body") instanceof String text ? text : "";
        boolean encoded = Boolean.TRUE.equals(event.get("isBase64Encoded"));
        return encoded ? Base64.getDecoder().decode(body) : body.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * All values of a header, where the gateway gives them (format 1.0). In 2.0 it joins those of a repeated header, which
     * fits no signature.
     */
    @SuppressWarnings("unchecked")
    private static RequestHeaders headers(Map<String, Object> event) {
        Object headers = event.get("multiValueHeaders") != null ? event.get("multiValueHeaders") : event.get("headers");
        return headers instanceof Map<?, ?> map ? RequestHeaders.of((Map<String, ?>) map) : RequestHeaders.of(Map.of());
    }

    /** Here the body may be parsed. */
    private static void accept(Verified request, byte[] body) {
        System.err.println(request.eventKey() + " " + request.requestId() + ", " + body.length + " bytes");
    }

    private static Map<String, Object> answer(int status, String text) {
        return Map.of("statusCode", status, "headers", Map.of("Content-Type", "text/plain"), "body", text);
    }
}
