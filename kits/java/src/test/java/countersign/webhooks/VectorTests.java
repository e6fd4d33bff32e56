package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The vectors that every kit reads. */
final class VectorTests {
    private static final List<String> DIALECTS = List.of("bitbucket-cloud", "bitbucket-data-center", "github", "gitlab",
            "gitea", "standard-webhooks", "generic-hmac");

    private VectorTests() {}

    static void run(Checks checks, Path folder) {
        for (String name : DIALECTS) {
            checks.test(name + ".json", () -> {
                Map<?, ?> file = read(folder.resolve(name + ".json"));
                equal(name, file.get("dialect"));
                list(file, "verify").forEach(each -> checks.test(title(name, each), () -> verify(name, (Map<?, ?>) each)));
                list(file, "sign").forEach(each -> checks.test("sign " + title(name, each), () -> sign(name, (Map<?, ?>) each)));
            });
        }
        checks.test("secrets.json", () -> list(read(folder.resolve("secrets.json")), "cases")
                .forEach(each -> checks.test(title("secrets", each), () -> secret((Map<?, ?>) each))));
        checks.test("basic.json", () -> list(read(folder.resolve("basic.json")), "cases")
                .forEach(each -> checks.test(title("basic", each), () -> basic((Map<?, ?>) each))));
    }

    private static void verify(String name, Map<?, ?> vector) {
        Dialect dialect = dialect(name, vector);
        Secrets secrets = secrets(vector);
        byte[] body = body(vector);
        Instant now = Instant.ofEpochSecond((Long) vector.get("now"));
        for (RequestHeaders headers : shapes(list(vector, "headers"))) {
            if (vector.get("accepted") instanceof Map<?, ?> accepted) {
                Verified expected = new Verified((String) accepted.get("event_key"), (String) accepted.get("request_id"),
                        (Long) accepted.get("attempt"), (String) accepted.get("secret_id"));
                equal(expected, Webhooks.verify(dialect, secrets, headers, body, now));
                continue;
            }
            try {
                Verified taken = Webhooks.verify(dialect, secrets, headers, body, now);
                throw new AssertionError("accepted, in place of " + vector.get("refused") + ": " + taken);
            } catch (WebhookException refused) {
                equal(vector.get("refused"), refused.reason().word());
                showsNothing(refused, dialect, vector, body);
            }
        }
    }

    /** Neither secrets nor digests, received or expected, stand in a message. */
    private static void showsNothing(WebhookException refused, Dialect dialect, Map<?, ?> vector, byte[] body) {
        List<String> hidden = new ArrayList<>();
        for (Secrets.Key key : secrets(vector).keys(dialect)) {
            byte[] digest = Digests.hmac(dialect.algorithm(), key.bytes(), body);
            hidden.add(HexFormat.of().formatHex(digest));
            hidden.add(Base64.getEncoder().encodeToString(digest));
            hidden.add(new String(key.bytes(), StandardCharsets.ISO_8859_1));
        }
        list(vector, "headers").forEach(header -> hidden.add((String) ((List<?>) header).get(1)));
        for (String text : hidden) {
            holds(text.length() < 8 || !refused.getMessage().contains(text), "the message shows a secret or a digest");
        }
    }

    private static void sign(String name, Map<?, ?> vector) {
        Outgoing outgoing = new Outgoing((String) vector.get("event_key"), (String) vector.get("request_id"),
                (Long) vector.get("attempt"), (String) vector.get("hook_id"), Instant.ofEpochSecond((Long) vector.get("now")));
        Map<String, String> expected = new TreeMap<>();
        list(vector, "headers").forEach(header -> expected.put((String) ((List<?>) header).get(0), (String) ((List<?>) header).get(1)));
        Dialect dialect = dialect(name, vector);
        Map<String, String> signed = Webhooks.sign(dialect, secrets(vector), outgoing, body(vector));
        equal(expected, new TreeMap<>(signed));
        Verified verified = Webhooks.verify(dialect, secrets(vector), RequestHeaders.of(signed), body(vector), outgoing.now());
        holds(verified.secretId() != null, "what was signed is verified");
    }

    private static void secret(Map<?, ?> vector) {
        byte[] secret = Base64.getDecoder().decode((String) vector.get("base64"));
        Dialect dialect = dialect((String) vector.get("dialect"), vector);
        try {
            Secrets.of(secret).checkedFor(dialect);
            holds(Boolean.TRUE.equals(vector.get("accepted")), "accepted, in place of " + vector.get("refused"));
        } catch (WebhookException refused) {
            equal(vector.get("refused"), refused.reason().word());
        }
    }

    private static void basic(Map<?, ?> vector) {
        for (RequestHeaders headers : shapes(list(vector, "headers"))) {
            equal(vector.get("matches"), Webhooks.basicMatches((String) vector.get("username"), (String) vector.get("password"), headers));
        }
    }

    /** The same headers as the frameworks of this language give them. */
    private static List<RequestHeaders> shapes(List<?> headers) {
        List<Map.Entry<String, String>> pairs = new ArrayList<>();
        Map<String, List<String>> lists = new LinkedHashMap<>();
        Map<String, String> single = new LinkedHashMap<>();
        for (Object each : headers) {
            String name = (String) ((List<?>) each).get(0);
            String value = (String) ((List<?>) each).get(1);
            pairs.add(Map.entry(name, value));
            lists.computeIfAbsent(name.toLowerCase(Locale.ROOT), ignored -> new ArrayList<>()).add(value);
            single.put(name, value);
        }
        List<RequestHeaders> shapes = new ArrayList<>(List.of(RequestHeaders.of(pairs), RequestHeaders.of(lists),
                name -> lists.get(name.toLowerCase(Locale.ROOT))));
        if (single.size() == pairs.size()) {
            shapes.add(RequestHeaders.of(single));
        }
        return shapes;
    }

    private static Dialect dialect(String name, Map<?, ?> vector) {
        if (!name.equals("generic-hmac")) {
            return Dialect.of(name);
        }
        if (!(vector.get("generic_hmac") instanceof Map<?, ?> configured)) {
            return Dialect.genericHmac("X-Signature");
        }
        return Dialect.genericHmac((String) configured.get("header"), (String) configured.get("prefix"),
                Dialect.Encoding.valueOf(((String) configured.get("encoding")).toUpperCase(Locale.ROOT)),
                Dialect.Algorithm.valueOf(((String) configured.get("algorithm")).toUpperCase(Locale.ROOT)),
                (String) configured.get("event_key_header"), (String) configured.get("request_id_header"));
    }

    private static Secrets secrets(Map<?, ?> vector) {
        Map<String, byte[]> secrets = new LinkedHashMap<>();
        for (Object each : list(vector, "secrets")) {
            Map<?, ?> secret = (Map<?, ?>) each;
            secrets.put((String) secret.get("id"), Base64.getDecoder().decode((String) secret.get("base64")));
        }
        return Secrets.of(secrets);
    }

    private static byte[] body(Map<?, ?> vector) {
        byte[] once = Base64.getDecoder().decode((String) vector.get("body_base64"));
        int times = vector.get("body_times") instanceof Long number ? Math.toIntExact(number) : 1;
        byte[] body = new byte[once.length * times];
        for (int i = 0; i < times; i++) {
            System.arraycopy(once, 0, body, i * once.length, once.length);
        }
        return body;
    }

    private static String title(String file, Object vector) {
        return file + ": " + ((Map<?, ?>) vector).get("name");
    }

    private static Map<?, ?> read(Path file) throws IOException {
        Map<?, ?> read = Json.object(Files.readAllBytes(file));
        equal(1L, read.get("format"));
        return read;
    }

    private static List<?> list(Map<?, ?> object, String name) {
        List<?> list = (List<?>) object.get(name);
        holds(list != null, "there is no " + name);
        return list;
    }
}
