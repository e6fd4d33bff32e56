package countersign.webhooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The active secrets, 1 to 4, each with an id: two while one is rotated out. Make them when the program starts, so
 * that a secret that cannot be used ends it there.
 *
 * <p>An empty or blank secret is an error and is never left out: a secret that a missing setting turned into
 * {@code ""} would make every stranger a sender.
 */
public final class Secrets {
    private static final int ACTIVE_MAX = 4;
    private static final int BYTES_MAX = 1024;
    private static final int KEY_MIN = 24;
    private static final int KEY_MAX = 64;
    private static final String WHSEC = "whsec_";

    /** One secret as it was given. No record: its {@code toString} must not grow a secret. */
    private static final class Secret {
        final String id;
        final byte[] bytes;

        Secret(String id, byte[] bytes) {
            this.id = id;
            this.bytes = bytes;
        }

        boolean isWhsec() {
            byte[] prefix = Strict.utf8(WHSEC);
            return bytes.length >= prefix.length && Arrays.equals(prefix, Arrays.copyOf(bytes, prefix.length));
        }
    }

    /** A secret as a dialect uses it: the key of an HMAC, or a token that is compared itself. */
    record Key(String id, byte[] bytes, boolean isToken) {
        @Override
        public String toString() {
            return "Key[" + id + "]";
        }
    }

    private final List<Secret> secrets;

    private Secrets(List<Secret> secrets) {
        this.secrets = secrets;
    }

    /**
     * One secret, with the id {@code "0"}.
     *
     * @param secret the text, kept exactly and used as UTF-8: a line ending at its end is part of it
     * @return the secret
     * @throws WebhookException where it cannot be a secret
     */
    public static Secrets of(String secret) {
        return of(Arrays.asList(secret));
    }

    /**
     * One secret, with the id {@code "0"}.
     *
     * @param secret the bytes; copied
     * @return the secret
     * @throws WebhookException where it cannot be a secret
     */
    public static Secrets of(byte[] secret) {
        return of(Arrays.asList((Object) secret));
    }

    /**
     * Several secrets, with the ids {@code "0"}, {@code "1"} and so on.
     *
     * @param secrets each a {@code String} or a {@code byte[]}; the one activated last stands last
     * @return the secrets
     * @throws WebhookException for none, for over four, and where one cannot be a secret
     */
    public static Secrets of(List<?> secrets) {
        Map<String, Object> named = new LinkedHashMap<>();
        secrets.forEach(secret -> named.put(String.valueOf(named.size()), secret));
        return of(named);
    }

    /**
     * Several secrets with ids of your own.
     *
     * @param secrets id to a {@code String} or a {@code byte[]}; signing uses the last one, so take a map that keeps
     *     its order, such as {@code LinkedHashMap}, and not {@code Map.of}
     * @return the secrets
     * @throws WebhookException for none, for over four, and where one cannot be a secret
     */
    public static Secrets of(Map<String, ?> secrets) {
        if (secrets.isEmpty()) {
            throw new WebhookException(Reason.NO_SECRET);
        }
        if (secrets.size() > ACTIVE_MAX) {
            throw new WebhookException(Reason.TOO_MANY_SECRETS);
        }
        List<Secret> checked = new ArrayList<>();
        secrets.forEach((id, secret) -> checked.add(new Secret(id, checked(bytes(secret)))));
        return new Secrets(List.copyOf(checked));
    }

    /**
     * Checks that a dialect can use these secrets. {@code verify} and {@code sign} do the same; call this when the
     * program starts to learn it then.
     *
     * @param dialect the dialect
     * @return these secrets
     * @throws WebhookException where one of them is none of the dialect
     */
    public Secrets checkedFor(Dialect dialect) {
        keys(dialect);
        return this;
    }

    /** The keys in the order given. */
    List<Key> keys(Dialect dialect) {
        List<Key> keys = new ArrayList<>();
        for (Secret secret : secrets) {
            keys.add(switch (dialect.proof()) {
                case BODY -> new Key(secret.id, secret.bytes, false);
                case LIST -> whsec(secret);
                case GITLAB -> secret.isWhsec() ? whsec(secret) : token(secret);
            });
        }
        return keys;
    }

    private static Key whsec(Secret secret) {
        if (!secret.isWhsec()) {
            throw new WebhookException(Reason.SECRET_NOT_WHSEC);
        }
        String encoded = Strict.text(secret.bytes)
                .orElseThrow(() -> new WebhookException(Reason.SECRET_ENCODING))
                .substring(WHSEC.length());
        byte[] key = Strict.base64(encoded).orElseThrow(() -> new WebhookException(Reason.SECRET_ENCODING));
        if (key.length < KEY_MIN || key.length > KEY_MAX) {
            throw new WebhookException(Reason.SECRET_LENGTH);
        }
        return new Key(secret.id, key, false);
    }

    private static Key token(Secret secret) {
        byte[] bytes = secret.bytes;
        for (byte each : bytes) {
            if (each < 0x20 || each > 0x7e) {
                throw new WebhookException(Reason.SECRET_NOT_HEADER_TEXT);
            }
        }
        if (bytes[0] == ' ' || bytes[bytes.length - 1] == ' ') {
            throw new WebhookException(Reason.SECRET_NOT_HEADER_TEXT);
        }
        return new Key(secret.id, bytes, true);
    }

    private static byte[] bytes(Object secret) {
        if (secret instanceof String text) {
            return Strict.utf8(text);
        }
        if (secret instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (secret == null) {
            throw new WebhookException(Reason.SECRET_EMPTY);
        }
        throw new IllegalArgumentException("a secret is a String or a byte[], not " + secret.getClass().getName());
    }

    private static byte[] checked(byte[] secret) {
        if (secret.length == 0) {
            throw new WebhookException(Reason.SECRET_EMPTY);
        }
        if (Strict.text(secret).filter(text -> text.codePoints().allMatch(Secrets::isWhiteSpace)).isPresent()) {
            throw new WebhookException(Reason.SECRET_BLANK);
        }
        if (secret.length > BYTES_MAX) {
            throw new WebhookException(Reason.SECRET_TOO_LONG);
        }
        return secret;
    }

    /** Unicode's white space except vertical tab and form feed; {@code Character.isWhitespace} lacks the no-break ones. */
    private static boolean isWhiteSpace(int c) {
        return c == '\t' || c == '\n' || c == '\r' || c == 0x85 || Character.isSpaceChar(c);
    }

    /** How many there are, and nothing of them. */
    @Override
    public String toString() {
        return "Secrets[" + secrets.size() + "]";
    }
}
