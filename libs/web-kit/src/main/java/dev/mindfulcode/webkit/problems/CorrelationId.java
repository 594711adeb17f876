package dev.mindfulcode.webkit.problems;

import java.util.UUID;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;

/**
 * The id by which a failed request is found in the log: in the response as {@code X-Request-Id}, in log lines as
 * {@code correlation_id}. A proxy may choose it; otherwise it is random. Requests that succeed need none.
 */
public final class CorrelationId {

    public static final String HEADER = "X-Request-Id";

    private static final String LOG_KEY = "correlation_id";

    /** Neither an e-mail address nor a line break. */
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9-]{8,64}");

    private CorrelationId() {}

    /** Runs an action that may log, and returns its id to the client. */
    public static <T> T log(HttpHeaders request, HttpHeaders response, Supplier<T> action) {
        String id = of(request.getFirst(HEADER));
        response.set(HEADER, id);
        try (MDC.MDCCloseable _ = MDC.putCloseable(LOG_KEY, id)) {
            return action.get();
        }
    }

    static String of(@Nullable String requested) {
        return requested != null && VALID.matcher(requested).matches()
                ? requested
                : UUID.randomUUID().toString();
    }
}
