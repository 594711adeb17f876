package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.benchmarks.typing.Recording;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;

/**
 * One session of a recording as it will be sent: the same recording and shift give the same ids, numbers and times.
 *
 * @param startedAtMs epoch milliseconds of the first keystroke
 */
public record SessionPlan(UUID id, long startedAtMs, List<Batch> batches) {

    /** A longer gap ends a session by the rules of the pipeline: what follows is another. */
    static final long SESSION_GAP_MS = 30 * 60_000;

    /** As an editor would send them: about fifteen seconds of typing. */
    static final int BATCH_KEYSTROKES_MAX = 60;

    /** A longer gap is not typing: it becomes the start time of the next batch instead of an interval. */
    static final long INTERVAL_MS_MAX = 60_000;

    /**
     * Splits a recording into sessions and these into batches. The first interval of a batch reaches back to the last
     * keystroke of the batch before, so that no interval is lost at the seam.
     *
     * @param owner what makes the ids this person's own, for example {@code aalto-1027}
     * @param shiftMs added to the recording's times to make epoch milliseconds
     */
    public static List<SessionPlan> of(Recording recording, String owner, long shiftMs) {
        long[] press = recording.pressMs();
        List<SessionPlan> sessions = new ArrayList<>();
        int from = 0;
        for (int i = 1; i <= press.length; i++) {
            if (i == press.length || press[i] - press[i - 1] > SESSION_GAP_MS) {
                sessions.add(session(recording, owner, shiftMs, from, i));
                from = i;
            }
        }
        return sessions;
    }

    private static SessionPlan session(Recording recording, String owner, long shiftMs, int from, int to) {
        long[] press = recording.pressMs();
        long startedAt = press[from] + shiftMs;
        // The source's own time and not the shifted one names a session: a person has one at a time.
        String name = owner + '/' + press[from];
        UUID id = DeterministicIds.of(startedAt, name);
        List<Batch> batches = new ArrayList<>();
        int first = from;
        for (int i = from + 1; i <= to; i++) {
            boolean full = i - first == BATCH_KEYSTROKES_MAX;
            if (i == to || full || press[i] - press[i - 1] > INTERVAL_MS_MAX) {
                boolean seamless = first > from && press[first] - press[first - 1] <= INTERVAL_MS_MAX;
                batches.add(batch(recording, shiftMs, id, name, batches.size(), first, i, seamless));
                first = i;
            }
        }
        return new SessionPlan(id, startedAt, batches);
    }

    private static Batch batch(
            Recording recording,
            long shiftMs,
            UUID session,
            String name,
            int sequence,
            int from,
            int to,
            boolean seamless) {
        long[] press = recording.pressMs();
        long start = seamless ? press[from - 1] : press[from];
        int[] intervals = new int[to - from];
        long before = start;
        for (int i = from; i < to; i++) {
            intervals[i - from] = (int) (press[i] - before);
            before = press[i];
        }
        long startedAt = start + shiftMs;
        return new Batch(
                DeterministicIds.of(startedAt, name + '/' + sequence),
                session,
                sequence,
                startedAt,
                intervals,
                Arrays.copyOfRange(recording.keyClasses(), from, to),
                Arrays.copyOfRange(recording.dwellsMs(), from, to),
                List.of());
    }
}
