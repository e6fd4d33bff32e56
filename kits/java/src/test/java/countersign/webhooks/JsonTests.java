package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.isArgumentError;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The reader of answers. */
final class JsonTests {
    private JsonTests() {}

    static void run(Checks checks) {
        checks.test("values", () -> {
            equal(Map.of("a", Arrays.asList(1L, -2L, 0.5, true, false, null), "b", Map.of(), "c", List.of()),
                    Json.read(" {\"a\":[1,-2 , 5e-1,true,false,null],\n\"b\":{ },\"c\":[ ]} "));
            equal("\"\\/\b\f\n\r\té😀", Json.read("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\ude00\""));
        });
        checks.test("what is no JSON", () -> {
            for (String bad : List.of("", "nul", "truefalse", "01", "1.", ".5", "+1", "-", "1e", "'a'", "\"", "\"\\x\"", "\"\\u12g4\"", "\"\\u٠٠٠٠\"", "\"\n\"",
                    "[1,]", "[1 2]", "{\"a\":1,}", "{\"a\"}", "{a:1}", "{\"a\":1,\"a\":2}", "[1]]", "\ufeff[]", "[".repeat(70) + "]".repeat(70), "[".repeat(100_000))) {
                isArgumentError(() -> Json.read(bad));
            }
        });
        checks.test("what is no object is an empty one", () -> {
            for (byte[] bad : List.of("[]".getBytes(), "<html>".getBytes(), new byte[0], new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'})) {
                equal(Map.of(), Json.object(bad));
            }
        });
    }
}
