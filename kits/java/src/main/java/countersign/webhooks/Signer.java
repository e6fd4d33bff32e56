package countersign.webhooks;

import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The headers of a request that goes out: what happened, the ids, the attempt, the signature. */
final class Signer {
    private Signer() {}

    static Map<String, String> sign(Dialect dialect, Secrets secrets, Outgoing outgoing, byte[] body) {
        List<Secrets.Key> keys = secrets.keys(dialect);
        List<Secrets.Key> signing = keys.stream().filter(key -> !key.isToken()).toList();
        Map<String, String> headers = new LinkedHashMap<>();
        put(headers, "X-Event-Key", outgoing.eventKey());
        putEventKey(headers, dialect, outgoing.eventKey());
        for (String name : dialect.requestIdHeaders()) {
            put(headers, name, outgoing.requestId());
        }
        if (dialect.hookIdHeader() != null && outgoing.hookId() != null) {
            put(headers, dialect.hookIdHeader(), outgoing.hookId());
        }
        put(headers, "X-Attempt-Number", Long.toString(outgoing.attempt()));
        if (dialect.proof() == Dialect.Proof.BODY) {
            put(headers, dialect.signatureHeader(), labelled(dialect, last(keys), new byte[0], body));
            return headers;
        }
        if (!signing.isEmpty()) {
            putList(headers, dialect, signing, outgoing, body);
        }
        List<Secrets.Key> tokens = keys.stream().filter(Secrets.Key::isToken).toList();
        if (!tokens.isEmpty()) {
            put(headers, Claim.TOKEN_HEADER, Strict.text(last(tokens).bytes()).orElseThrow());
        }
        return headers;
    }

    private static void putEventKey(Map<String, String> headers, Dialect dialect, String eventKey) {
        String name = dialect.eventKeyHeader();
        if (name != null && !HeaderText.isSame(name, "X-Event-Key")) {
            put(headers, name, dialect.proof() == Dialect.Proof.GITLAB ? HeaderText.gitlabEvent(eventKey) : eventKey);
        }
    }

    /** One item for each secret, the one activated last first: a receiver under rotation finds one that it knows. */
    private static void putList(Map<String, String> headers, Dialect dialect, List<Secrets.Key> keys,
            Outgoing outgoing, byte[] body) {
        if (!Claim.isId(outgoing.requestId())) {
            throw new IllegalArgumentException("a request id that is signed has no '.'");
        }
        String timestamp = Long.toString(outgoing.now().getEpochSecond());
        byte[] prefix = Claim.prefix(outgoing.requestId(), timestamp);
        StringBuilder list = new StringBuilder();
        for (int i = keys.size() - 1; i >= 0; i--) {
            list.append(list.isEmpty() ? "" : " ").append(labelled(dialect, keys.get(i), prefix, body));
        }
        put(headers, Claim.ID_HEADER, outgoing.requestId());
        put(headers, Claim.TIMESTAMP_HEADER, timestamp);
        put(headers, Claim.LIST_HEADER, list.toString());
    }

    private static String labelled(Dialect dialect, Secrets.Key key, byte[] prefix, byte[] body) {
        byte[] digest = Digests.hmac(dialect.algorithm(), key.bytes(), prefix, body);
        return dialect.label() + switch (dialect.encoding()) {
            case HEX -> HexFormat.of().formatHex(digest);
            case BASE64 -> Base64.getEncoder().encodeToString(digest);
        };
    }

    /** No name twice: a receiver of ours refuses that. Only a generic-hmac that names a header twice gets here. */
    private static void put(Map<String, String> headers, String name, String value) {
        if (headers.keySet().stream().anyMatch(other -> HeaderText.isSame(other, name))) {
            throw new IllegalArgumentException("the dialect names the header " + name + " twice");
        }
        headers.put(name, value);
    }

    private static Secrets.Key last(List<Secrets.Key> keys) {
        return keys.get(keys.size() - 1);
    }
}
