package countersign.webhooks;

import java.util.Objects;

/**
 * A request that must not be acted on, or a configuration that cannot be used. Answer every refused request
 * with the same 403 and log the {@linkplain #reason() reason}. An uncaught one still lets nothing through.
 *
 * <p>The message never has a secret, an expected digest or a received one: a message that shows the
 * expected digest signs whatever a stranger sends.
 */
public final class WebhookException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Why. */
    private final Reason reason;

    /**
     * An exception for a reason.
     *
     * @param reason why
     */
    public WebhookException(Reason reason) {
        this(reason, "");
    }

    WebhookException(Reason reason, String found) {
        super(reason.word() + ": " + found + Objects.requireNonNull(reason).explanation());
        this.reason = reason;
    }

    /**
     * Why.
     *
     * @return the reason, whose word is the same in every kit
     */
    public Reason reason() {
        return reason;
    }
}
