package countersign.webhooks;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The order of the checks: the signature header exactly once, its label, its strict decoding, the id and time that are
 * signed with the body, the comparison with every active secret, the time. Only then is anything else read.
 */
final class Verifier {
    private static final long TOLERANCE_S = 300;

    private Verifier() {}

    static Verified verify(Dialect dialect, Secrets secrets, RequestHeaders headers, byte[] body, Instant now) {
        List<Secrets.Key> keys = secrets.keys(dialect);
        Claim claim = switch (dialect.proof()) {
            case BODY -> Claim.digest(dialect, headers);
            case LIST -> Claim.list(dialect, headers);
            case GITLAB -> {
                // A request that shows a signature is held to it where one is configured: its token is not looked at.
                boolean signed = keys.stream().anyMatch(key -> !key.isToken()) && isPresent(headers, Claim.LIST_HEADER);
                keys = keys.stream().filter(key -> key.isToken() != signed).toList();
                if (keys.isEmpty()) {
                    throw new WebhookException(Reason.SIGNATURE_MISSING);
                }
                yield signed ? Claim.list(dialect, headers) : Claim.token(headers);
            }
        };
        String secretId = firstFit(keys, key -> proof(dialect, key, claim, body), claim.digests(), MessageDigest::isEqual);
        if (secretId == null) {
            throw new WebhookException(Reason.MISMATCH);
        }
        if (claim.signedAt() != null) {
            checkTime(claim.signedAt(), now.getEpochSecond());
        }
        return received(dialect, headers, body, secretId);
    }

    /**
     * The id of the first key whose digest is claimed, or null. Each key is compared with each claim whatever fitted before:
     * how long it takes tells a sender neither which secret nor which byte was right. {@code MessageDigest.isEqual} takes
     * the same time for equal lengths, where {@code Arrays.equals} ends at the first byte that differs.
     */
    static String firstFit(List<Secrets.Key> keys, Function<Secrets.Key, byte[]> proof, List<byte[]> claimed,
            BiPredicate<byte[], byte[]> isEqual) {
        String found = null;
        for (Secrets.Key key : keys) {
            byte[] expected = proof.apply(key);
            boolean fits = false;
            for (byte[] digest : claimed) {
                // `|=` evaluates its right side always, `||` would not.
                fits |= isEqual.test(expected, digest);
            }
            found = fits && found == null ? key.id() : found;
        }
        return found;
    }

    private static byte[] proof(Dialect dialect, Secrets.Key key, Claim claim, byte[] body) {
        return key.isToken()
                ? Digests.sha256(key.bytes())
                : Digests.hmac(dialect.algorithm(), key.bytes(), claim.prefix(), body);
    }

    private static void checkTime(long signedAt, long now) {
        if (signedAt < now - TOLERANCE_S) {
            throw new WebhookException(Reason.TIMESTAMP_TOO_OLD);
        }
        if (signedAt > now + TOLERANCE_S) {
            throw new WebhookException(Reason.TIMESTAMP_TOO_NEW);
        }
    }

    /** What a genuine request says about itself. A header that is not as it should be is null and no error. */
    private static Verified received(Dialect dialect, RequestHeaders headers, byte[] body, String secretId) {
        String eventKey = HeaderText.eventKey(headers, dialect.eventKeyHeader(), dialect.proof() == Dialect.Proof.GITLAB);
        if (eventKey == null && dialect.proof() == Dialect.Proof.LIST) {
            eventKey = BodyType.of(body);
        }
        // First the id that a signature can cover: a replay cannot change it.
        Stream<String> first = dialect.proof() == Dialect.Proof.BODY ? Stream.empty() : Stream.of(Claim.ID_HEADER);
        String requestId = Stream.concat(first, dialect.requestIdHeaders().stream()).map(name -> HeaderText.requestId(headers, name))
                .filter(Objects::nonNull).findFirst().orElse(null);
        return new Verified(eventKey, requestId, HeaderText.attempt(headers, dialect.attemptHeader()), secretId);
    }

    private static boolean isPresent(RequestHeaders headers, String name) {
        return !HeaderText.strings(headers.values(name)).isEmpty();
    }
}
