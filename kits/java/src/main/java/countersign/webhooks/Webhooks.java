package countersign.webhooks;

import java.security.MessageDigest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Verifies and signs webhooks, checks basic authentication, and publishes events to a Countersign server.
 *
 * <pre>{@code
 * Secrets secrets = Secrets.of(Files.readAllBytes(Path.of("bitbucket.secret"))).checkedFor(Dialect.BITBUCKET_CLOUD);
 *
 * try {
 *     Verified request = Webhooks.verify(Dialect.BITBUCKET_CLOUD, secrets, RequestHeaders.of(headers), body);
 * } catch (WebhookException refused) {
 *     // log refused.reason(), answer 403
 * }
 * }</pre>
 *
 * <p>Every method may be called by several threads at once.
 */
public final class Webhooks {
    private static final String BASIC = "Basic";
    /** A user name and a password of 1,024 bytes each, a colon, in base64. */
    private static final int BASIC_MAX = 2732;

    private Webhooks() {}

    /**
     * Verifies a request that has just arrived. Do this before anything parses the body.
     *
     * @param dialect how the sender signs
     * @param secrets the active secrets
     * @param headers all headers of the request
     * @param body the bytes as they arrived, any transport compression undone
     * @return what the genuine request says about itself
     * @throws WebhookException where the request must not be acted on; answer 403 without the reason
     */
    public static Verified verify(Dialect dialect, Secrets secrets, RequestHeaders headers, byte[] body) {
        return verify(dialect, secrets, headers, body, Instant.now());
    }

    /**
     * Verifies a request that arrived at a given time, which matters to dialects that sign one.
     *
     * @param dialect how the sender signs
     * @param secrets the active secrets
     * @param headers all headers of the request
     * @param body the bytes as they arrived, any transport compression undone
     * @param now the time of the check
     * @return what the genuine request says about itself
     * @throws WebhookException where the request must not be acted on; answer 403 without the reason
     */
    public static Verified verify(Dialect dialect, Secrets secrets, RequestHeaders headers, byte[] body, Instant now) {
        if (body == null) {
            throw new WebhookException(Reason.BODY_NOT_RAW, "there is no body at all; ");
        }
        return Verifier.verify(dialect, secrets, headers, body, now);
    }

    /**
     * For a body of an unknown type, such as that of an event in a {@code Map}. A text, a JSON tree, a map or a stream
     * is refused with a message that names the way to the bytes: text that was decoded and encoded again, or JSON
     * that was read and written again, is not what was signed, even where it looks the same.
     *
     * @param dialect how the sender signs
     * @param secrets the active secrets
     * @param headers all headers of the request
     * @param body a {@code byte[]}; anything else is refused
     * @return what the genuine request says about itself
     * @throws WebhookException {@link Reason#BODY_NOT_RAW}, or as for the other methods of this name
     */
    public static Verified verify(Dialect dialect, Secrets secrets, RequestHeaders headers, Object body) {
        if (body instanceof byte[] bytes) {
            return verify(dialect, secrets, headers, bytes);
        }
        String found = body == null ? "there is no body at all; " : "this is a " + body.getClass().getName() + "; ";
        throw new WebhookException(Reason.BODY_NOT_RAW, found);
    }

    /**
     * Signs a request that is about to be sent. Send exactly these bytes and all of these headers.
     *
     * @param dialect how the receiver verifies
     * @param secrets the active secrets: a dialect with one signature signs with the last, one with a list with all
     * @param outgoing what the request is about
     * @param body the bytes that will be sent
     * @return name to value; no name stands twice
     * @throws WebhookException where a secret is none of the dialect
     * @throws IllegalArgumentException where the request id has a {@code .} although it is signed, or the dialect was
     *     configured to send one header twice
     */
    public static Map<String, String> sign(Dialect dialect, Secrets secrets, Outgoing outgoing, byte[] body) {
        return Signer.sign(dialect, secrets, outgoing, Objects.requireNonNull(body, "body"));
    }

    /**
     * Whether exactly one {@code Authorization} header stands there and shows this user name and password. Compared in
     * constant time through SHA-256, so that neither content nor length of what is expected shows.
     *
     * @param username the expected user name, without a colon
     * @param password the expected password
     * @param headers all headers of the request
     * @return whether they were shown; false for an expected pair that is empty or has a colon in the user name, because
     *     such a pair proves nothing or is another one as well
     */
    public static boolean basicMatches(String username, String password, RequestHeaders headers) {
        if (username.isEmpty() && password.isEmpty() || username.indexOf(':') >= 0) {
            return false;
        }
        List<String> values = HeaderText.strings(headers.values("Authorization"));
        String value = values.size() == 1 ? HeaderText.trimmed(values.get(0)) : "";
        int start = BASIC.length();
        if (value.length() <= start || !HeaderText.isSame(value.substring(0, start), BASIC) || value.charAt(start) != ' ') {
            return false;
        }
        while (value.charAt(start) == ' ') {
            start++;
        }
        if (value.length() - start > BASIC_MAX) {
            return false;
        }
        byte[] expected = Digests.sha256(Strict.utf8(username + ":" + password));
        return Strict.base64(value.substring(start))
                .map(shown -> MessageDigest.isEqual(expected, Digests.sha256(shown)))
                .orElse(false);
    }

    /**
     * Publishes an event at a Countersign server: it is on disk there when this returns. Takes 10 seconds at most and
     * follows no redirect. Give an event a request id to be free to repeat it after a failure: the server keeps one.
     *
     * @param serverUrl where its API is, such as {@code http://127.0.0.1:8491}
     * @param token the bearer token; it never stands in an error
     * @param event what happened
     * @param body the bytes that subscribers are to get
     * @return the event's id
     * @throws PublishException where the server refused it or could not be reached in time
     * @throws InterruptedException where the thread was interrupted while waiting
     */
    public static Published publish(String serverUrl, String token, Event event, byte[] body)
            throws PublishException, InterruptedException {
        return Publisher.publish(serverUrl, token, event, Objects.requireNonNull(body, "body"), Publisher.LIMIT);
    }
}
