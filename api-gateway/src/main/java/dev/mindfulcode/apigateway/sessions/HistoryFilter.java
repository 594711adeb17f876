package dev.mindfulcode.apigateway.sessions;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which of a user's sessions are meant; null: whatever it is. Projects are compared letter by letter, languages
 * without regard to case.
 *
 * @param from sessions that were over by then are left out
 * @param to sessions that start then or later are left out
 */
public record HistoryFilter(
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String project,
        @Nullable String language,
        @Nullable SessionLifecycle status) {

    /** Of a project's or language's name. */
    public static final int NAME_LENGTH_MAX = DetailsUpdate.LENGTH_MAX;
}
