package countersign.webhooks;

import java.nio.file.Path;

/**
 * Runs all tests from the kit's folder, with {@code -Dvectors=FOLDER}, else {@code ../../vectors}. The examples run where
 * {@code -Dexamples.jdk}, {@code -Dexamples.servlet} and {@code -Dexamples.spring} give their class paths.
 */
final class Tests {
    private Tests() {}

    public static void main(String[] arguments) {
        Checks checks = new Checks();
        VectorTests.run(checks, Path.of(System.getProperty("vectors", "../../vectors")));
        KnownTests.run(checks);
        SecretTests.run(checks);
        HeaderTests.run(checks);
        BodyTests.run(checks);
        ComparisonTests.run(checks);
        SignTests.run(checks);
        BasicTests.run(checks);
        JsonTests.run(checks);
        PublishTests.run(checks);
        ExampleTests.run(checks);
        LambdaTests.run(checks);
        System.out.println(checks.summary());
        System.exit(checks.failed() ? 1 : 0);
    }
}
