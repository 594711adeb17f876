package dev.mindfulcode.apigateway.sessions;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Filter of a user's sessions; null accepts any value. Projects match exactly, languages regardless of case.
 *
 * @param from excludes sessions that ended before
 * @param to excludes sessions that start then or later
 */
public record HistoryFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String project,
        @Nullable String language,
        @Nullable SessionLifecycle status) {

    /** Limit of project and language names. */
    public static final int NAME_LENGTH_MAX = DetailsUpdate.LENGTH_MAX;
}
