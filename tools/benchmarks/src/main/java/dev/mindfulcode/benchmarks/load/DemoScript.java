package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Generated work of a developer as a sequence of stretches. Typing within a stretch follows the fitted model.
 * Stretches, signals and long pauses are invented, because the fitted data are transcription and contain none: pause
 * lengths follow Shrestha (ICSE-SEET 2022), file switches Meyer's 13 an hour. Deterministic for a seed and a clock. Not
 * thread-safe.
 */
final class DemoScript {

    /** The developer's current activity. */
    private enum Stretch {
        STEADY(240_000),
        SCATTERED(90_000),
        AWAY(45_000);

        final long meanMs;

        Stretch(long meanMs) {
            this.meanMs = meanMs;
        }
    }

    private static final long SESSION_MS = 90 * 60_000L;
    private static final double SCATTERED_PAUSE_SHARE = 0.05;
    private static final int SCATTERED_PAUSE_MS = 6_000;
    private static final double SCATTERED_ERROR_SHARE = 0.12;
    private static final long STEADY_SIGNAL_MS = 60_000;
    private static final long SCATTERED_SIGNAL_MS = 12_000;
    private static final int LINE_KEYSTROKES = 38;

    private final Typist typist;
    private final SplittableRandom random;

    private Stretch stretch = Stretch.STEADY;
    private long stretchEndsMs;
    private long signalAtMs;
    private long keyAtMs;
    private int keyIntervalMs;
    private UUID session = new UUID(0, 0);
    private long sessionStartedMs;
    private long sequence;
    private long sentUntilMs;

    DemoScript(TypingModel model, long seed) {
        this.typist = new Typist(model, seed);
        this.random = new SplittableRandom(seed);
    }

    UUID startSession(long nowMs) {
        session = DeterministicIds.of(nowMs, "demo/" + nowMs);
        sessionStartedMs = nowMs;
        sentUntilMs = nowMs;
        sequence = 0;
        keyAtMs = nowMs;
        enter(Stretch.STEADY, nowMs);
        drawKey();
        return session;
    }

    long clockMs() {
        return sentUntilMs;
    }

    boolean isSessionOver() {
        return sentUntilMs - sessionStartedMs > SESSION_MS;
    }

    /** Returns the batch since the last call, or null if it is empty. */
    @Nullable
    Batch until(long nowMs) {
        List<int[]> keys = new ArrayList<>();
        List<Batch.Signal> signals = new ArrayList<>();
        long start = sentUntilMs;
        long last = start;
        while (true) {
            long next =
                    Math.min(stretchEndsMs, stretch == Stretch.AWAY ? Long.MAX_VALUE : Math.min(keyAtMs, signalAtMs));
            if (next > nowMs) {
                break;
            }
            if (next == stretchEndsMs) {
                changeStretch(start, signals);
            } else if (next == signalAtMs) {
                signal(start, signals);
            } else {
                keys.add(new int[] {(int) (keyAtMs - last), keyClass(), typist.dwellMs()});
                last = keyAtMs;
                drawKey();
            }
        }
        if (keys.isEmpty() && signals.isEmpty()) {
            return null;
        }
        // The next batch's first interval reaches back to this one's last keystroke.
        sentUntilMs = keys.isEmpty() ? Math.max(start, nowMs - 1) : last;
        return batch(start, keys, signals);
    }

    private Batch batch(long start, List<int[]> keys, List<Batch.Signal> signals) {
        byte[] classes = new byte[keys.size()];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) keys.get(i)[1];
        }
        Batch batch = new Batch(
                DeterministicIds.of(start, session + "/" + sequence),
                session,
                sequence,
                start,
                keys.stream().mapToInt(key -> key[0]).toArray(),
                classes,
                keys.stream().mapToInt(key -> key[2]).toArray(),
                signals);
        sequence++;
        return batch;
    }

    private void enter(Stretch next, long atMs) {
        stretch = next;
        stretchEndsMs = atMs + (long) (next.meanMs * (0.6 + 0.8 * random.nextDouble()));
        signalAtMs = atMs + signalGapMs();
    }

    private void changeStretch(long start, List<Batch.Signal> signals) {
        long at = stretchEndsMs;
        if (stretch == Stretch.AWAY) {
            signals.add(new Batch.Signal((int) (at - start), SignalKind.FOCUS_GAINED, 0));
            keyAtMs = at;
            drawKey();
            enter(random.nextDouble() < 0.6 ? Stretch.STEADY : Stretch.SCATTERED, at);
        } else if (random.nextDouble() < 0.5) {
            signals.add(new Batch.Signal((int) (at - start), SignalKind.FOCUS_LOST, 0));
            enter(Stretch.AWAY, at);
        } else {
            enter(stretch == Stretch.STEADY ? Stretch.SCATTERED : Stretch.STEADY, at);
        }
    }

    private void signal(long start, List<Batch.Signal> signals) {
        int at = (int) (signalAtMs - start);
        double kind = random.nextDouble();
        boolean steady = stretch == Stretch.STEADY;
        if (kind < (steady ? 0.15 : 0.5)) {
            signals.add(new Batch.Signal(at, SignalKind.FILE_SWITCH, 0));
        } else if (kind < 0.6) {
            signals.add(new Batch.Signal(at, SignalKind.SAVE, 0));
        } else if (kind < 0.8) {
            signals.add(new Batch.Signal(at, SignalKind.TEST, random.nextDouble() < (steady ? 0.8 : 0.3) ? 1 : 0));
        } else {
            signals.add(new Batch.Signal(at, SignalKind.DIAGNOSTICS, random.nextInt(steady ? 3 : 12)));
        }
        signalAtMs += signalGapMs();
    }

    private long signalGapMs() {
        long mean = stretch == Stretch.STEADY ? STEADY_SIGNAL_MS : SCATTERED_SIGNAL_MS;
        return (long) (mean * (0.5 + random.nextDouble()));
    }

    private void drawKey() {
        typist.next();
        keyIntervalMs = typist.intervalMs();
        if (stretch == Stretch.STEADY && keyIntervalMs > TypingModel.PAUSE_MS) {
            keyIntervalMs = TypingModel.PAUSE_MS / 2;
        } else if (stretch == Stretch.SCATTERED && random.nextDouble() < SCATTERED_PAUSE_SHARE) {
            keyIntervalMs += (int) (SCATTERED_PAUSE_MS * (0.4 + random.nextDouble()));
        }
        keyAtMs += keyIntervalMs;
    }

    private int keyClass() {
        if (stretch == Stretch.SCATTERED && random.nextDouble() < SCATTERED_ERROR_SHARE) {
            return KeyClass.DELETE.code();
        }
        return random.nextInt(LINE_KEYSTROKES) == 0 ? KeyClass.ENTER.code() : typist.keyClass();
    }
}
