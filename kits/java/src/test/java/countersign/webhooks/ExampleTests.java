package countersign.webhooks;

import static countersign.webhooks.Checks.equal;
import static countersign.webhooks.Checks.holds;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The examples, started as a person would, with requests over loopback. */
final class ExampleTests {
    private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final String SECRET = "a secret of the examples";
    private static final String REFUSED = "403 forbidden\n";

    private ExampleTests() {}

    static void run(Checks checks) {
        all(checks, "jdk", "examples.JdkReceiver", Dialect.BITBUCKET_CLOUD, SECRET);
        environment(checks, "examples.JdkReceiver");
        all(checks, "servlet", "TomcatHost", Dialect.GITHUB, SECRET);
        all(checks, "spring", "SpringHost", Dialect.STANDARD_WEBHOOKS, KnownTests.WHSEC);
    }

    private static void all(Checks checks, String name, String main, Dialect dialect, String secret) {
        String classPath = System.getProperty("examples." + name);
        if (classPath == null) {
            checks.skip("example " + name, "no class path in -Dexamples." + name);
            return;
        }
        checks.test("example " + name, () -> {
            Path file = Files.createTempFile("countersign", ".secret");
            Files.writeString(file, secret + "\n");
            try (Example example = new Example(classPath, main, Map.of("COUNTERSIGN_SECRET_FILE", file.toString()))) {
                int port = example.port();
                // Tests within: each request is one.
                requests(checks, name, port, dialect, Secrets.of(secret));
            } finally {
                Files.delete(file);
            }
        });
        checks.test("example " + name + ": does not start with an empty secret", () -> doesNotStart(classPath, main, Map.of("COUNTERSIGN_SECRET", "")));
    }

    /** The four examples read their secret by the same lines; each Java that starts takes its second. */
    private static void environment(Checks checks, String main) {
        String classPath = System.getProperty("examples.jdk");
        if (classPath == null) {
            return;
        }
        checks.test("the secret from the environment", () -> {
            Secrets secrets = Secrets.of(SECRET);
            try (Example example = new Example(classPath, main, Map.of("COUNTERSIGN_SECRET", SECRET))) {
                int port = example.port();
                equal("202 accepted\n", send(port, signed(Dialect.BITBUCKET_CLOUD, secrets, KnownTests.body()), KnownTests.body()));
            }
        });
        for (Map<String, String> environment : List.of(Map.<String, String>of(), Map.of("COUNTERSIGN_SECRET", " \n"), Map.of("COUNTERSIGN_SECRET_FILE", "/dev/null"))) {
            checks.test("does not start with " + environment, () -> doesNotStart(classPath, main, environment));
        }
    }

    private static void doesNotStart(String classPath, String main, Map<String, String> environment) throws Exception {
        try (Example example = new Example(classPath, main, environment)) {
            String end = example.end();
            holds(!end.startsWith("0 ") && !end.contains("listening"), "it runs without a secret: " + end);
            holds(end.contains("secret_") || end.contains("set COUNTERSIGN_SECRET"), "it does not say why: " + Example.lastOf(end));
        }
    }

    private static void requests(Checks checks, String name, int port, Dialect dialect, Secrets secrets) {
        byte[] body = {'{', (byte) 0xff, (byte) 0xfe, '\r', '\n', '}', 0};
        Map<String, String> headers = signed(dialect, secrets, body);
        byte[] tampered = body.clone();
        tampered[0] = '[';
        checks.test("example " + name + ": genuine", () -> equal("202 accepted\n", send(port, headers, body)));
        checks.test("example " + name + ": genuine, as a form", () -> {
            byte[] form = "payload=%7b%7d&b=2%203&a".getBytes(StandardCharsets.UTF_8);
            Map<String, String> formHeaders = signed(dialect, secrets, form);
            formHeaders.put("Content-Type", "application/x-www-form-urlencoded");
            equal("202 accepted\n", send(port, formHeaders, form));
        });
        checks.test("example " + name + ": tampered", () -> equal(REFUSED, send(port, headers, tampered)));
        checks.test("example " + name + ": cut short", () -> equal(REFUSED, send(port, headers, Arrays.copyOf(body, 3))));
        checks.test("example " + name + ": unsigned", () -> equal(REFUSED, send(port, Map.of("X-Event-Key", "repo:push"), body)));
        checks.test("example " + name + ": another secret", () -> {
            Secrets other = Secrets.of(dialect == Dialect.STANDARD_WEBHOOKS ? KnownTests.OTHER_WHSEC : "another secret");
            equal(REFUSED, send(port, signed(dialect, other, body), body));
        });
        checks.test("example " + name + ": two signatures", () -> {
            HttpRequest.Builder request = request(port, headers, body);
            String signature = dialect.signatureHeader();
            equal(REFUSED, send(request.header(signature, headers.get(signature))));
        });
        checks.test("example " + name + ": too large", () -> {
            byte[] large = new byte[(dialect == Dialect.GITHUB ? 25 : 1) * 1024 * 1024 + 1];
            equal("413 too large\n", send(port, signed(dialect, secrets, large), large));
        });
    }

    private static Map<String, String> signed(Dialect dialect, Secrets secrets, byte[] body) {
        return new LinkedHashMap<>(Webhooks.sign(dialect, secrets, new Outgoing("repo:push", "0d5e7f1c"), body));
    }

    private static String send(int port, Map<String, String> headers, byte[] body) throws Exception {
        return send(request(port, headers, body));
    }

    private static HttpRequest.Builder request(int port, Map<String, String> headers, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/webhook"));
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putIfAbsent("Content-Type", "application/json");
        all.forEach(request::header);
        return request.POST(HttpRequest.BodyPublishers.ofByteArray(body));
    }

    private static String send(HttpRequest.Builder request) throws Exception {
        HttpResponse<String> answer = CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }
}
