package countersign.webhooks;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How one system shows the origin of a webhook. A dialect is configured and never guessed from a request: Bitbucket
 * has its SHA-256 in the header in which GitHub has SHA-1, and a stranger chooses what a request looks like.
 */
public final class Dialect {
    /** Bitbucket Cloud: {@code X-Hub-Signature: sha256=HEX} over the body. */
    public static final Dialect BITBUCKET_CLOUD = new Dialect("bitbucket-cloud", Proof.BODY, "X-Hub-Signature", "sha256=",
            "X-Event-Key", List.of("X-Request-UUID"), "X-Hook-UUID", "X-Attempt-Number");
    /** Bitbucket Server and Data Center: the same signature, another id. */
    public static final Dialect BITBUCKET_DATA_CENTER = new Dialect("bitbucket-data-center", Proof.BODY, "X-Hub-Signature",
            "sha256=", "X-Event-Key", List.of("X-Request-Id"), null, null);
    /** GitHub: {@code X-Hub-Signature-256: sha256=HEX} over the body. */
    public static final Dialect GITHUB = new Dialect("github", Proof.BODY, "X-Hub-Signature-256", "sha256=",
            "X-GitHub-Event", List.of("X-GitHub-Delivery"), "X-GitHub-Hook-ID", null);
    /** GitLab: with a secret {@code whsec_...} as Standard Webhooks, with any other the secret in {@code X-Gitlab-Token}. */
    public static final Dialect GITLAB = new Dialect("gitlab", Proof.GITLAB, "webhook-signature", "v1,",
            "X-Gitlab-Event", List.of("Idempotency-Key", "X-Gitlab-Event-UUID"), "X-Gitlab-Webhook-UUID", null);
    /** Gitea and Forgejo: {@code X-Gitea-Signature: HEX} over the body. */
    public static final Dialect GITEA = new Dialect("gitea", Proof.BODY, "X-Gitea-Signature", "",
            "X-Gitea-Event", List.of("X-Gitea-Delivery"), null, null);
    /** Standard Webhooks: {@code webhook-signature: v1,BASE64 ...} over id, time and body. */
    public static final Dialect STANDARD_WEBHOOKS = new Dialect("standard-webhooks", Proof.LIST, "webhook-signature", "v1,",
            "X-Event-Key", List.of(), null, null);

    private static final List<Dialect> NAMED =
            List.of(BITBUCKET_CLOUD, BITBUCKET_DATA_CENTER, GITHUB, GITLAB, GITEA, STANDARD_WEBHOOKS);
    private static final Pattern HEADER_NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

    /** How a digest is written. */
    public enum Encoding {
        /** Hexadecimal: written in lower case, read in either. */
        HEX,
        /** Padded standard base64. */
        BASE64
    }

    /** The hash function of an HMAC. */
    public enum Algorithm {
        /** SHA-256. */
        SHA256("HmacSHA256", 32),
        /** SHA-512. */
        SHA512("HmacSHA512", 64);

        private final String javaName;
        private final int digestBytes;

        Algorithm(String javaName, int digestBytes) {
            this.javaName = javaName;
            this.digestBytes = digestBytes;
        }

        String javaName() {
            return javaName;
        }

        int digestBytes() {
            return digestBytes;
        }
    }

    /** What a request shows. */
    enum Proof {
        /** One signature over the body. */
        BODY,
        /** A list of signatures over id, time and body. */
        LIST,
        /** That list, or the secret itself. */
        GITLAB
    }

    private final String name;
    private final Proof proof;
    private final String signatureHeader;
    private final String label;
    private final Encoding encoding;
    private final Algorithm algorithm;
    private final String eventKeyHeader;
    private final List<String> requestIdHeaders;
    private final String hookIdHeader;
    private final String attemptHeader;

    private Dialect(String name, Proof proof, String signatureHeader, String label, String eventKeyHeader,
            List<String> requestIdHeaders, String hookIdHeader, String attemptHeader) {
        this(name, proof, signatureHeader, label, proof == Proof.BODY ? Encoding.HEX : Encoding.BASE64,
                Algorithm.SHA256, eventKeyHeader, requestIdHeaders, hookIdHeader, attemptHeader);
    }

    private Dialect(String name, Proof proof, String signatureHeader, String label, Encoding encoding, Algorithm algorithm,
            String eventKeyHeader, List<String> requestIdHeaders, String hookIdHeader, String attemptHeader) {
        this.name = name;
        this.proof = proof;
        this.signatureHeader = signatureHeader;
        this.label = label;
        this.encoding = encoding;
        this.algorithm = algorithm;
        this.eventKeyHeader = eventKeyHeader;
        this.requestIdHeaders = requestIdHeaders;
        this.hookIdHeader = hookIdHeader;
        this.attemptHeader = attemptHeader;
    }

    /**
     * The dialect with a name, as configuration files have it.
     *
     * @param name such as {@code bitbucket-cloud}; exact, with its case
     * @return the dialect
     * @throws WebhookException {@link Reason#DIALECT_UNKNOWN}, for {@code generic-hmac} too, which has no meaning
     *     without its headers
     */
    public static Dialect of(String name) {
        return NAMED.stream().filter(dialect -> dialect.name.equals(name)).findFirst()
                .orElseThrow(() -> new WebhookException(Reason.DIALECT_UNKNOWN));
    }

    /**
     * {@code generic-hmac} with the hexadecimal HMAC-SHA256 of the body in a header.
     *
     * @param header the header of the signature
     * @return the dialect
     */
    public static Dialect genericHmac(String header) {
        return genericHmac(header, "", Encoding.HEX, Algorithm.SHA256, null, null);
    }

    /**
     * {@code generic-hmac}: an HMAC of the body in a header.
     *
     * @param header the header of the signature
     * @param prefix what stands before the digest, exactly; often empty or {@code sha256=}
     * @param encoding how the digest is written
     * @param algorithm the hash function
     * @param eventKeyHeader the header of the event key, or null
     * @param requestIdHeader the header of the request id, or null
     * @return the dialect
     * @throws IllegalArgumentException where a header name or the prefix cannot stand in a request
     */
    public static Dialect genericHmac(String header, String prefix, Encoding encoding, Algorithm algorithm,
            String eventKeyHeader, String requestIdHeader) {
        Objects.requireNonNull(encoding, "encoding");
        Objects.requireNonNull(algorithm, "algorithm");
        boolean named = Stream.of(header, eventKeyHeader == null ? header : eventKeyHeader,
                requestIdHeader == null ? header : requestIdHeader).allMatch(each -> HEADER_NAME.matcher(each).matches());
        if (!named || !prefix.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw new IllegalArgumentException("a header name or the prefix cannot stand in a request");
        }
        List<String> requestIdHeaders = requestIdHeader == null ? List.of() : List.of(requestIdHeader);
        return new Dialect("generic-hmac", Proof.BODY, header, prefix, encoding, algorithm, eventKeyHeader,
                requestIdHeaders, null, null);
    }

    /**
     * The name of the dialect.
     *
     * @return such as {@code bitbucket-cloud}
     */
    public String name() {
        return name;
    }

    Proof proof() {
        return proof;
    }

    String signatureHeader() {
        return signatureHeader;
    }

    String label() {
        return label;
    }

    Encoding encoding() {
        return encoding;
    }

    Algorithm algorithm() {
        return algorithm;
    }

    /** Null where generic-hmac has none. */
    String eventKeyHeader() {
        return eventKeyHeader;
    }

    /**
     * The one to believe first stands first. {@code webhook-id} is none of them: where a list of signatures can cover it, it
     * is read before them, and sent with that list.
     */
    List<String> requestIdHeaders() {
        return requestIdHeaders;
    }

    /** Null where the dialect has none. */
    String hookIdHeader() {
        return hookIdHeader;
    }

    /** What a received attempt is read from; null where the dialect has none. */
    String attemptHeader() {
        return attemptHeader;
    }

    /** The name. */
    @Override
    public String toString() {
        return name;
    }
}
