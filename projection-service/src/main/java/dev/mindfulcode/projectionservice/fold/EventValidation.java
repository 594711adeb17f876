package dev.mindfulcode.projectionservice.fold;

import dev.mindfulcode.dataprotection.SealedText;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Bounds of values in events, so that no sum overflows and every time fits its column. A record that only the database
 * rejected would block its partition.
 */
public final class EventValidation {

    /** As milliseconds 34 years; the sum of millions of such values fits a bigint. */
    public static final long COUNT_MAX = 1L << 40;

    public static final Instant TIME_MIN = Instant.EPOCH;
    public static final Instant TIME_MAX = Instant.parse("2200-01-01T00:00:00Z");

    private EventValidation() {}

    public static long count(long value) throws RejectedEventException {
        if (value < 0 || value > COUNT_MAX) {
            throw new RejectedEventException("count out of range");
        }
        return value;
    }

    /** Returns a version, which must not be negative. */
    public static long version(long value) throws RejectedEventException {
        if (value < 0) {
            throw new RejectedEventException("negative version");
        }
        return value;
    }

    /** Returns epoch milliseconds. */
    public static long timeMs(Instant value) throws RejectedEventException {
        if (value.isBefore(TIME_MIN) || value.isAfter(TIME_MAX)) {
            throw new RejectedEventException("time out of range");
        }
        return value.toEpochMilli();
    }

    public static @Nullable Long timeMsOrNull(@Nullable Instant value) throws RejectedEventException {
        return value == null ? null : Long.valueOf(timeMs(value));
    }

    /** Returns the text without NUL, which Postgres cannot store; null stays null. */
    public static @Nullable String textOrNull(@Nullable String value) {
        return value == null ? null : value.replace("\0", "");
    }

    /** Returns an encrypted text; null stays null. */
    public static @Nullable ByteBuffer sealedOrNull(@Nullable ByteBuffer value) throws RejectedEventException {
        if (value != null && value.remaining() > SealedText.SIZE_BYTES_MAX) {
            throw new RejectedEventException("encrypted text too long");
        }
        return value;
    }

    /** Returns an integral of intensity (0 to 1) over milliseconds. */
    public static double intensityMs(double value) throws RejectedEventException {
        if (!(value >= 0 && value <= COUNT_MAX)) {
            throw new RejectedEventException("intensity out of range");
        }
        return value;
    }

    public static float intensity(float value) throws RejectedEventException {
        if (!(value >= 0 && value <= 1)) {
            throw new RejectedEventException("intensity out of range");
        }
        return value;
    }
}
