package countersign.webhooks;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Decoding that takes one spelling of a value and no other. What decodes leniently lets somebody send many
 * texts for one digest, and hides mistakes in those that were meant otherwise.
 */
final class Strict {
    /** The base64 of the longest digest: 64 bytes. */
    private static final int BASE64_MAX = 88;

    private Strict() {}

    /** The bytes of a claimed digest in hexadecimal, in either case. */
    static byte[] hexDigest(String text, int bytes) {
        if (!text.chars().allMatch(c -> c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F')) {
            throw new WebhookException(Reason.ENCODING_INVALID);
        }
        if (text.length() != 2 * bytes) {
            throw new WebhookException(Reason.LENGTH_WRONG);
        }
        return HexFormat.of().parseHex(text);
    }

    /** The bytes of a claimed digest in base64. */
    static byte[] base64Digest(String text, int bytes) {
        if (text.length() > BASE64_MAX) {
            throw new WebhookException(Reason.LENGTH_WRONG);
        }
        byte[] digest = base64(text).orElseThrow(() -> new WebhookException(Reason.ENCODING_INVALID));
        if (digest.length != bytes) {
            throw new WebhookException(Reason.LENGTH_WRONG);
        }
        return digest;
    }

    /**
     * Padded standard base64. The JDK's decoder takes missing padding and loose bits after the last byte, so what
     * it decoded is written again and has to be the same text.
     */
    static Optional<byte[]> base64(String text) {
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
        return Base64.getEncoder().encodeToString(decoded).equals(text) ? Optional.of(decoded) : Optional.empty();
    }

    /** Bytes as text where they are UTF-8. {@code new String} would put a replacement for what is none. */
    static Optional<String> text(byte[] utf8) {
        try {
            return Optional.of(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
        } catch (CharacterCodingException notUtf8) {
            return Optional.empty();
        }
    }

    /** Text as UTF-8. {@code getBytes} would write a question mark for half a surrogate pair. */
    static byte[] utf8(String text) {
        try {
            ByteBuffer bytes = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            return Arrays.copyOf(bytes.array(), bytes.limit());
        } catch (CharacterCodingException halfAPair) {
            throw new IllegalArgumentException("half a surrogate pair is no text");
        }
    }
}
