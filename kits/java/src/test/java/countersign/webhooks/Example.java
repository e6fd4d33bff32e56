package countersign.webhooks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A running example: a Java of its own, with its own environment. */
final class Example implements AutoCloseable {
    private static final Path TIMEOUT = Path.of("/usr/bin/timeout");
    private static final int SHOWN_MAX = 2000;

    private final Process process;
    private final BufferedReader output;

    Example(String classPath, String main, Map<String, String> environment) throws IOException {
        List<String> command = new ArrayList<>();
        if (Files.isExecutable(TIMEOUT)) {
            // It ends by itself should nobody be left to end it.
            command.addAll(List.of(TIMEOUT.toString(), "120"));
        }
        command.addAll(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"), "-cp", classPath, main));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(name -> name.startsWith("COUNTERSIGN_"));
        builder.environment().putAll(environment);
        process = builder.start();
        output = process.inputReader(StandardCharsets.UTF_8);
    }

    /** The port that it says it listens on. What it writes afterwards is read away. */
    int port() throws IOException {
        StringBuilder before = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("listening on ")) {
                Thread reader = new Thread(() -> output.lines().forEach(ignored -> { }));
                reader.setDaemon(true);
                reader.start();
                return Integer.parseInt(line.substring("listening on ".length()));
            }
            before.append(line).append('\n');
        }
        throw new AssertionError("it ended: " + lastOf(before.toString()));
    }

    /** The end of a long output, where Java names the first cause. */
    static String lastOf(String text) {
        return text.substring(Math.max(0, text.length() - SHOWN_MAX));
    }

    /** Its exit status and output once it has ended by itself. */
    String end() throws IOException, InterruptedException {
        process.getOutputStream().close();
        String all = String.join("\n", output.lines().toList());
        Checks.holds(process.waitFor(30, TimeUnit.SECONDS), "it does not end");
        return process.exitValue() + " " + all;
    }

    /** Gives it a line and answers the one that comes back. */
    String answerTo(String line) throws IOException {
        Writer input = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        input.write(line + "\n");
        input.flush();
        for (String answer = output.readLine(); answer != null; answer = output.readLine()) {
            if (answer.startsWith("answer ")) {
                return answer.substring("answer ".length());
            }
        }
        throw new AssertionError("it ended");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().completeOnTimeout(process, 5, TimeUnit.SECONDS).join();
        process.destroyForcibly();
    }
}
