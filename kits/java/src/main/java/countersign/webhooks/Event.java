package countersign.webhooks;

import java.util.Objects;

/**
 * An event to publish.
 *
 * @param key what happened, such as {@code invoice.paid}
 * @param scope where: a path such as {@code acme/api}; empty is the whole server
 * @param requestId your own id: the same one in the same scope makes no second event; null for none
 * @param contentType the {@code Content-Type} of the body, as subscribers will get it
 */
public record Event(String key, String scope, String requestId, String contentType) {
    /**
     * Requires a key, a scope and a content type.
     *
     * @param key what happened
     * @param scope where
     * @param requestId your own id, or null
     * @param contentType of the body
     * @throws IllegalArgumentException where the content type cannot stand in a header
     */
    public Event {
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(scope, "scope");
        if (contentType.isEmpty() || !contentType.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("the content type cannot stand in a header");
        }
    }

    /**
     * An event whose body is JSON.
     *
     * @param key what happened
     * @param scope where
     * @param requestId your own id, or null
     */
    public Event(String key, String scope, String requestId) {
        this(key, scope, requestId, "application/json");
    }
}
