package countersign.webhooks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Reading and writing header values. Java's own text methods know all of Unicode, where HTTP knows ASCII:
 * {@code equalsIgnoreCase} takes a long s for an s, {@code Long.parseLong} takes Arabic digits and signs, {@code strip}
 * takes more than spaces and tabs, {@code toLowerCase} depends on the machine's language. So the rules are written out.
 */
final class HeaderText {
    static final long ATTEMPT_MAX = 4_294_967_295L;

    private static final int TEXT_MAX = 255;
    private static final Pattern EVENT_KEY = Pattern.compile("[A-Za-z0-9_.:/-]{1,128}");
    private static final Pattern GITLAB_WORDS = Pattern.compile("[A-Za-z]++(?: [A-Za-z]++)++");
    private static final Pattern GITLAB_KEY = Pattern.compile("[a-z]++(?:_[a-z]++)++");

    private HeaderText() {}

    /** The value of a header that has to stand exactly once, without the blanks around it. */
    static String once(RequestHeaders headers, String name, Reason missing, Reason repeated) {
        List<String> values = values(headers, name);
        if (values.isEmpty()) {
            throw new WebhookException(missing);
        }
        if (values.size() > 1) {
            throw new WebhookException(repeated);
        }
        return trimmed(values.get(0));
    }

    /** The value of a header that stands exactly once and has at most 255 characters, else null. */
    static String tolerated(RequestHeaders headers, String name) {
        List<String> values = name == null ? List.of() : values(headers, name);
        if (values.size() != 1) {
            return null;
        }
        String value = trimmed(values.get(0));
        return value.length() <= TEXT_MAX ? value : null;
    }

    static String requestId(RequestHeaders headers, String name) {
        String value = tolerated(headers, name);
        return value != null && isVisible(value) ? value : null;
    }

    static String eventKey(RequestHeaders headers, String name, boolean gitlab) {
        String value = tolerated(headers, name);
        if (value == null) {
            return null;
        }
        if (gitlab && GITLAB_WORDS.matcher(value).matches()) {
            value = value.toLowerCase(Locale.ROOT).replace(' ', '_');
        }
        return isEventKey(value) ? value : null;
    }

    /** {@code merge_request_hook} as GitLab writes it, {@code Merge Request Hook}; any other key as it is. */
    static String gitlabEvent(String key) {
        if (!key.endsWith("_hook") || !GITLAB_KEY.matcher(key).matches()) {
            return key;
        }
        StringBuilder words = new StringBuilder(key.length());
        for (String word : key.split("_")) {
            words.append(words.isEmpty() ? "" : " ").append((char) (word.charAt(0) - 'a' + 'A'));
            words.append(word, 1, word.length());
        }
        return words.toString();
    }

    static Long attempt(RequestHeaders headers, String name) {
        String value = tolerated(headers, name);
        if (value == null || !isDigits(value)) {
            return null;
        }
        long number = 0;
        for (int i = 0; i < value.length() && number <= ATTEMPT_MAX; i++) {
            number = number * 10 + value.charAt(i) - '0';
        }
        return number <= ATTEMPT_MAX ? number : null;
    }

    static boolean isEventKey(String text) {
        return EVENT_KEY.matcher(text).matches();
    }

    /** 1 to 255 visible ASCII characters. */
    static boolean isVisible(String text) {
        return !text.isEmpty() && text.length() <= TEXT_MAX && text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    static boolean isDigits(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether two names differ in the case of ASCII letters at most. */
    static boolean isSame(String one, String other) {
        if (one.length() != other.length()) {
            return false;
        }
        for (int i = 0; i < one.length(); i++) {
            if (lower(one.charAt(i)) != lower(other.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** All values in a value of a framework's map. */
    static List<String> strings(Object value) {
        List<String> strings = new ArrayList<>();
        if (value instanceof String text) {
            strings.add(text);
        } else if (value instanceof Iterable<?> values) {
            values.forEach(each -> strings.addAll(strings(each)));
        } else if (value instanceof Object[] values) {
            Arrays.asList(values).forEach(each -> strings.addAll(strings(each)));
        } else if (value instanceof Enumeration<?> values) {
            Collections.list(values).forEach(each -> strings.addAll(strings(each)));
        } else if (value != null) {
            throw new IllegalArgumentException("a header value is a String or several, not " + value.getClass().getName());
        }
        return strings;
    }

    private static List<String> values(RequestHeaders headers, String name) {
        return strings(headers.values(name));
    }

    static String trimmed(String value) {
        int start = 0;
        int end = value.length();
        while (start < end && isBlank(value.charAt(start))) {
            start++;
        }
        while (end > start && isBlank(value.charAt(end - 1))) {
            end--;
        }
        return value.substring(start, end);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static char lower(char c) {
        return c >= 'A' && c <= 'Z' ? (char) (c - 'A' + 'a') : c;
    }
}
