package dev.mindfulcode.flowengine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A simulated person at a keyboard: log-normal intervals inside bursts, pauses between them, deletions at a rate of
 * their own. Each session follows from the one before. Deterministic by its seed.
 */
final class Persona {
    static final long MINUTE_MS = 60_000;
    private static final int KEYS_PER_LINE = 40;

    private final Random random;
    private final double medianMs;
    private final double deletions;

    /** Probability of a pause of 2 to 90 s after a key. */
    private final double pauses;

    private byte[] state = SessionState.fresh();
    private final SessionState session = new SessionState().wrap(state);
    private int keys;
    private final List<FlowReason> reasons = new ArrayList<>();
    long at = Input.START_MS;

    Persona(long seed, double medianMs, double deletions, double pauses) {
        this.random = new Random(seed);
        this.medianMs = medianMs;
        this.deletions = deletions;
        this.pauses = pauses;
    }

    static Persona usual(long seed) {
        return new Persona(seed, 190, 0.1, 0.03);
    }

    SessionState session() {
        return session;
    }

    /** Returns the reason after each keystroke since the last call of {@link #shareInFlow}. */
    List<FlowReason> reasons() {
        return reasons;
    }

    /** Types like themselves for a time. */
    void work(long durationMs) {
        type(durationMs, medianMs, deletions, pauses);
    }

    /** Types with a rate of deletions of a bad half hour. */
    void delete(long durationMs, double share) {
        type(durationMs, medianMs, share, pauses);
    }

    private void type(long durationMs, double median, double deletionShare, double pauseShare) {
        long until = at + durationMs;
        while (at < until) {
            boolean pause = random.nextDouble() < pauseShare;
            double interval = pause
                    ? 2_000 * Math.exp(3.8 * Math.pow(random.nextDouble(), 2))
                    : median * Math.exp(0.5 * random.nextGaussian());
            key((int) Math.clamp(interval, 15, 90_000), random.nextDouble() < deletionShare);
        }
    }

    /** Works, with an editor signal at equal intervals. */
    void workWithSignals(long durationMs, long everyMs, int kind, int value) {
        long until = at + durationMs;
        long next = at + everyMs;
        while (at < until) {
            key((int) Math.clamp(medianMs * Math.exp(0.5 * random.nextGaussian()), 15, 5_000), random.nextInt(10) == 0);
            if (at >= next) {
                session.signal(at, kind, value);
                next += everyMs;
            }
        }
    }

    /** Presses keys at equal intervals, give or take. */
    void repeat(long durationMs, int intervalMs, int spreadMs) {
        long until = at + durationMs;
        while (at < until) {
            key(intervalMs + (spreadMs == 0 ? 0 : random.nextInt(2 * spreadMs + 1) - spreadMs), false);
        }
    }

    void key(int intervalMs, boolean deletion) {
        at += intervalMs;
        int letter = ++keys % KEYS_PER_LINE == 0 ? EventCodes.KEY_ENTER : Input.LETTER;
        session.keystroke(at, intervalMs, deletion ? EventCodes.KEY_DELETE : letter, -1);
        reasons.add(session.reason());
    }

    void pause(long durationMs) {
        at += durationMs;
        session.tick(at);
    }

    void nextSession() {
        state = SessionState.freshAfter(state);
        session.wrap(state);
        reasons.clear();
    }

    /** Returns the share of active time in flow that a part of the session adds. */
    double shareInFlow(Runnable part) {
        long activeMs = session.activeMs();
        long flowMs = session.flowMs();
        reasons.clear();
        part.run();
        return (double) (session.flowMs() - flowMs) / Math.max(session.activeMs() - activeMs, 1);
    }
}
