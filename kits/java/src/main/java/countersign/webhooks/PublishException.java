package countersign.webhooks;

import java.io.IOException;

/**
 * An event that was not published, or of which that is not known: with status 0 the server may have it. Publish again
 * with the same request id. The message never has the token or the address.
 */
public final class PublishException extends IOException {
    private static final long serialVersionUID = 1L;

    /** The status of the answer, or 0. */
    private final int status;
    /** The problem's stable word, or null. */
    private final String code;
    /** What the server says about this occurrence, or null. */
    private final String detail;

    PublishException(int status, String code, String detail, Throwable cause) {
        super((status == 0 ? "no answer" : "status " + status) + (code == null ? "" : ", " + code)
                + (detail == null ? "" : ": " + detail), cause);
        this.status = status;
        this.code = code;
        this.detail = detail;
    }

    /**
     * The status of the answer.
     *
     * @return an HTTP status; 0 where no whole answer came
     */
    public int status() {
        return status;
    }

    /**
     * The problem's stable word.
     *
     * @return such as {@code invalid_fields}; null where the answer was no problem of the server's
     */
    public String code() {
        return code;
    }

    /**
     * What is wrong, for people, with the errors of single fields.
     *
     * @return a text, or null
     */
    public String detail() {
        return detail;
    }
}
