package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.refusedFor;

import java.security.MessageDigest;
import java.util.List;
import java.util.Map;

/** Every secret and every claim is tried; and a digest has one spelling. */
final class ComparisonTests {
    private ComparisonTests() {}

    static void run(Checks checks) {
        checks.test("what fits first ends nothing", () -> {
            List<Secrets.Key> keys = Secrets.of(List.of("one", "two", "three", "four")).keys(Dialect.GITHUB);
            for (String fitting : List.of("one", "two", "three", "four", "none")) {
                int[] counts = new int[2];
                List<byte[]> claims = List.of(fitting.getBytes(), "other".getBytes(), fitting.getBytes());
                String found = Verifier.firstFit(keys, key -> {
                    counts[0]++;
                    return key.bytes();
                }, claims, (expected, claimed) -> {
                    counts[1]++;
                    return MessageDigest.isEqual(expected, claimed);
                });
                equal(fitting.equals("none") ? null : String.valueOf(List.of("one", "two", "three", "four").indexOf(fitting)), found);
                equal(4, counts[0]);
                equal(12, counts[1]);
            }
        });
        checks.test("the first of several that fit is named", () -> {
            List<Secrets.Key> keys = Secrets.of(List.of("other", "same", "same")).keys(Dialect.GITHUB);
            equal("1", Verifier.firstFit(keys, Secrets.Key::bytes, List.of("same".getBytes()), MessageDigest::isEqual));
        });
        checks.test("a digest's text is strict", () -> {
            Secrets secrets = Secrets.of("a secret of the comparison tests");
            String digest = Webhooks.sign(Dialect.GITEA, secrets, KnownTests.outgoing(), KnownTests.body()).get("X-Gitea-Signature");
            for (String bad : List.of("zz" + digest, digest + "zz", "0x" + digest, digest.substring(0, 62) + "0g", digest.substring(0, 32) + " " + digest.substring(32))) {
                refusedFor(Reason.ENCODING_INVALID, () -> gitea(secrets, bad));
            }
            for (String bad : List.of("", "0", digest.substring(1), digest.substring(2), digest + "00", digest + digest)) {
                refusedFor(Reason.LENGTH_WRONG, () -> gitea(secrets, bad));
            }
            for (String bad : List.of("AAAA AAAA", "AAA", "AA=", "AAB=", "AA==\n", "AA-_", "=", "A===", "AAAA====")) {
                equal(false, Strict.base64(bad).isPresent());
            }
            equal(true, Strict.base64("AAA=").isPresent());
        });
        checks.test("a label is exact", () -> {
            Secrets secrets = Secrets.of("a secret of the comparison tests");
            String value = Webhooks.sign(Dialect.GITHUB, secrets, KnownTests.outgoing(), KnownTests.body()).get("X-Hub-Signature-256");
            for (String bad : List.of(value.substring(7), "SHA256=" + value.substring(7), "sha1=" + value.substring(7), "sha256:" + value.substring(7), "sha256", "")) {
                refusedFor(Reason.LABEL_UNKNOWN, () -> Webhooks.verify(Dialect.GITHUB, secrets, RequestHeaders.of(Map.of("X-Hub-Signature-256", bad)), KnownTests.body()));
            }
        });
    }

    private static void gitea(Secrets secrets, String value) {
        Webhooks.verify(Dialect.GITEA, secrets, RequestHeaders.of(Map.of("X-Gitea-Signature", value)), KnownTests.body());
    }
}
