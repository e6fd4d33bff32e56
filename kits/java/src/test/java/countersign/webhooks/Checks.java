package countersign.webhooks;

import java.util.Objects;

/** Counts tests. One that throws has failed; what failed is told on standard error. */
final class Checks {
    /** A test. */
    @FunctionalInterface
    interface Body {
        void run() throws Exception;
    }

    private int passed;
    private int failed;
    private int skipped;

    void test(String name, Body body) {
        try {
            body.run();
            passed++;
        } catch (Exception | AssertionError failure) {
            failed++;
            System.err.println("FAILED " + name + ": " + failure);
            if (!(failure instanceof AssertionError)) {
                failure.printStackTrace();
            }
        }
    }

    void skip(String name, String why) {
        skipped++;
        System.err.println("skipped " + name + ": " + why);
    }

    boolean failed() {
        return failed > 0;
    }

    String summary() {
        return passed + " passed, " + failed + " failed, " + skipped + " skipped";
    }

    static void equal(Object expected, Object found) {
        if (!Objects.equals(expected, found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }

    static void holds(boolean condition, String what) {
        if (!condition) {
            throw new AssertionError(what);
        }
    }

    /** Runs what has to be refused and answers the refusal. */
    static WebhookException refused(Body body) throws Exception {
        try {
            body.run();
        } catch (WebhookException refused) {
            return refused;
        }
        throw new AssertionError("accepted");
    }

    static void refusedFor(Reason reason, Body body) throws Exception {
        equal(reason, refused(body).reason());
    }

    static void isArgumentError(Body body) throws Exception {
        try {
            body.run();
        } catch (IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError("taken");
    }
}
