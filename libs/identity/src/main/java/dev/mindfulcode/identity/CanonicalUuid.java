package dev.mindfulcode.identity;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Parses UUIDs in canonical form only: {@link UUID#fromString} also accepts {@code 1-1-1-1-1}. */
final class CanonicalUuid {

    private static final int LENGTH = 36;

    private CanonicalUuid() {}

    static @Nullable UUID parse(@Nullable String text) {
        if (text == null || text.length() != LENGTH) {
            return null;
        }
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.toString().equalsIgnoreCase(text) ? uuid : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
