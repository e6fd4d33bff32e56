package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;
import static countersign.webhooks.Checks.isArgumentError;
import static countersign.webhooks.Checks.refusedFor;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which secrets are taken, in which shapes. */
final class SecretTests {
    private SecretTests() {}

    static void run(Checks checks) {
        checks.test("no secret, and too many", () -> {
            refusedFor(Reason.NO_SECRET, () -> Secrets.of(List.of()));
            refusedFor(Reason.NO_SECRET, () -> Secrets.of(Map.of()));
            refusedFor(Reason.TOO_MANY_SECRETS, () -> Secrets.of(Collections.nCopies(5, "secret")));
            Secrets.of(Collections.nCopies(4, "secret"));
        });
        checks.test("an empty or blank secret among others is an error", () -> {
            for (String empty : Arrays.asList("", null)) {
                refusedFor(Reason.SECRET_EMPTY, () -> Secrets.of(empty));
                refusedFor(Reason.SECRET_EMPTY, () -> Secrets.of(Arrays.asList("secret", empty)));
                refusedFor(Reason.SECRET_EMPTY, () -> Secrets.of(Arrays.asList(empty, "secret")));
            }
            refusedFor(Reason.SECRET_EMPTY, () -> Secrets.of(new byte[0]));
            for (String blank : List.of(" ", "\n", "\r\n\t", "\u00a0\u2003", "\u3000", "\u0085")) {
                refusedFor(Reason.SECRET_BLANK, () -> Secrets.of(List.of("secret", blank)));
            }
            for (String odd : List.of("\u000b", "\f", "\u200b", "\u0000")) {
                Secrets.of(odd);
            }
            Secrets.of(new byte[] {(byte) 0x85, (byte) 0xa0});
        });
        checks.test("length", () -> {
            Secrets.of("x".repeat(1024));
            refusedFor(Reason.SECRET_TOO_LONG, () -> Secrets.of("x".repeat(1025)));
            refusedFor(Reason.SECRET_TOO_LONG, () -> Secrets.of("ü".repeat(513)));
        });
        checks.test("other types and broken text are no secrets", () -> {
            isArgumentError(() -> Secrets.of(List.of(5)));
            isArgumentError(() -> Secrets.of(List.of("secret".toCharArray())));
            isArgumentError(() -> Secrets.of("half a pair \ud800"));
        });
        checks.test("text, bytes, lists and maps are the same secrets", () -> {
            byte[] bytes = "schlüssel".getBytes(StandardCharsets.UTF_8);
            equal("0", fitting(Secrets.of("schlüssel"), bytes));
            equal("0", fitting(Secrets.of(bytes), bytes));
            equal("1", fitting(Secrets.of(List.of("other", "schlüssel")), bytes));
            equal("1", fitting(Secrets.of(List.of("other".getBytes(StandardCharsets.UTF_8), bytes, "schlüssel")), bytes));
            Map<String, Object> named = new LinkedHashMap<>();
            named.put("old", "other");
            named.put("new", bytes);
            equal("new", fitting(Secrets.of(named), bytes));
        });
        checks.test("a secret is a copy, and not shown", () -> {
            byte[] bytes = "a secret that changes".getBytes(StandardCharsets.UTF_8);
            Secrets secrets = Secrets.of(bytes);
            Arrays.fill(bytes, (byte) 0);
            equal("0", fitting(secrets, "a secret that changes".getBytes(StandardCharsets.UTF_8)));
            equal("Secrets[1]", secrets.toString());
            holds(!secrets.keys(Dialect.GITHUB).toString().contains("secret that"), "a key shows its secret");
        });
        checks.test("a secret is none of a dialect", () -> {
            refusedFor(Reason.SECRET_NOT_WHSEC, () -> Secrets.of("a plain secret").checkedFor(Dialect.STANDARD_WEBHOOKS));
            String unpadded = KnownTests.WHSEC.substring(0, KnownTests.WHSEC.length() - 1);
            refusedFor(Reason.SECRET_ENCODING, () -> Secrets.of(unpadded).checkedFor(Dialect.STANDARD_WEBHOOKS));
            refusedFor(Reason.SECRET_ENCODING, () -> Secrets.of(unpadded).checkedFor(Dialect.GITLAB));
            refusedFor(Reason.SECRET_LENGTH, () -> Secrets.of("whsec_AAAA").checkedFor(Dialect.STANDARD_WEBHOOKS));
            refusedFor(Reason.SECRET_NOT_HEADER_TEXT, () -> Secrets.of("schlüssel").checkedFor(Dialect.GITLAB));
            refusedFor(Reason.SECRET_NOT_HEADER_TEXT, () -> Secrets.of("token\n").checkedFor(Dialect.GITLAB));
            Secrets.of("whsec_AAAA").checkedFor(Dialect.GITHUB);
        });
    }

    /** Which of the secrets verifies what a secret signed. */
    private static String fitting(Secrets secrets, byte[] signing) {
        Map<String, String> headers = Webhooks.sign(Dialect.GITHUB, Secrets.of(signing), KnownTests.outgoing(), KnownTests.body());
        return Webhooks.verify(Dialect.GITHUB, secrets, RequestHeaders.of(headers), KnownTests.body()).secretId();
    }
}
