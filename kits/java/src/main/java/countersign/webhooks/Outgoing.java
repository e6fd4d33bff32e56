package countersign.webhooks;

import java.time.Instant;
import java.util.Objects;

/**
 * A request that is about to be signed, apart from its body. Everything that ends up in a header is checked
 * here, so that no value can bring a header of its own.
 *
 * @param eventKey what happened: 1 to 128 of {@code A-Za-z0-9_.:/-}
 * @param requestId the id of the delivery, the same in all of its attempts: 1 to 255 visible ASCII characters
 * @param attempt the number of the attempt, from 1
 * @param hookId the id of the webhook, for dialects that send one: as {@code requestId}, or null
 * @param now the time of the attempt, for dialects that sign one; not before 1970
 */
public record Outgoing(String eventKey, String requestId, long attempt, String hookId, Instant now) {
    /**
     * Checks that each value can stand in a header.
     *
     * @param eventKey what happened
     * @param requestId the id of the delivery
     * @param attempt the number of the attempt
     * @param hookId the id of the webhook, or null
     * @param now the time of the attempt
     * @throws IllegalArgumentException where one cannot
     */
    public Outgoing {
        require(HeaderText.isEventKey(Objects.requireNonNull(eventKey)),
                "the event key is not 1 to 128 of A-Za-z0-9_.:/-");
        require(HeaderText.isVisible(Objects.requireNonNull(requestId)),
                "the request id is not 1 to 255 visible ASCII characters");
        require(attempt >= 0 && attempt <= HeaderText.ATTEMPT_MAX, "the attempt is not a number up to 4294967295");
        require(hookId == null || HeaderText.isVisible(hookId), "the hook id is not 1 to 255 visible ASCII characters");
        require(now.getEpochSecond() >= 0, "the time is before 1970");
    }

    /**
     * A first attempt, made now, without a hook id.
     *
     * @param eventKey what happened
     * @param requestId the id of the delivery
     */
    public Outgoing(String eventKey, String requestId) {
        this(eventKey, requestId, 1, null, Instant.now());
    }

    /**
     * The same as another attempt.
     *
     * @param number the number of the attempt, from 1
     * @return a changed copy
     */
    public Outgoing withAttempt(long number) {
        return new Outgoing(eventKey, requestId, number, hookId, now);
    }

    /**
     * The same from a webhook with an id.
     *
     * @param id the id of the webhook
     * @return a changed copy
     */
    public Outgoing withHookId(String id) {
        return new Outgoing(eventKey, requestId, attempt, id, now);
    }

    /**
     * The same at another time.
     *
     * @param time the time of the attempt
     * @return a changed copy
     */
    public Outgoing withNow(Instant time) {
        return new Outgoing(eventKey, requestId, attempt, hookId, time);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
