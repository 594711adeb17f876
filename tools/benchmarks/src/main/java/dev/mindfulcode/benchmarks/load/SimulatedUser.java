package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import java.util.List;
import java.util.UUID;

/**
 * One user of generated load: types at their own pace in event time, and sends at a given rate in wall-clock time.
 *
 * <p>A user whose rate exceeds their typing speed starts in the past and reaches the present at the end; a slower one
 * pauses. Intervals are those of the model, and no event is in the future. Not thread-safe.
 */
final class SimulatedUser {

    private static final int BATCH_KEYSTROKES = 60;

    /** A user this far behind the clock pauses to compensate: a few batches of typing, then a pause. */
    private static final long LAG_MS_MAX = 120_000;

    /** Maximum duration of a session. */
    private static final long SESSION_MS_MAX = 4 * 3_600_000L;

    /** The pipeline ends a session after half an hour of silence. */
    private static final long SESSION_GAP_MS = 30 * 60_000L;

    private final String name;
    private final Typist typist;
    private final double keystrokesPerSecond;
    private final long total;
    private final long startMs;
    private final int firstSize;

    /**
     * By batch: the maximum by which later typing falls behind sending. A break must leave this much lag.
     */
    private final int[] lagNeededMs;

    private long clockMs;
    private long made;
    private int batches;
    private UUID session = new UUID(0, 0);
    private long sessionStartedMs = Long.MIN_VALUE / 2;
    private long sequence;

    /**
     * @param total keystrokes until done
     * @param startMs epoch milliseconds at which the run begins
     */
    SimulatedUser(TypingModel model, String name, long seed, double keystrokesPerSecond, long total, long startMs) {
        this.name = name;
        this.typist = new Typist(model, seed);
        this.keystrokesPerSecond = keystrokesPerSecond;
        this.total = total;
        this.startMs = startMs;
        // A different size per user, or all users would send at the same instants.
        this.firstSize = (int) Math.min(total, 1 + Math.floorMod(seed, (long) BATCH_KEYSTROKES));
        long[] excessMs = excessMs(new Typist(model, seed));
        this.lagNeededMs = new int[excessMs.length];
        long worst = Long.MIN_VALUE;
        for (int i = excessMs.length - 1; i >= 0; i--) {
            worst = Math.max(worst, excessMs[i]);
            lagNeededMs[i] = (int) Math.min(worst - excessMs[i], Integer.MAX_VALUE);
        }
        this.clockMs = startMs - Math.max(0, worst);
    }

    /** Returns per batch by how much its typing exceeds the time until it is sent. */
    private long[] excessMs(Typist ahead) {
        long[] excess = new long[1 + (int) Math.ceilDiv(total - firstSize, BATCH_KEYSTROKES)];
        long typedMs = 0;
        long keystrokes = 0;
        for (int batch = 0; batch < excess.length; batch++) {
            long end = Math.min(firstSize + (long) batch * BATCH_KEYSTROKES, total);
            for (; keystrokes < end; keystrokes++) {
                ahead.next();
                typedMs += ahead.intervalMs();
            }
            excess[batch] = typedMs - offsetMs(end);
        }
        return excess;
    }

    String name() {
        return name;
    }

    /** Returns the time of the last keystroke so far, or of the start, in epoch milliseconds. */
    long clockMs() {
        return clockMs;
    }

    boolean isDone() {
        return made == total;
    }

    /** Returns the time at which the next batch is due, in epoch milliseconds; its last keystroke is not later. */
    long dueMs() {
        return startMs + offsetMs(made + nextSize());
    }

    /** Returns whether the latest batch was the first of its session. */
    boolean startedSession() {
        return sequence == 1;
    }

    Batch next() {
        int size = nextSize();
        int[] intervals = new int[size];
        int[] dwells = new int[size];
        byte[] classes = new byte[size];
        long typedMs = 0;
        for (int i = 0; i < size; i++) {
            typist.next();
            intervals[i] = typist.intervalMs();
            dwells[i] = typist.dwellMs();
            classes[i] = typist.keyClass();
            typedMs += intervals[i];
        }
        long lagMs = dueMs() - (clockMs + typedMs) - lagNeededMs[batches];
        long breakMs = lagMs > LAG_MS_MAX ? lagMs : 0;
        boolean newSession = clockMs - sessionStartedMs > SESSION_MS_MAX || breakMs > SESSION_GAP_MS;
        if (breakMs > 0 || newSession) {
            clockMs += breakMs + intervals[0];
            typedMs -= intervals[0];
            intervals[0] = 0;
        }
        if (newSession) {
            sessionStartedMs = clockMs;
            session = DeterministicIds.of(clockMs, name + '/' + clockMs);
            sequence = 0;
        }
        Batch batch = new Batch(
                DeterministicIds.of(clockMs, session + "/" + sequence),
                session,
                sequence,
                clockMs,
                intervals,
                classes,
                dwells,
                List.of());
        sequence++;
        batches++;
        clockMs += typedMs;
        made += size;
        return batch;
    }

    private int nextSize() {
        return batches == 0 ? firstSize : (int) Math.min(BATCH_KEYSTROKES, total - made);
    }

    private long offsetMs(long keystrokes) {
        return (long) (keystrokes / keystrokesPerSecond * 1_000);
    }
}
