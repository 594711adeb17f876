package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addSaturatedByte;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.putLong;

/**
 * The counts of the last {@link Layout#MINUTES} minutes of a session, one bucket each. Decay in time is applied when
 * they are read, as weights on whole counts, so that late events find their minute and nothing drifts.
 */
final class Minutes {
    private static final long MINUTE_MS = 60_000;
    static final long THIRD_MS = MINUTE_MS / 3;
    static final int THIRDS = 3;
    private static final int QUARTER_SECOND_MS = 250;

    private Minutes() {}

    /**
     * Returns where the bucket of a time lies, advancing to it when that is allowed; -1 when it is no longer, or not
     * yet, known.
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
                putLong(state, bucket(cleared), 0);
            }
            putLong(state, Layout.AT_NEWEST_MINUTE, minute);
        } else if (minute <= newest - Layout.MINUTES) {
            return -1;
        }
        return bucket(minute);
    }

    /**
     * Returns how many minutes older than the minute of this time the newest bucket is; at most {@link Layout#MINUTES}.
     */
    static int ageOfNewest(byte[] state, long atMs) {
        return (int) Math.clamp(atMs / MINUTE_MS - getLong(state, Layout.AT_NEWEST_MINUTE), 0, Layout.MINUTES);
    }

    /** Returns where the bucket lies that is this many minutes older than the newest. */
    static int bucketOfAge(byte[] state, int ageMinutes) {
        return bucket(getLong(state, Layout.AT_NEWEST_MINUTE) - ageMinutes);
    }

    private static int bucket(long minute) {
        return Layout.AT_MINUTES + (int) Math.floorMod(minute, (long) Layout.MINUTES) * Layout.MINUTE_BYTES;
    }

    /** Returns which third of its minute a time lies in. */
    static int thirdOf(long atMs) {
        return (int) (atMs % MINUTE_MS / THIRD_MS);
    }

    /** Counts one event in its minute. */
    static void count(byte[] state, int minute, long atMs) {
        addSaturatedByte(state, minute + Layout.MINUTE_EVENTS, 1);
        state[minute + Layout.MINUTE_THIRDS] |= (byte) (1 << thirdOf(atMs));
    }

    /** Returns how many events the minute of a time and those before it hold, each counted up to 255. */
    static int eventsUpTo(byte[] state, long atMs, int minutes) {
        int sum = 0;
        for (int age = ageOfNewest(state, atMs); age < minutes; age++) {
            sum += state[bucketOfAge(state, age - ageOfNewest(state, atMs)) + Layout.MINUTE_EVENTS] & 0xFF;
        }
        return sum;
    }

    static void addAway(byte[] state, int minute, long awayMs) {
        addSaturatedByte(
                state, minute + Layout.MINUTE_AWAY_QUARTER_S, (int) Math.min(awayMs / QUARTER_SECOND_MS, 0xFF));
    }
}
