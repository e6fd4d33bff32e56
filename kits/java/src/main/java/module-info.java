/**
 * Verifies and signs webhooks in seven dialects, and publishes events to a Countersign server. Needs
 * nothing but the JDK; {@code java.net.http} is used for publishing alone.
 */
module countersign.webhooks {
    requires java.net.http;

    exports countersign.webhooks;
}
