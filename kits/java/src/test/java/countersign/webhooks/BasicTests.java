package countersign.webhooks;

import static countersign.webhooks.Checks.equal;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Basic authentication. */
final class BasicTests {
    private BasicTests() {}

    static void run(Checks checks) {
        checks.test("the pair of RFC 7617", () -> {
            for (String value : List.of("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "basic   QWxhZGRpbjpvcGVuIHNlc2FtZQ==", " BASIC QWxhZGRpbjpvcGVuIHNlc2FtZQ== ")) {
                equal(true, matches("Aladdin", "open sesame", value));
                equal(false, matches("Aladdin", "open Sesame", value));
                equal(false, matches("aladdin", "open sesame", value));
            }
        });
        checks.test("what shows no pair", () -> {
            for (String value : List.of("", "Basic", "Basic ", "Basic  ", "QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "BasicQWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic\tQWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                    "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==,", "Bearer QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
                    "Ba\u017fic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic " + "A".repeat(4000))) {
                equal(false, matches("Aladdin", "open sesame", value));
            }
            equal(false, Webhooks.basicMatches("Aladdin", "open sesame", RequestHeaders.of(Map.of())));
            List<String> twice = List.of("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
            equal(false, Webhooks.basicMatches("Aladdin", "open sesame", RequestHeaders.of(Map.of("Authorization", twice))));
        });
        checks.test("an expected pair that proves nothing", () -> {
            equal(false, matches("", "", "Basic Og=="));
            equal(false, matches("a:b", "c", "Basic " + base64("a:b:c")));
            equal(true, matches("a", "b:c", "Basic " + base64("a:b:c")));
            equal(true, matches("ü", "ö", "Basic " + base64("ü:ö")));
            equal(true, matches("a", "", "Basic " + base64("a:")));
        });
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static boolean matches(String username, String password, String value) {
        return Webhooks.basicMatches(username, password, RequestHeaders.of(Map.of("Authorization", value)));
    }
}
