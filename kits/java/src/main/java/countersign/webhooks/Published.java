package countersign.webhooks;

/**
 * An event that is on the server's disk.
 *
 * @param id its id, {@code evt_...}; of a duplicate, the first event's
 * @param deliveries how many deliveries were made; none for a duplicate
 * @param duplicate whether the same request id had been published in the scope before
 */
public record Published(String id, long deliveries, boolean duplicate) {}
