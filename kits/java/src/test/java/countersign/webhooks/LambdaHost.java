package countersign.webhooks;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Stands in for the Java runtime of AWS Lambda: makes one handler, gives it each event (a line of JSON) as a map, and
 * prints its answer.
 */
final class LambdaHost {
    private LambdaHost() {}

    public static void main(String[] arguments) throws Exception {
        Class<?> handler = Class.forName("examples.LambdaReceiver");
        Object made = handler.getConstructor().newInstance();
        BufferedReader events = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = events.readLine(); line != null; line = events.readLine()) {
            Map<?, ?> answer = (Map<?, ?>) handler.getMethod("handle", Map.class).invoke(made, Json.read(line));
            System.out.println("answer " + answer.get("statusCode") + " " + answer.get("body").toString().strip());
        }
    }
}
