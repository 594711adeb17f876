package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The levels of data that users let the product collect, from most to least. */
public enum CollectionLevel {
    /** Batches of keystrokes. */
    FULL,
    /** Scores and counts that the client computes; no keystrokes. */
    FEATURES,
    /** No data: the client keeps everything. */
    LOCAL;

    /** Ingest accepts nothing against a user's settings that reaches it later than this after their change. */
    public static final Duration IN_FORCE_WITHIN = Duration.ofSeconds(2);

    /** Returns the level as the API, the tables and the log spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Returns the level with a text; empty if the text names no level. */
    public static Optional<CollectionLevel> parse(@Nullable String text) {
        return Arrays.stream(values())
                .filter(level -> level.text().equals(text))
                .findFirst();
    }

    public boolean allowsKeystrokes() {
        return this == FULL;
    }

    public boolean allowsFeatures() {
        return this != LOCAL;
    }
}
