package examples;

import countersign.webhooks.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** The secret from the file {@code COUNTERSIGN_SECRET_FILE} names, else from {@code COUNTERSIGN_SECRET}. */
final class ConfiguredSecret {
    private ConfiguredSecret() {}

    /** Ends the program at its start where there is none: one that runs without a secret lets everybody in. */
    static Secrets read() throws IOException {
        String file = System.getenv("COUNTERSIGN_SECRET_FILE");
        String text = System.getenv("COUNTERSIGN_SECRET");
        if (file == null && text == null) {
            throw new IllegalStateException("set COUNTERSIGN_SECRET_FILE or COUNTERSIGN_SECRET");
        }
        // Secrets.of refuses what is empty or blank.
        return file == null ? Secrets.of(text) : Secrets.of(withoutLineEnding(Files.readAllBytes(Path.of(file))));
    }

    /** An editor ends a file with a line ending that is no part of the secret. One is removed, and nothing else. */
    private static byte[] withoutLineEnding(byte[] bytes) {
        int end = bytes.length;
        if (end > 0 && bytes[end - 1] == '\n') {
            end -= end > 1 && bytes[end - 2] == '\r' ? 2 : 1;
        }
        return Arrays.copyOf(bytes, end);
    }
}
