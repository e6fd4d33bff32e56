package countersign.webhooks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The headers of a request: all values of a name. Every value counts, for a signature header that stands twice
 * is refused; a framework's "first value of" would hide that.
 *
 * <pre>{@code
 * RequestHeaders.of(exchange.getRequestHeaders())    // JDK HttpServer
 * name -> Collections.list(request.getHeaders(name)) // Servlet
 * RequestHeaders.of(headers)                         // Spring: @RequestHeader MultiValueMap<String, String> headers
 * }</pre>
 */
@FunctionalInterface
public interface RequestHeaders {
    /**
     * Every value of a header in the order received.
     *
     * @param name the name, to be compared without case
     * @return the values; none where the header is missing
     */
    List<String> values(String name);

    /**
     * Headers out of a map whose names need not be unique but for their case. A null name (which
     * {@code HttpURLConnection} gives the status line) and null values are left out.
     *
     * @param headers name to value, where a value is a {@code String}, or an {@code Iterable}, an
     *     {@code Enumeration} or an array of them
     * @return a copy
     * @throws IllegalArgumentException for a value of another type
     */
    static RequestHeaders of(Map<String, ?> headers) {
        return of(headers.entrySet());
    }

    /**
     * Headers out of pairs; a name may stand more than once.
     *
     * @param headers pairs of a name and a value, as for {@link #of(Map)}
     * @return a copy
     * @throws IllegalArgumentException for a value of another type
     */
    static RequestHeaders of(Iterable<? extends Map.Entry<String, ?>> headers) {
        List<Map.Entry<String, String>> all = new ArrayList<>();
        for (Map.Entry<String, ?> header : headers) {
            if (header.getKey() != null) {
                HeaderText.strings(header.getValue()).forEach(value -> all.add(Map.entry(header.getKey(), value)));
            }
        }
        return name -> all.stream().filter(header -> HeaderText.isSame(header.getKey(), name))
                .map(Map.Entry::getValue).toList();
    }
}
