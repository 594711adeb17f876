package dev.mindfulcode.flowengine;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The activity within a minute as milliseconds per second. Stretches that do not overlap add up exactly; where
 * stretches share a second, that second counts their sum, at most 1,000 ms. It is a union with a resolution of one
 * second that does not depend on the order of additions.
 *
 * <p>Encoded in 1 to 137 bytes; a minute that is covered throughout is 17 bytes long. Reusable, not thread-safe.
 */
public final class MinuteCover {

    public static final int MINUTE_MS = 60_000;

    private static final int SECOND_MS = 1_000;
    private static final int SECONDS = MINUTE_MS / SECOND_MS;

    private final short[] coveredMs = new short[SECONDS];
    private int totalMs;

    /** The milliseconds that the last addition added to each second. */
    private final short[] addedMs = new short[SECONDS];

    private int addedFrom;
    private int addedTo;

    public void clear() {
        Arrays.fill(coveredMs, (short) 0);
        totalMs = 0;
        addedFrom = 0;
        addedTo = 0;
    }

    public void setTo(MinuteCover other) {
        System.arraycopy(other.coveredMs, 0, coveredMs, 0, SECONDS);
        totalMs = other.totalMs;
    }

    /** Returns the covered milliseconds of the minute. */
    public int totalMs() {
        return totalMs;
    }

    /**
     * Adds a stretch and returns how many milliseconds of it were not covered before.
     *
     * @param fromMs 0 to 60,000, from the beginning of the minute
     * @param toMs exclusive
     */
    public int add(int fromMs, int toMs) {
        addedFrom = fromMs / SECOND_MS;
        addedTo = addedFrom;
        int before = totalMs;
        for (int at = fromMs; at < toMs; addedTo++) {
            int endMs = Math.min(toMs, (addedTo + 1) * SECOND_MS);
            addedMs[addedTo] = grow(addedTo, endMs - at);
            at = endMs;
        }
        return totalMs - before;
    }

    /** Adds another cover and returns how many milliseconds of it were not covered before. */
    public int add(MinuteCover other) {
        int before = totalMs;
        for (int second = 0; second < SECONDS; second++) {
            grow(second, other.coveredMs[second]);
        }
        return totalMs - before;
    }

    /** Adds what the last {@link #add(int, int)} newly covered in another cover. */
    public void addLastAdditionOf(MinuteCover other) {
        for (int second = other.addedFrom; second < other.addedTo; second++) {
            grow(second, other.addedMs[second]);
        }
    }

    /** Adds the difference between a cover and an earlier state of it. */
    public void addGrowth(MinuteCover earlier, MinuteCover now) {
        for (int second = 0; second < SECONDS; second++) {
            grow(second, now.coveredMs[second] - earlier.coveredMs[second]);
        }
    }

    private short grow(int second, int ms) {
        int more = Math.min(ms, SECOND_MS - coveredMs[second]);
        coveredMs[second] += (short) more;
        totalMs += more;
        return (short) more;
    }

    public int encodedBytes() {
        return totalMs == 0 ? 1 : 1 + 2 * Long.BYTES + Short.BYTES * partial();
    }

    private int partial() {
        int partial = 0;
        for (short ms : coveredMs) {
            if (ms != 0 && ms != SECOND_MS) {
                partial++;
            }
        }
        return partial;
    }

    /**
     * Writes a flag and, unless the cover is empty, two bit sets, of the fully and of the partly covered seconds, and
     * the milliseconds of the latter.
     */
    public void encode(ByteBuffer into) {
        if (totalMs == 0) {
            into.put((byte) 0);
            return;
        }
        long whole = 0;
        long partly = 0;
        for (int second = 0; second < SECONDS; second++) {
            if (coveredMs[second] == SECOND_MS) {
                whole |= 1L << second;
            } else if (coveredMs[second] != 0) {
                partly |= 1L << second;
            }
        }
        into.put((byte) 1).putLong(whole).putLong(partly);
        for (long rest = partly; rest != 0; rest &= rest - 1) {
            into.putShort(coveredMs[Long.numberOfTrailingZeros(rest)]);
        }
    }

    /** Sets the cover to an encoded one. */
    public void decode(ByteBuffer from) {
        clear();
        if (from.get() == 0) {
            return;
        }
        long whole = from.getLong();
        long partly = from.getLong();
        for (long rest = whole; rest != 0; rest &= rest - 1) {
            coveredMs[Long.numberOfTrailingZeros(rest)] = SECOND_MS;
        }
        totalMs = Long.bitCount(whole) * SECOND_MS;
        for (long rest = partly; rest != 0; rest &= rest - 1) {
            short ms = from.getShort();
            coveredMs[Long.numberOfTrailingZeros(rest)] = ms;
            totalMs += ms;
        }
    }
}
