package dev.mindfulcode.apigateway.sessions;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The last session of a page, after which the next page starts: a position in the order, so that it stays valid while
 * rows are added.
 */
public record HistoryCursor(Instant startedAt, UUID sessionId) {

    private static final int SIZE_BYTES = 3 * Long.BYTES;
    private static final int TEXT_LENGTH = 32;

    /** Bounds of times in a cursor, the years 1 and 9999: within the range of Postgres. */
    private static final long MICROS_MAX = 253_370_764_800_000_000L;

    private static final long MICROS_MIN = -62_135_596_800_000_000L;

    /** Returns the opaque text, in microseconds as in Postgres: less could repeat or skip a session. */
    public String text() {
        long micros = ChronoUnit.MICROS.between(Instant.EPOCH, startedAt);
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(SIZE_BYTES)
                        .putLong(micros)
                        .putLong(sessionId.getMostSignificantBits())
                        .putLong(sessionId.getLeastSignificantBits())
                        .array());
    }

    /** Returns null if the text is not a cursor. */
    public static @Nullable HistoryCursor parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            return null;
        }
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
            long micros = bytes.getLong();
            if (micros < MICROS_MIN || micros > MICROS_MAX) {
                return null;
            }
            return new HistoryCursor(
                    Instant.EPOCH.plus(micros, ChronoUnit.MICROS), new UUID(bytes.getLong(), bytes.getLong()));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
