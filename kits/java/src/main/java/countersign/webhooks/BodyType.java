package countersign.webhooks;

import java.nio.charset.StandardCharsets;

/**
 * The string {@code type} at the top of a JSON object, which is how Standard Webhooks names the event. One pass over the
 * bytes with a counter for depth: a verified body may still be large, deep or no JSON at all, and none of that
 * must cost memory or stack here.
 */
final class BodyType {
    private static final int EVENT_KEY_MAX = 128;

    private final byte[] body;
    private int at;

    private BodyType(byte[] body) {
        this.body = body;
    }

    /** The first top-level {@code type}, where it is an event key, else null. */
    static String of(byte[] body) {
        return new BodyType(body).find();
    }

    private String find() {
        skipBlanks();
        if (next() != '{') {
            return null;
        }
        int depth = 0;
        boolean nameExpected = true;
        for (int c = next(); c >= 0; c = next()) {
            switch (c) {
                case '"' -> {
                    String string = string();
                    if (string == null) {
                        return null;
                    }
                    if (depth == 0 && nameExpected && string.equals("type")) {
                        return value();
                    }
                }
                case '{', '[' -> depth++;
                case '}', ']' -> {
                    if (depth-- == 0) {
                        return null;
                    }
                }
                case ':' -> nameExpected &= depth > 0;
                case ',' -> nameExpected |= depth == 0;
                default -> { }
            }
        }
        return null;
    }

    private String value() {
        skipBlanks();
        if (next() != ':') {
            return null;
        }
        skipBlanks();
        String text = next() == '"' ? string() : null;
        // `\/` is how many encoders write a slash; a text with any other escape is no event key.
        text = text == null ? "" : text.replace("\\/", "/");
        return HeaderText.isEventKey(text) ? text : null;
    }

    /** The inside of a string, escapes as they stand; empty where it is too long to matter, null where it has no end. */
    private String string() {
        int start = at;
        for (int c = next(); c >= 0; c = next()) {
            if (c == '"') {
                int length = at - 1 - start;
                // Bytes to characters one to one: what is not ASCII is no event key either way.
                return length > 2 * EVENT_KEY_MAX ? "" : new String(body, start, length, StandardCharsets.ISO_8859_1);
            }
            if (c == '\\') {
                at++;
            }
        }
        return null;
    }

    private void skipBlanks() {
        while (at < body.length && (body[at] == ' ' || body[at] == '\t' || body[at] == '\n' || body[at] == '\r')) {
            at++;
        }
    }

    /** The next byte, or -1. */
    private int next() {
        return at < body.length ? body[at++] & 0xff : -1;
    }
}
