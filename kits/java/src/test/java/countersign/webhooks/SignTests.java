package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.isArgumentError;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** What a signer will not write. */
final class SignTests {
    private SignTests() {}

    static void run(Checks checks) {
        checks.test("no value brings a header of its own", () -> {
            for (String bad : List.of("", "a b", "a\r\nX-Evil: 1", "a\n", "é", "x".repeat(256))) {
                isArgumentError(() -> new Outgoing(bad, "1"));
                isArgumentError(() -> new Outgoing("repo:push", bad));
                isArgumentError(() -> KnownTests.outgoing().withHookId(bad));
            }
            isArgumentError(() -> KnownTests.outgoing().withAttempt(-1));
            isArgumentError(() -> KnownTests.outgoing().withAttempt(4_294_967_296L));
            isArgumentError(() -> KnownTests.outgoing().withNow(java.time.Instant.ofEpochSecond(-1)));
        });
        checks.test("a signed id has no full stop", () -> {
            Outgoing dotted = new Outgoing("repo:push", "a.b");
            isArgumentError(() -> Webhooks.sign(Dialect.STANDARD_WEBHOOKS, Secrets.of(KnownTests.WHSEC), dotted, new byte[0]));
            isArgumentError(() -> Webhooks.sign(Dialect.GITLAB, Secrets.of(KnownTests.WHSEC), dotted, new byte[0]));
            Webhooks.sign(Dialect.GITLAB, Secrets.of("token"), dotted, new byte[0]);
        });
        checks.test("a configured header stands once", () -> {
            Dialect once = Dialect.genericHmac("X-Signature", "", Dialect.Encoding.HEX, Dialect.Algorithm.SHA256, "x-event-key", null);
            equal(List.of("X-Event-Key", "X-Attempt-Number", "X-Signature"), names(once));
            for (String taken : List.of("x-signature", "X-Event-Key", "X-ATTEMPT-NUMBER")) {
                Dialect twice = Dialect.genericHmac("X-Signature", "", Dialect.Encoding.HEX, Dialect.Algorithm.SHA256, null, taken);
                isArgumentError(() -> names(twice));
            }
        });
        checks.test("a header name or prefix that cannot be sent", () -> {
            for (String bad : List.of("", "X Signature", "X-Signature:", "X\r\nY", "Ü")) {
                isArgumentError(() -> Dialect.genericHmac(bad));
                isArgumentError(() -> Dialect.genericHmac("X", "", Dialect.Encoding.HEX, Dialect.Algorithm.SHA256, bad, null));
                isArgumentError(() -> Dialect.genericHmac("X", "", Dialect.Encoding.HEX, Dialect.Algorithm.SHA256, null, bad));
            }
            isArgumentError(() -> Dialect.genericHmac("X", "a\n", Dialect.Encoding.HEX, Dialect.Algorithm.SHA256, null, null));
        });
        checks.test("GitLab's spelling of events", () -> {
            equal("Merge Request Hook", HeaderText.gitlabEvent("merge_request_hook"));
            for (String same : Arrays.asList("push", "_hook", "hook", "push_Hook", "a__hook", "push:hook", "push_hook_", "push2_hook")) {
                equal(same, HeaderText.gitlabEvent(same));
            }
        });
    }

    private static List<String> names(Dialect dialect) {
        Map<String, String> headers = Webhooks.sign(dialect, Secrets.of("secret"), KnownTests.outgoing(), new byte[0]);
        return List.copyOf(headers.keySet());
    }
}
