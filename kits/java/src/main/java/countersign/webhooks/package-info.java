/**
 * Where a webhook comes from: {@link countersign.webhooks.Webhooks} verifies and signs,
 * {@link countersign.webhooks.Dialect} names how one system does it, and
 * {@link countersign.webhooks.WebhookException} says why a request was refused.
 */
package countersign.webhooks;
