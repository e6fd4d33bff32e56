package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.isArgumentError;
import static countersign.webhooks.Checks.refusedFor;

import com.sun.net.httpserver.Headers;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The shapes in which headers come, and the traps of Java's text methods. */
final class HeaderTests {
    private static final Secrets SECRETS = Secrets.of("a secret of the header tests");
    private static final String NAME = "X-Hub-Signature";

    private HeaderTests() {}

    static void run(Checks checks) {
        String signature = Webhooks.sign(Dialect.BITBUCKET_CLOUD, SECRETS, KnownTests.outgoing(), KnownTests.body()).get(NAME);
        checks.test("values in every shape", () -> {
            for (Object value : List.of(signature, List.of(signature), new String[] {signature},
                    Collections.enumeration(List.of(signature)), Arrays.asList(null, signature))) {
                equal("0", verified(RequestHeaders.of(Map.of(NAME, value))));
            }
            equal("0", verified(RequestHeaders.of(List.of(Map.entry(NAME, signature)))));
            equal("0", verified(name -> name.equals(NAME) ? List.of(signature) : null));
        });
        checks.test("the JDK's own headers", () -> {
            Headers headers = new Headers();
            headers.add(NAME, signature);
            equal("0", verified(RequestHeaders.of(headers)));
            headers.add(NAME, signature);
            refusedFor(Reason.SIGNATURE_REPEATED, () -> verified(RequestHeaders.of(headers)));
            equal("0", verified(RequestHeaders.of(java.net.http.HttpHeaders.of(Map.of(NAME, List.of(signature)), (name, value) -> true).map())));
        });
        checks.test("a null name and null values are left out", () -> {
            Map<String, List<String>> headers = new HashMap<>();
            headers.put(null, List.of("HTTP/1.1 200 OK"));
            headers.put("X-Empty", null);
            headers.put(NAME, List.of(signature));
            equal("0", verified(RequestHeaders.of(headers)));
            headers.put(NAME, null);
            refusedFor(Reason.SIGNATURE_MISSING, () -> verified(RequestHeaders.of(headers)));
        });
        checks.test("two values are refused, in whatever shape and case", () -> {
            for (Object values : List.of(List.of(signature, signature), new String[] {signature, signature}, List.of(signature, ""))) {
                refusedFor(Reason.SIGNATURE_REPEATED, () -> verified(RequestHeaders.of(Map.of(NAME, values))));
            }
            refusedFor(Reason.SIGNATURE_REPEATED, () -> verified(RequestHeaders.of(new TreeMap<>(Map.of(NAME, signature, "x-hub-signature", signature)))));
            refusedFor(Reason.SIGNATURE_REPEATED, () -> verified(RequestHeaders.of(List.of(Map.entry(NAME, signature), Map.entry("X-HUB-SIGNATURE", "")))));
            refusedFor(Reason.SIGNATURE_REPEATED, () -> verified(name -> List.of(signature, signature)));
        });
        checks.test("values joined by a comma fit nothing", () -> {
            refusedFor(Reason.ENCODING_INVALID, () -> verified(RequestHeaders.of(Map.of(NAME, signature + "," + signature))));
        });
        checks.test("values of other types are an error", () -> isArgumentError(() -> RequestHeaders.of(Map.of("X-Number", 5))));
        checks.test("letters of Unicode are not those of ASCII", () -> {
            refusedFor(Reason.SIGNATURE_MISSING, () -> verified(RequestHeaders.of(Map.of("X-Hub-\u017fignature", signature))));
            refusedFor(Reason.ENCODING_INVALID, () -> verified(RequestHeaders.of(Map.of(NAME, "sha256=" + "\uff11".repeat(64)))));
            equal("0", verified(RequestHeaders.of(Map.of(NAME, " \t " + signature + "\t "))));
            for (String blank : List.of("\u00a0", "\u2003", "\f", "\u0000", "\u001f", "\r\n")) {
                refusedFor(Reason.LABEL_UNKNOWN, () -> verified(RequestHeaders.of(Map.of(NAME, blank + signature))));
                refusedFor(Reason.ENCODING_INVALID, () -> verified(RequestHeaders.of(Map.of(NAME, signature + blank))));
            }
        });
        checks.test("a token with what ASCII cannot write is another one", () -> {
            Secrets token = Secrets.of("what?");
            equal("0", Webhooks.verify(Dialect.GITLAB, token, RequestHeaders.of(Map.of("X-Gitlab-Token", "what?")), new byte[0]).secretId());
            for (String other : List.of("what\ud800", "what\u00e9", "what\uff1f")) {
                refusedFor(Reason.MISMATCH, () -> Webhooks.verify(Dialect.GITLAB, token, RequestHeaders.of(Map.of("X-Gitlab-Token", other)), new byte[0]));
            }
        });
        checks.test("the machine's language changes nothing", () -> {
            Locale before = Locale.getDefault();
            Locale.setDefault(new Locale("tr", "TR"));
            try {
                equal("id_missing", Reason.ID_MISSING.word());
                equal("0", verified(RequestHeaders.of(Map.of("X-HUB-SIGNATURE", signature))));
                equal("pipeline_hook", HeaderText.eventKey(RequestHeaders.of(Map.of("X-Gitlab-Event", "PIPELINE Hook")), "X-Gitlab-Event", true));
            } finally {
                Locale.setDefault(before);
            }
        });
        checks.test("headers are copied when they are given", () -> {
            Map<String, List<String>> changing = new HashMap<>(Map.of(NAME, new ArrayList<>(List.of(signature))));
            RequestHeaders headers = RequestHeaders.of(changing);
            changing.get(NAME).add(signature);
            equal("0", verified(headers));
        });
        checks.test("an attempt is a plain number", () -> {
            for (Map.Entry<String, Long> each : Map.of("4294967295", 4_294_967_295L, "1", 1L, "007", 7L, "0".repeat(255), 0L).entrySet()) {
                equal(each.getValue(), attempt(each.getKey()));
            }
            for (String none : List.of("4294967296", "9".repeat(255), "+1", "-1", "١", "1.0", "", "0".repeat(256), "1 1")) {
                equal(null, attempt(none));
            }
        });
    }

    private static Long attempt(String value) {
        return HeaderText.attempt(RequestHeaders.of(Map.of("X-Attempt-Number", value)), "X-Attempt-Number");
    }

    private static String verified(RequestHeaders headers) {
        return Webhooks.verify(Dialect.BITBUCKET_CLOUD, SECRETS, headers, KnownTests.body()).secretId();
    }
}
