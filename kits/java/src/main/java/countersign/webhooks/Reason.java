package countersign.webhooks;

import java.util.Locale;

/**
 * Why a request was refused or a configuration cannot be used. The {@linkplain #word() words} are the
 * same in every Countersign kit. They are for the operator: the sender is told only that it was refused.
 */
public enum Reason {
    /** The dialect's signature header is missing. */
    SIGNATURE_MISSING("the dialect's signature header is missing"),
    /** The dialect's signature header stands twice or more: which one counts must not be a guess. */
    SIGNATURE_REPEATED("the dialect's signature header stands more than once"),
    /** What stands before the signature is another algorithm's label, or none. */
    LABEL_UNKNOWN("the signature does not begin with the dialect's label"),
    /** The signature is not strictly hexadecimal or base64. */
    ENCODING_INVALID("the signature is not strictly encoded"),
    /** The signature is shorter or longer than the algorithm's. */
    LENGTH_WRONG("the signature does not have the algorithm's length"),
    /** The header of the signed id is missing. */
    ID_MISSING("the signed id is missing"),
    /** The header of the signed id stands more than once. */
    ID_REPEATED("the signed id stands more than once"),
    /** The signed id is not 1 to 255 visible ASCII characters without a full stop. */
    ID_INVALID("the signed id is not 1 to 255 visible ASCII characters without '.'"),
    /** The header of the signed time is missing. */
    TIMESTAMP_MISSING("the signed time is missing"),
    /** The header of the signed time stands more than once. */
    TIMESTAMP_REPEATED("the signed time stands more than once"),
    /** The signed time is not 1 to 19 ASCII digits up to 2^63 - 1. */
    TIMESTAMP_INVALID("the signed time is not a number of seconds"),
    /** A list of over 16 signatures. */
    TOO_MANY_SIGNATURES("over 16 signatures"),
    /** No active secret made this signature over these bytes. */
    MISMATCH("no active secret fits"),
    /** Signed over 300 seconds ago. */
    TIMESTAMP_TOO_OLD("signed over 300 seconds ago"),
    /** Signed over 300 seconds in the future. */
    TIMESTAMP_TOO_NEW("signed over 300 seconds in the future"),

    /** A secret without bytes: anybody could sign with it. */
    SECRET_EMPTY("the secret is empty"),
    /** A secret of white space alone. */
    SECRET_BLANK("the secret is nothing but white space"),
    /** A secret of over 1,024 bytes. */
    SECRET_TOO_LONG("the secret has over 1,024 bytes"),
    /** A secret of Standard Webhooks that does not begin with {@code whsec_}. */
    SECRET_NOT_WHSEC("a standard-webhooks secret begins with whsec_"),
    /** What follows {@code whsec_} is not strict base64. */
    SECRET_ENCODING("what follows whsec_ is not strict base64"),
    /** The key after {@code whsec_} has under 24 or over 64 bytes. */
    SECRET_LENGTH("the key after whsec_ does not have 24 to 64 bytes"),
    /** A GitLab token that cannot stand in a header. */
    SECRET_NOT_HEADER_TEXT("the token is not visible ASCII with inner spaces at most"),
    /** No secret was given. */
    NO_SECRET("no secret was given"),
    /** Over four secrets. */
    TOO_MANY_SECRETS("at most 4 secrets may be active"),
    /** No dialect has this name; {@code generic-hmac} needs its configuration. */
    DIALECT_UNKNOWN("not a dialect: bitbucket-cloud, bitbucket-data-center, github, gitlab, gitea and "
            + "standard-webhooks have names, generic-hmac is made by Dialect.genericHmac"),
    /** The body is no {@code byte[]} any more. A signature covers bytes, not what was read out of them. */
    BODY_NOT_RAW("pass the body as the byte[] that arrived, before anything parsed or decoded it. "
            + "Spring: an InputStream parameter in place of @RequestBody (whose byte[] is put together anew for forms); "
            + "Servlet: request.getInputStream() before any getParameter; JDK HttpServer: exchange.getRequestBody(); "
            + "JAX-RS: a byte[] entity; AWS Lambda: event.get(\"body\"), through Base64.getDecoder() where "
            + "isBase64Encoded is true, else getBytes(UTF_8)");

    private final String explanation;

    Reason(String explanation) {
        this.explanation = explanation;
    }

    /**
     * The word for this reason, such as {@code signature_missing}: for counters and logs.
     *
     * @return lower-case ASCII words with {@code _} between them
     */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    String explanation() {
        return explanation;
    }
}
