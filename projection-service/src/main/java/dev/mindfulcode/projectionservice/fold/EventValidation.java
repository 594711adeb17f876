package dev.mindfulcode.projectionservice.fold;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What values may be, so that no sum can overflow and no time can fall out of a column: an event that says otherwise
 * would stop its partition at the database.
 */
public final class EventValidation {

    /** More than anybody types or waits, in milliseconds 34 years; millions of times that still fit a bigint. */
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

    /** A version says only which of two is later; any but a negative one does. */
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

    /** An integral of intensity (0 to 1) over milliseconds. */
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
