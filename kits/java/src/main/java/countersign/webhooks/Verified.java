package countersign.webhooks;

/**
 * A genuine request. Only the body is vouched for (and, in {@code standard-webhooks} and with a
 * {@code whsec_} secret in {@code gitlab}, the id): whoever can repeat a request can change its other headers.
 *
 * @param eventKey what happened, such as {@code repo:push}; null where the request does not say so properly
 * @param requestId the id of the delivery, the same in all of its attempts: remember it to notice repeats;
 *     null where the request has none
 * @param attempt the number of the attempt, from 1, up to 4294967295; null where the dialect has none
 * @param secretId the id of the secret that fits: the first, where several do
 */
public record Verified(String eventKey, String requestId, Long attempt, String secretId) {}
