package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** The header of draft-ietf-httpapi-idempotency-key-header: a quoted string; without quotes it is taken as well. */
final class IdempotencyKey {

    static final String HEADER = "Idempotency-Key";

    private static final Pattern KEY = Pattern.compile("\"?([!#-\\[\\]-~]{1,128})\"?");

    private IdempotencyKey() {}

    static @Nullable String of(ServerHttpRequest request) {
        List<String> lines = request.getHeaders().getOrEmpty(HEADER);
        if (lines.isEmpty()) {
            return null;
        }
        var key = KEY.matcher(lines.getFirst());
        if (lines.size() > 1 || !key.matches()) {
            throw ProblemType.INVALID_REQUEST.forField(
                    HEADER, "One key of 1 to 128 visible characters is expected, such as a UUID in quotes.");
        }
        return key.group(1);
    }

    /** What is kept of a key: whoever chose it may have put something of theirs into it. */
    static byte[] hash(String key) {
        return sha256().digest(key.getBytes(StandardCharsets.US_ASCII));
    }

    /** Two requests with the same fingerprint ask for the same. */
    static byte[] fingerprint(ServerHttpRequest request, byte[] body) {
        MessageDigest digest = sha256();
        String query = request.getURI().getRawQuery();
        digest.update(request.getPath().value().getBytes(StandardCharsets.UTF_8));
        digest.update((query == null ? "\n" : "?" + query + "\n").getBytes(StandardCharsets.UTF_8));
        return digest.digest(body);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
