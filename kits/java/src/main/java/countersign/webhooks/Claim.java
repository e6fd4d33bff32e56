package countersign.webhooks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What the headers of a request claim, read before the body is looked at: the digests, any of which may fit, what is
 * signed before the body, and when it was signed (null where no time is). Nothing in it is to be believed yet.
 */
record Claim(List<byte[]> digests, byte[] prefix, Long signedAt) {
    static final String LIST_HEADER = "webhook-signature";
    static final String ID_HEADER = "webhook-id";
    static final String TIMESTAMP_HEADER = "webhook-timestamp";
    static final String TOKEN_HEADER = "X-Gitlab-Token";

    private static final int SIGNATURES_MAX = 16;
    private static final int TIMESTAMP_DIGITS_MAX = 19;

    /** One labelled digest. */
    static Claim digest(Dialect dialect, RequestHeaders headers) {
        String value = HeaderText.once(headers, dialect.signatureHeader(),
                Reason.SIGNATURE_MISSING, Reason.SIGNATURE_REPEATED);
        if (!value.startsWith(dialect.label())) {
            // Neither cut off blindly nor optional: `sha1=` must not be read as something else.
            throw new WebhookException(Reason.LABEL_UNKNOWN);
        }
        String text = value.substring(dialect.label().length());
        int bytes = dialect.algorithm().digestBytes();
        byte[] digest = switch (dialect.encoding()) {
            case HEX -> Strict.hexDigest(text, bytes);
            case BASE64 -> Strict.base64Digest(text, bytes);
        };
        return new Claim(List.of(digest), new byte[0], null);
    }

    /** A token, as its SHA-256: what is compared then has one length, so that the secret's does not show. */
    static Claim token(RequestHeaders headers) {
        String token = HeaderText.once(headers, TOKEN_HEADER, Reason.SIGNATURE_MISSING, Reason.SIGNATURE_REPEATED);
        if (!token.chars().allMatch(c -> c < 0x80)) {
            // `getBytes` would turn what it cannot write into question marks, which a token may have.
            throw new WebhookException(Reason.MISMATCH);
        }
        return new Claim(List.of(Digests.sha256(token.getBytes(StandardCharsets.US_ASCII))), new byte[0], null);
    }

    /** A list of signatures, the id and the time. */
    static Claim list(Dialect dialect, RequestHeaders headers) {
        String list = HeaderText.once(headers, LIST_HEADER, Reason.SIGNATURE_MISSING, Reason.SIGNATURE_REPEATED);
        List<byte[]> digests = digests(dialect, list);
        String id = HeaderText.once(headers, ID_HEADER, Reason.ID_MISSING, Reason.ID_REPEATED);
        if (!isId(id)) {
            throw new WebhookException(Reason.ID_INVALID);
        }
        String timestamp = HeaderText.once(headers, TIMESTAMP_HEADER, Reason.TIMESTAMP_MISSING, Reason.TIMESTAMP_REPEATED);
        return new Claim(digests, prefix(id, timestamp), seconds(timestamp));
    }

    /** Whether the id can be signed: with a full stop in it, id and time could be cut apart at two places. */
    static boolean isId(String id) {
        return HeaderText.isVisible(id) && id.indexOf('.') < 0;
    }

    /** What is signed before the body: the texts as they stand in the headers. */
    static byte[] prefix(String id, String timestamp) {
        return (id + "." + timestamp + ".").getBytes(StandardCharsets.US_ASCII);
    }

    private static List<byte[]> digests(Dialect dialect, String list) {
        // `split` drops empty items at the end; the value of a header has no blank there.
        String[] items = list.split(" ");
        if (items.length > SIGNATURES_MAX) {
            throw new WebhookException(Reason.TOO_MANY_SIGNATURES);
        }
        List<byte[]> digests = new ArrayList<>();
        WebhookException malformed = null;
        for (String item : items) {
            if (!item.startsWith(dialect.label())) {
                continue;
            }
            try {
                digests.add(Strict.base64Digest(item.substring(dialect.label().length()),
                        dialect.algorithm().digestBytes()));
            } catch (WebhookException refused) {
                malformed = malformed == null ? refused : malformed;
            }
        }
        if (digests.isEmpty()) {
            throw malformed == null ? new WebhookException(Reason.LABEL_UNKNOWN) : malformed;
        }
        return digests;
    }

    private static long seconds(String timestamp) {
        if (timestamp.length() <= TIMESTAMP_DIGITS_MAX && HeaderText.isDigits(timestamp)) {
            try {
                return Long.parseLong(timestamp);
            } catch (NumberFormatException overTheMost) {
                // Refused below.
            }
        }
        throw new WebhookException(Reason.TIMESTAMP_INVALID);
    }
}
