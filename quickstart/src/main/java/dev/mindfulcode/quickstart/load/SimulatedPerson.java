package dev.mindfulcode.quickstart.load;

import dev.mindfulcode.quickstart.load.client.Batch;
import dev.mindfulcode.quickstart.load.client.NamedIds;
import dev.mindfulcode.quickstart.load.typing.TypingModel;
import dev.mindfulcode.quickstart.load.typing.Typist;
import java.util.List;
import java.util.UUID;

/**
 * One person of generated load: types at their own pace in event time, and delivers so many keystrokes a second in wall-clock time.
 *
 * <p>Where more is asked for than a person can type, they started earlier and catch up with the present at the end; where less, they
 * take breaks. Either way intervals stay as the model draws them and no event lies in the future. Not thread-safe.
 */
final class SimulatedPerson {

    private static final int BATCH_KEYSTROKES = 60;

    /** A person this far behind the clock takes a break that makes up for it: a few batches of typing, then a pause. */
    private static final long LAG_MS_MAX = 120_000;

    /** Nobody works longer without a new session. */
    private static final long SESSION_MS_MAX = 4 * 3_600_000L;

    /** The pipeline ends a session after half an hour of silence. */
    private static final long SESSION_GAP_MS = 30 * 60_000L;

    private final String name;
    private final Typist typist;
    private final double keystrokesPerSecond;
    private final long total;
    private final long startMs;

    private long clockMs;
    private long made;
    private int nextSize;
    private UUID session = new UUID(0, 0);
    private long sessionStartedMs = Long.MIN_VALUE / 2;
    private long sequence;

    /**
     * @param total keystrokes until done
     * @param startMs epoch milliseconds at which the run begins
     */
    SimulatedPerson(TypingModel model, String name, long seed, double keystrokesPerSecond, long total, long startMs) {
        this.name = name;
        this.typist = new Typist(model, seed);
        this.keystrokesPerSecond = keystrokesPerSecond;
        this.total = total;
        this.startMs = startMs;
        long typingMs = typingMs(model, seed, total);
        long runMs = (long) (total / keystrokesPerSecond * 1_000);
        this.clockMs = startMs - Math.max(0, typingMs - runMs);
        // Of its own size, or all people would send their batches at the same instants.
        this.nextSize = 1 + (int) Math.floorMod(seed, (long) BATCH_KEYSTROKES);
    }

    /** How long the model needs for so many keystrokes, in event time. */
    static long typingMs(TypingModel model, long seed, long keystrokes) {
        Typist ahead = new Typist(model, seed);
        long ms = 0;
        for (long i = 0; i < keystrokes; i++) {
            ahead.next();
            ms += ahead.intervalMs();
        }
        return ms;
    }

    String name() {
        return name;
    }

    /** Epoch milliseconds of the last keystroke so far, or of the first to come. */
    long clockMs() {
        return clockMs;
    }

    boolean isDone() {
        return made == total;
    }

    /** Epoch milliseconds at which the next batch is to be sent. */
    long dueMs() {
        return startMs + (long) (Math.min(made + nextSize, total) / keystrokesPerSecond * 1_000);
    }

    /** Whether the batch just made was the first of its session. */
    boolean startedSession() {
        return sequence == 1;
    }

    Batch next() {
        int size = (int) Math.min(nextSize, total - made);
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
        long due = dueMs();
        long lagMs = due - (clockMs + typedMs);
        if (lagMs > LAG_MS_MAX) {
            typedMs -= intervals[0];
            intervals[0] = 0;
            clockMs = due - typedMs;
        }
        if (clockMs - sessionStartedMs > SESSION_MS_MAX || lagMs > SESSION_GAP_MS) {
            typedMs -= intervals[0];
            clockMs += intervals[0];
            intervals[0] = 0;
            sessionStartedMs = clockMs;
            session = NamedIds.of(clockMs, name + '/' + clockMs);
            sequence = 0;
        }
        Batch batch = new Batch(
                NamedIds.of(clockMs, session + "/" + sequence),
                session,
                sequence,
                clockMs,
                intervals,
                classes,
                dwells,
                List.of());
        sequence++;
        clockMs += typedMs;
        made += size;
        nextSize = BATCH_KEYSTROKES;
        return batch;
    }
}
