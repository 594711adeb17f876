package dev.mindfulcode.webkit.json;

import java.security.SecureRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** UUIDs of the API: parsed from canonical text, generated as version 7. */
public final class Uuids {

    private static final int CANONICAL_LENGTH = 36;
    private static final UUID NIL = new UUID(0, 0);

    private Uuids() {}

    /** Parses the canonical form only; {@link UUID#fromString} also accepts {@code 1-1-1-1-1}. */
    public static @Nullable UUID parse(String text) {
        if (text.length() != CANONICAL_LENGTH) {
            return null;
        }
        try {
            UUID uuid = UUID.fromString(text);
            return uuid.equals(NIL) || !uuid.toString().equalsIgnoreCase(text) ? null : uuid;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Returns a UUID of version 7 (RFC 9562 section 5.7): 48 bits of time, then 74 random ones. */
    public static UUID version7(long epochMs, SecureRandom random) {
        long high = (epochMs << 16) | 0x7000 | random.nextInt(0x1000);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
