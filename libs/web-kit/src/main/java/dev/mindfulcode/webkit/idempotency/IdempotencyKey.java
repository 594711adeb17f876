package dev.mindfulcode.webkit.idempotency;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** The header of draft-ietf-httpapi-idempotency-key-header: a quoted string; the quotes may be missing. */
public final class IdempotencyKey {

    public static final String HEADER = "Idempotency-Key";

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
                    HEADER, "Must be one key of 1 to 128 visible ASCII characters, such as a UUID in quotes.");
        }
        return key.group(1);
    }

    /** Returns the form in which a key is stored: clients may put personal text into keys. */
    public static byte[] hash(String key) {
        return sha256().digest(key.getBytes(StandardCharsets.US_ASCII));
    }

    /** Returns a digest that is equal for equal requests. */
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
