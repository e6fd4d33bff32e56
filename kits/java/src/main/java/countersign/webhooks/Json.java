package countersign.webhooks;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small strict reader of JSON (RFC 8259) for the server's answers: objects as maps, arrays as lists, whole numbers as
 * {@code Long}, others as {@code Double}. A name twice and over 64 levels are errors.
 */
final class Json {
    private static final int DEPTH_MAX = 64;

    private final String text;
    private int at;

    private Json(String text) {
        this.text = text;
    }

    /** The object in some bytes; empty where they are none. */
    static Map<?, ?> object(byte[] utf8) {
        try {
            return Strict.text(utf8).map(Json::read).orElse(null) instanceof Map<?, ?> object ? object : Map.of();
        } catch (IllegalArgumentException notJson) {
            return Map.of();
        }
    }

    /** The value in a text; an {@code IllegalArgumentException} where it is no JSON. */
    static Object read(String text) {
        Json json = new Json(text);
        Object value = json.value(0);
        json.skipBlanks();
        if (json.at < text.length()) {
            throw json.wrong();
        }
        return value;
    }

    private Object value(int depth) {
        if (depth > DEPTH_MAX) {
            throw wrong();
        }
        skipBlanks();
        return switch (peek()) {
            case '{' -> objectAt(depth);
            case '[' -> arrayAt(depth);
            case '"' -> string();
            case 't' -> word("true", true);
            case 'f' -> word("false", false);
            case 'n' -> word("null", null);
            default -> number();
        };
    }

    private Map<String, Object> objectAt(int depth) {
        Map<String, Object> object = new LinkedHashMap<>();
        expect('{');
        if (ends('}')) {
            return object;
        }
        do {
            skipBlanks();
            String name = string();
            skipBlanks();
            expect(':');
            if (object.containsKey(name)) {
                throw wrong();
            }
            object.put(name, value(depth + 1));
        } while (continues('}'));
        return object;
    }

    private List<Object> arrayAt(int depth) {
        List<Object> array = new ArrayList<>();
        expect('[');
        if (ends(']')) {
            return array;
        }
        do {
            array.add(value(depth + 1));
        } while (continues(']'));
        return array;
    }

    private String string() {
        expect('"');
        StringBuilder string = new StringBuilder();
        for (char c = take(); c != '"'; c = take()) {
            if (c < ' ') {
                throw wrong();
            }
            string.append(c == '\\' ? escaped() : c);
        }
        return string.toString();
    }

    private char escaped() {
        char c = take();
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> hexadecimal();
            default -> throw wrong();
        };
    }

    private char hexadecimal() {
        int value = 0;
        for (int i = 0; i < 4; i++) {
            char c = take();
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw wrong();
            }
            value = value << 4 | digit;
        }
        return (char) value;
    }

    private Object number() {
        int start = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        String number = text.substring(start, at);
        if (!number.matches("-?(0|[1-9][0-9]*+)(\\.[0-9]++)?([eE][+-]?[0-9]++)?")) {
            throw wrong();
        }
        return number.matches("-?[0-9]{1,18}") ? (Object) Long.valueOf(number) : (Object) Double.valueOf(number);
    }

    private Object word(String word, Object value) {
        if (!text.startsWith(word, at)) {
            throw wrong();
        }
        at += word.length();
        return value;
    }

    private boolean ends(char end) {
        skipBlanks();
        if (peek() != end) {
            return false;
        }
        at++;
        return true;
    }

    private boolean continues(char end) {
        if (ends(end)) {
            return false;
        }
        expect(',');
        return true;
    }

    private void expect(char expected) {
        if (take() != expected) {
            throw wrong();
        }
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : '\0';
    }

    private char take() {
        char c = peek();
        if (at >= text.length()) {
            throw wrong();
        }
        at++;
        return c;
    }

    private void skipBlanks() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON at character " + at);
    }
}
