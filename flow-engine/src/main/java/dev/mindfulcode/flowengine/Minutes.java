package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addSaturatedByte;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.putLong;

/**
 * The counts of the last {@link Layout#MINUTES} minutes of a session, one bucket each. Decay is applied on read, as
 * weights on whole counts, so late events are added to their own minute and nothing drifts.
 */
final class Minutes {
    private static final long MINUTE_MS = 60_000;
    private static final int QUARTER_SECOND_MS = 250;

    private Minutes() {}

    /**
     * Returns the offset of the bucket of a time, or -1 if the minute is too old, or newer than all and
     * {@code mayAdvance} is false.
     */
    static int find(byte[] state, long atMs, boolean mayAdvance) {
        long minute = atMs / MINUTE_MS;
        long newest = getLong(state, Layout.AT_NEWEST_MINUTE);
        if (minute > newest) {
            if (!mayAdvance) {
                return -1;
            }
            long clearFrom = Math.max(newest + 1, minute - Layout.MINUTES + 1);
            for (long cleared = clearFrom; cleared <= minute; cleared++) {
                clear(state, bucket(cleared));
            }
            putLong(state, Layout.AT_NEWEST_MINUTE, minute);
        } else if (minute <= newest - Layout.MINUTES) {
            return -1;
        }
        return bucket(minute);
    }

    private static void clear(byte[] state, int bucket) {
        for (int i = 0; i < Layout.MINUTE_BYTES; i++) {
            state[bucket + i] = 0;
        }
    }

    /**
     * Returns the age of the newest bucket in minutes at a time, at most {@link Layout#MINUTES}.
     */
    static int ageOfNewest(byte[] state, long atMs) {
        return (int) Math.clamp(atMs / MINUTE_MS - getLong(state, Layout.AT_NEWEST_MINUTE), 0, Layout.MINUTES);
    }

    /** Returns the offset of the bucket that is this many minutes older than the newest. */
    static int bucketOfAge(byte[] state, int ageMinutes) {
        return bucket(getLong(state, Layout.AT_NEWEST_MINUTE) - ageMinutes);
    }

    private static int bucket(long minute) {
        return Layout.AT_MINUTES + (int) Math.floorMod(minute, (long) Layout.MINUTES) * Layout.MINUTE_BYTES;
    }

    static void addAway(byte[] state, int minute, long awayMs) {
        addSaturatedByte(
                state, minute + Layout.MINUTE_AWAY_QUARTER_S, (int) Math.min(awayMs / QUARTER_SECOND_MS, 0xFF));
    }
}
