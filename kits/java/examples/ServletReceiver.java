package examples;

import countersign.webhooks.Dialect;
import countersign.webhooks.RequestHeaders;
import countersign.webhooks.Secrets;
import countersign.webhooks.Verified;
import countersign.webhooks.WebhookException;
import countersign.webhooks.Webhooks;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;

/** Receives GitHub's webhooks in a servlet container (before Jakarta EE 9 the imports say {@code javax}). */
public final class ServletReceiver extends HttpServlet {
    private static final long serialVersionUID = 1L;

    /** GitHub sends 25 MB at most; take less where your events are smaller. */
    private static final int BODY_MAX = 25 * 1024 * 1024;

    private transient Secrets secrets;

    /** A secret that cannot be used keeps the servlet from starting. */
    @Override
    public void init() throws ServletException {
        try {
            secrets = ConfiguredSecret.read().checkedFor(Dialect.GITHUB);
        } catch (IOException unreadable) {
            throw new ServletException(unreadable);
        }
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Before any getParameter: that would read the body of a form away.
        byte[] body = request.getInputStream().readNBytes(BODY_MAX + 1);
        if (body.length > BODY_MAX) {
            answer(response, 413, "too large\n");
            return;
        }
        RequestHeaders headers = name -> Collections.list(request.getHeaders(name));
        try {
            accept(Webhooks.verify(Dialect.GITHUB, secrets, headers, body), body);
            answer(response, 202, "accepted\n");
        } catch (WebhookException refused) {
            log("refused: " + refused.reason().word());
            answer(response, 403, "forbidden\n");
        }
    }

    /** Here the body may be parsed. */
    private void accept(Verified request, byte[] body) {
        log(request.eventKey() + " " + request.requestId() + ", " + body.length + " bytes");
    }

    /** By hand: sendError would answer with the container's page. */
    private static void answer(HttpServletResponse response, int status, String text) throws IOException {
        response.setStatus(status);
        response.setContentType("text/plain");
        response.getWriter().write(text);
    }
}
