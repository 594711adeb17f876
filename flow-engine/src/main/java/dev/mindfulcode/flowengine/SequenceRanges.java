package dev.mindfulcode.flowengine;

import java.util.Arrays;

/**
 * The exact set of batch sequences of a session as disjoint ranges: 16 bytes per range, first and last (inclusive) as
 * little-endian longs, ascending, never adjacent. Without gaps it is one range.
 *
 * <p>Arrays are values: {@link #add} returns a new array and does not change its argument.
 */
public final class SequenceRanges {
    private static final int RANGE_BYTES = 16;
    private static final byte[] EMPTY = {};

    private SequenceRanges() {}

    public static byte[] empty() {
        return EMPTY;
    }

    /** Returns the number of ranges: 1 + the number of gaps. */
    public static int ranges(byte[] set) {
        return set.length / RANGE_BYTES;
    }

    public static boolean contains(byte[] set, long sequence) {
        int i = lastStartingAtOrBefore(set, sequence);
        return i >= 0 && sequence <= last(set, i);
    }

    /** Returns the sequence after the highest in the set, 0 for the empty set. */
    public static long end(byte[] set) {
        return set.length == 0 ? 0 : last(set, ranges(set) - 1) + 1;
    }

    /** Returns the set with the sequence added; the same array if it was present. */
    public static byte[] add(byte[] set, long sequence) {
        int before = lastStartingAtOrBefore(set, sequence);
        if (before >= 0 && sequence <= last(set, before)) {
            return set;
        }
        int after = before + 1;
        boolean joinsBefore = before >= 0 && last(set, before) + 1 == sequence;
        boolean joinsAfter = after < ranges(set) && sequence + 1 == first(set, after);
        if (joinsBefore && joinsAfter) {
            byte[] joined = new byte[set.length - RANGE_BYTES];
            System.arraycopy(set, 0, joined, 0, after * RANGE_BYTES);
            System.arraycopy(
                    set,
                    (after + 1) * RANGE_BYTES,
                    joined,
                    after * RANGE_BYTES,
                    set.length - (after + 1) * RANGE_BYTES);
            setLast(joined, before, last(set, after));
            return joined;
        }
        if (joinsBefore || joinsAfter) {
            byte[] grown = set.clone();
            if (joinsBefore) {
                setLast(grown, before, sequence);
            } else {
                StateBytes.putLong(grown, after * RANGE_BYTES, sequence);
            }
            return grown;
        }
        byte[] inserted = new byte[set.length + RANGE_BYTES];
        System.arraycopy(set, 0, inserted, 0, after * RANGE_BYTES);
        StateBytes.putLong(inserted, after * RANGE_BYTES, sequence);
        setLast(inserted, after, sequence);
        System.arraycopy(
                set, after * RANGE_BYTES, inserted, (after + 1) * RANGE_BYTES, set.length - after * RANGE_BYTES);
        return inserted;
    }

    /** Returns the set with its first two ranges joined. */
    public static byte[] withoutFirstGap(byte[] set) {
        byte[] joined = Arrays.copyOfRange(set, RANGE_BYTES, set.length);
        StateBytes.putLong(joined, 0, first(set, 0));
        return joined;
    }

    private static int lastStartingAtOrBefore(byte[] set, long sequence) {
        int low = 0;
        int high = ranges(set) - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (first(set, middle) <= sequence) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    private static long first(byte[] set, int range) {
        return StateBytes.getLong(set, range * RANGE_BYTES);
    }

    private static long last(byte[] set, int range) {
        return StateBytes.getLong(set, range * RANGE_BYTES + 8);
    }

    private static void setLast(byte[] set, int range, long sequence) {
        StateBytes.putLong(set, range * RANGE_BYTES + 8, sequence);
    }
}
