package examples;

import countersign.webhooks.Dialect;
import countersign.webhooks.RequestHeaders;
import countersign.webhooks.Secrets;
import countersign.webhooks.Verified;
import countersign.webhooks.WebhookException;
import countersign.webhooks.Webhooks;
import java.io.IOException;
import java.io.InputStream;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/** Receives Standard Webhooks in Spring MVC. */
@RestController
public class SpringReceiver {
    /** Spring and its containers limit forms and uploads only. */
    private static final int BODY_MAX = 1024 * 1024;

    private final Secrets secrets;

    /** A secret that cannot be used keeps the application from starting. */
    public SpringReceiver() throws IOException {
        secrets = ConfiguredSecret.read().checkedFor(Dialect.STANDARD_WEBHOOKS);
    }

    /**
     * The body is an InputStream: {@code @RequestBody String} and objects are no longer what was signed, and of a form
     * {@code @RequestBody byte[]} is put together anew from its parameters. The headers are a map of lists:
     * {@code @RequestHeader("webhook-signature") String} hides that a header stands twice.
     */
    @PostMapping("/webhook")
    public ResponseEntity<String> receive(@RequestHeader MultiValueMap<String, String> headers, InputStream stream)
            throws IOException {
        byte[] body = stream.readNBytes(BODY_MAX + 1);
        if (body.length > BODY_MAX) {
            return ResponseEntity.status(413).body("too large\n");
        }
        try {
            accept(Webhooks.verify(Dialect.STANDARD_WEBHOOKS, secrets, RequestHeaders.of(headers), body), body);
            return ResponseEntity.accepted().body("accepted\n");
        } catch (WebhookException refused) {
            System.err.println("refused: " + refused.reason().word());
            return ResponseEntity.status(403).body("forbidden\n");
        }
    }

    /** Here the body may be parsed. */
    private static void accept(Verified request, byte[] body) {
        System.err.println(request.eventKey() + " " + request.requestId() + ", " + body.length + " bytes");
    }
}
