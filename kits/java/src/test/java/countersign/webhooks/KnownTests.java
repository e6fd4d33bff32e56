package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.refusedFor;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures from elsewhere, and what the vectors cannot say of this language. */
final class KnownTests {
    static final Instant NOW = Instant.ofEpochSecond(1_700_000_000);
    static final String WHSEC = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    static final String OTHER_WHSEC = "whsec_HxwdHhsaGRgXFhUUExIREA8ODQwLCgkIBwYFBAMCAQA=";

    private KnownTests() {}

    static void run(Checks checks) {
        checks.test("RFC 4231, case 2", () -> {
            byte[] key = "Jefe".getBytes(StandardCharsets.US_ASCII);
            byte[] data = "what do ya want for nothing?".getBytes(StandardCharsets.US_ASCII);
            equal("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                    HexFormat.of().formatHex(Digests.hmac(Dialect.Algorithm.SHA256, key, data)));
        });
        checks.test("every named dialect signs what it verifies", () -> {
            for (String name : List.of("bitbucket-cloud", "bitbucket-data-center", "github", "gitlab", "gitea", "standard-webhooks")) {
                for (String secret : name.equals("standard-webhooks") ? List.of(WHSEC) : List.of("a plain secret", WHSEC)) {
                    roundTrip(Dialect.of(name), Secrets.of(secret));
                }
            }
            roundTrip(Dialect.genericHmac("X-Signature"), Secrets.of("a plain secret"));
            roundTrip(Dialect.genericHmac("X-Signature", "v0=", Dialect.Encoding.BASE64, Dialect.Algorithm.SHA512, "X-Topic", "X-Id"),
                    Secrets.of("a plain secret"));
        });
        checks.test("no dialect has another name", () -> {
            for (String name : List.of("", "Bitbucket-Cloud", "bitbucket", "generic-hmac", "github ")) {
                refusedFor(Reason.DIALECT_UNKNOWN, () -> Dialect.of(name));
            }
        });
        checks.test("digits of other scripts are no time", () -> {
            Map<String, String> headers = new LinkedHashMap<>(Webhooks.sign(Dialect.STANDARD_WEBHOOKS, Secrets.of(WHSEC), outgoing(), body()));
            for (String time : List.of("+1700000000", "١٧٠٠٠٠٠٠٠٠", "1700000000L", "9223372036854775808", "00000000001700000000", "")) {
                headers.put("webhook-timestamp", time);
                refusedFor(Reason.TIMESTAMP_INVALID, () -> Webhooks.verify(Dialect.STANDARD_WEBHOOKS, Secrets.of(WHSEC),
                        RequestHeaders.of(headers), body(), NOW));
            }
        });
        checks.test("the clock is the default", () -> {
            Map<String, String> headers = Webhooks.sign(Dialect.STANDARD_WEBHOOKS, Secrets.of(WHSEC), new Outgoing("a.b", "1"), body());
            equal("a.b", Webhooks.verify(Dialect.STANDARD_WEBHOOKS, Secrets.of(WHSEC), RequestHeaders.of(headers), body()).eventKey());
        });
    }

    private static void roundTrip(Dialect dialect, Secrets secrets) throws Exception {
        Map<String, String> headers = Webhooks.sign(dialect, secrets, outgoing(), body());
        equal("0", Webhooks.verify(dialect, secrets, RequestHeaders.of(headers), body(), NOW).secretId());
        Secrets others = Secrets.of(dialect == Dialect.STANDARD_WEBHOOKS || headers.containsKey("webhook-id") ? OTHER_WHSEC : "another secret");
        refusedFor(Reason.MISMATCH, () -> Webhooks.verify(dialect, others, RequestHeaders.of(headers), body(), NOW));
        if (!headers.containsKey("X-Gitlab-Token")) {
            byte[] tampered = "{\"push\":{} }".getBytes(StandardCharsets.UTF_8);
            refusedFor(Reason.MISMATCH, () -> Webhooks.verify(dialect, secrets, RequestHeaders.of(headers), tampered, NOW));
        }
    }

    static Outgoing outgoing() {
        return new Outgoing("repo:push", "6ce5d4a9-0f4f-4d25-8c4c-4b4d5c2f0f6e").withNow(NOW);
    }

    static byte[] body() {
        return "{\"push\":{}}".getBytes(StandardCharsets.UTF_8);
    }
}
