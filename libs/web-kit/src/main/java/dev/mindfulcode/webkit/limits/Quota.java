package dev.mindfulcode.webkit.limits;

import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BucketConfiguration;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A maximum of requests per time window: a bucket of that many tokens, refilled evenly over the window.
 *
 * @param name in response headers, such as {@code user}
 */
public record Quota(String name, long requests, Duration window) {

    private static final String OFF = "off";
    private static final Pattern TEXT = Pattern.compile("([0-9]{1,9})/([0-9]{1,5})");

    /**
     * Parses {@code requests/seconds}; returns null for {@code off}.
     *
     * @throws IllegalStateException naming the variable, the value and the rule
     */
    public static @Nullable Quota parse(String name, String variable, String text) {
        if (text.strip().equals(OFF)) {
            return null;
        }
        Matcher parts = TEXT.matcher(text.strip());
        if (!parts.matches() || Long.parseLong(parts.group(1)) == 0 || Long.parseLong(parts.group(2)) == 0) {
            throw new IllegalStateException(
                    variable + " is '" + text + "'; must be requests/seconds, such as 1200/60, or " + OFF + ".");
        }
        return new Quota(name, Long.parseLong(parts.group(1)), Duration.ofSeconds(Long.parseLong(parts.group(2))));
    }

    BucketConfiguration bucket() {
        return BucketConfiguration.builder()
                .addLimit(Bandwidth.builder()
                        .capacity(requests)
                        .refillGreedy(requests, window)
                        .build())
                .build();
    }
}
