package dev.mindfulcode.apigateway.sessions;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The last session of a page, from which the next page goes on: a place in the order and no count, so it stays right
 * while rows come in.
 */
public record HistoryCursor(Instant startedAt, UUID sessionId) {

    private static final int SIZE_BYTES = 3 * Long.BYTES;
    private static final int TEXT_LENGTH = 32;

    /** Bounds of what a cursor can say, well within what Postgres can compare: the years 1 and 9999. */
    private static final long MICROS_MAX = 253_370_764_800_000_000L;

    private static final long MICROS_MIN = -62_135_596_800_000_000L;

    /** Postgres keeps microseconds; with less a page could repeat or lose a session. */
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

    /** Returns null where the text is no cursor. */
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
