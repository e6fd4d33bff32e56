package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** The example for AWS Lambda, with events as its gateways write them. */
final class LambdaTests {
    private static final String SECRET = "a secret of the Lambda example";
    private static final String HOST = "countersign.webhooks.LambdaHost";

    private LambdaTests() {}

    static void run(Checks checks) {
        String classPath = System.getProperty("examples.jdk");
        if (classPath == null) {
            checks.skip("example lambda", "no class path in -Dexamples.jdk");
            return;
        }
        checks.test("example lambda", () -> {
            try (Example example = new Example(classPath, HOST, Map.of("COUNTERSIGN_SECRET", SECRET))) {
                events(checks, example);
                equal("0 ", example.end());
            }
        });
        checks.test("example lambda: does not start with an empty secret", () -> {
            try (Example example = new Example(classPath, HOST, Map.of("COUNTERSIGN_SECRET", ""))) {
                String end = example.end();
                holds(!end.startsWith("0 ") && end.contains("secret_empty"), end);
            }
        });
    }

    private static void events(Checks checks, Example example) {
        byte[] text = "{\"push\":\"ü™\"}".getBytes(StandardCharsets.UTF_8);
        byte[] binary = {(byte) 0xff, 0, '{', '}'};
        String single = "\"headers\":{\"x-event-key\":\"repo:push\",\"x-hub-signature\":\"%s\"}";
        String multi = single + ",\"multiValueHeaders\":{\"X-Event-Key\":[\"repo:push\"],\"X-Hub-Signature\":[%s]}";
        String plain = "{\"version\":\"2.0\"," + single.formatted(signature(text)) + ",\"body\":\"{\\\"push\\\":\\\"ü™\\\"}\",\"isBase64Encoded\":false}";
        expect(checks, example, "text", "202 accepted", plain);
        expect(checks, example, "tampered text", "403 forbidden", plain.replace("push\\\":", "Push\\\":"));
        expect(checks, example, "base64", "202 accepted", base64(single.formatted(signature(binary)), binary));
        expect(checks, example, "tampered base64", "403 forbidden", base64(single.formatted(signature(binary)), text));
        expect(checks, example, "base64 that is taken for text", "403 forbidden",
                base64(single.formatted(signature(binary)), binary).replace("true", "false"));
        String signature = signature(binary);
        expect(checks, example, "lists of values", "202 accepted", base64(multi.formatted(signature, "\"" + signature + "\""), binary));
        expect(checks, example, "a list of two", "403 forbidden",
                base64(multi.formatted(signature, "\"" + signature + "\",\"" + signature + "\""), binary));
        expect(checks, example, "two joined", "403 forbidden", base64(single.formatted(signature + "," + signature), binary));
        expect(checks, example, "an empty body", "202 accepted", "{" + single.formatted(signature(new byte[0])) + ",\"body\":null}");
        for (String bare : List.of("{}", "{\"headers\":null,\"body\":null}", "{\"headers\":{},\"multiValueHeaders\":null,\"body\":\"\"}")) {
            expect(checks, example, "unsigned " + bare, "403 forbidden", bare);
        }
    }

    private static void expect(Checks checks, Example example, String name, String answer, String event) {
        checks.test("example lambda: " + name, () -> equal(answer, example.answerTo(event)));
    }

    private static String base64(String headers, byte[] body) {
        return "{" + headers + ",\"body\":\"" + Base64.getEncoder().encodeToString(body) + "\",\"isBase64Encoded\":true}";
    }

    private static String signature(byte[] body) {
        return Webhooks.sign(Dialect.BITBUCKET_CLOUD, Secrets.of(SECRET), KnownTests.outgoing(), body).get("X-Hub-Signature");
    }
}
