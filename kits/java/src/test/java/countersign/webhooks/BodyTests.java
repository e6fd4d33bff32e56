package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;
import static countersign.webhooks.Checks.refused;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Bodies that are no bytes any more, and what is read from one that is verified. */
final class BodyTests {
    private BodyTests() {}

    static void run(Checks checks) {
        Secrets secrets = Secrets.of("a secret of the body tests");
        Map<String, String> signed = Webhooks.sign(Dialect.GITHUB, secrets, KnownTests.outgoing(), KnownTests.body());
        RequestHeaders headers = RequestHeaders.of(signed);
        List<Object> wrong = Arrays.asList("{\"push\":{}}", Map.of("push", Map.of()), List.of(1), new StringBuilder("{}"), ByteBuffer.wrap(KnownTests.body()),
                new ByteArrayInputStream(KnownTests.body()), new char[] {'{', '}'}, new Byte[] {1}, 5, new Object(), null);
        for (Object body : wrong) {
            String type = body == null ? "null" : body.getClass().getName();
            checks.test("a body that is a " + type, () -> {
                WebhookException refused = refused(() -> Webhooks.verify(Dialect.GITHUB, secrets, headers, body));
                equal(Reason.BODY_NOT_RAW, refused.reason());
                for (String way : List.of("Spring", "InputStream", "getInputStream", "getRequestBody", "JAX-RS", "isBase64Encoded")) {
                    holds(refused.getMessage().contains(way), "the message does not say " + way);
                }
                holds(!refused.getMessage().contains("push\""), "the message shows the body");
            });
        }
        checks.test("a byte array that nobody knows for one is taken", () -> {
            Object body = KnownTests.body();
            equal("0", Webhooks.verify(Dialect.GITHUB, secrets, headers, body).secretId());
            equal(Reason.BODY_NOT_RAW, refused(() -> Webhooks.verify(Dialect.GITHUB, secrets, headers, null, KnownTests.NOW)).reason());
        });
        checks.test("the type of a body", BodyTests::types);
        checks.test("a deep or broken body costs nothing", () -> {
            equal(null, type("[".repeat(1_000_000)));
            equal(null, type("{\"a\":" + "[".repeat(1_000_000)));
            equal("a", type("{\"a\":" + "[{".repeat(100_000) + "}]".repeat(100_000) + ",\"type\":\"a\"}"));
        });
    }

    private static void types() {
        equal("invoice.paid", type("{\"type\":\"invoice.paid\"}"));
        equal("invoice.paid", type(" \n{\"data\":{\"type\":\"x\"},\"type\" : \"invoice.paid\"}"));
        equal("a/b", type("{\"type\":\"a\\/b\"}"));
        equal("a", type("{\"x\":\"type\",\"y\":[\"type\",\"b\"],\"z\":\"\\\"type\\\":\",\"type\":\"a\"}"));
        for (String none : List.of("", "null", "[\"type\",\"a\"]", "{\"type\":5}", "{\"type\":\"\"}", "{\"type\":\"a b\"}", "{\"type\":\"\\u0061\"}",
                "{\"Type\":\"a\"}", "{\"a\":{\"type\":\"a\"}}", "{\"type\":\"a", "{\"type\"", "{\"type\":\"" + "a".repeat(129) + "\"}", "{}\"type\":\"a\"",
                "{\"type\":\"é\"}", "\"type\"", "{\"x\":\"type\"}", "{\"type\":null}")) {
            equal(null, type(none));
        }
    }

    private static String type(String body) {
        return BodyType.of(body.getBytes(StandardCharsets.UTF_8));
    }
}
