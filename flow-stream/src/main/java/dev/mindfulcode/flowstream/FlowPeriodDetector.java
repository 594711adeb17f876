package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Detects flow periods that open and close while a session changes, and the interruptions that their ends count as.
 * Reusable, not thread-safe.
 */
final class FlowPeriodDetector {

    private final FlowReading reading = new FlowReading();
    private final List<FlowPeriod> changes = new ArrayList<>();
    private final List<Interrupted> interruptions = new ArrayList<>();
    private long activityBeforeMs;
    private long receivedBeforeMs;
    private long receivedAtMs;

    /**
     * A change of the number of interruptions in a minute.
     *
     * @param receivedAtMs when ingest received the last keystrokes before the interruption
     * @param delta 1, or -1 if typing continued after all
     */
    record Interrupted(long atMs, long receivedAtMs, int delta) {}

    /** @param receivedAtMs when ingest received the batch about to be applied */
    void begin(TrackedSession session, long receivedAtMs) {
        changes.clear();
        interruptions.clear();
        activityBeforeMs = session.engine().lastActivityAtMs();
        receivedBeforeMs = session.activityReceivedAtMs();
        this.receivedAtMs = receivedAtMs;
    }

    /** Begins without a batch. */
    void begin(TrackedSession session) {
        begin(session, session.activityReceivedAtMs());
    }

    List<FlowPeriod> changes() {
        return changes;
    }

    List<Interrupted> interruptions() {
        return interruptions;
    }

    /** Compares the engine with the session's period. Call after each event: a period may be shorter than a batch. */
    void detect(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        if (engine.isInFlow() == session.period().isOpen()) {
            return;
        }
        if (engine.isInFlow()) {
            session.period().open(engine);
            changes.add(period(sessionId, session));
        } else {
            close(sessionId, session);
            session.period().setOpen(false);
        }
    }

    /** Publishes a period again that silence seemed to have ended and that continues. */
    void detectContinuation(UUID sessionId, TrackedSession session) {
        TrackedPeriod period = session.period();
        if (period.isOpen() && period.isPublishedAsClosed() && session.isUpToDate()) {
            period.reopen();
            retractInterruption(period);
            changes.add(period(sessionId, session));
        }
    }

    private void close(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        TrackedPeriod period = session.period();
        long endedAtMs = engine.flowEndedAtMs();
        if (!period.updateEnd(endedAtMs, engine.flowEndedBy(), period.keystrokes(engine))) {
            return;
        }
        retractInterruption(period);
        if (engine.flowEndedBy() != dev.mindfulcode.flowengine.Interruption.SESSION_ENDED) {
            long lastReceivedAtMs = endedAtMs <= activityBeforeMs ? receivedBeforeMs : receivedAtMs;
            period.setInterruption(endedAtMs, lastReceivedAtMs);
            interruptions.add(new Interrupted(endedAtMs, lastReceivedAtMs, 1));
        }
        FlowPeriod closed = period(sessionId, session);
        closed.setEndedAt(Instant.ofEpochMilli(endedAtMs));
        closed.setEndedBy(endedBy(engine));
        changes.add(closed);
    }

    private void retractInterruption(TrackedPeriod period) {
        if (period.hasInterruption()) {
            interruptions.add(new Interrupted(period.interruptionAtMs(), period.interruptionReceivedAtMs(), -1));
            period.clearInterruption();
        }
    }

    private FlowPeriod period(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        engine.read(reading);
        FlowPeriod period = new FlowPeriod();
        period.setSessionId(sessionId);
        period.setStartedAt(Instant.ofEpochMilli(engine.flowStartedAtMs()));
        period.setVersion(session.period().nextVersion());
        period.setMeanIntensity((float) session.period().meanIntensity(engine, reading.intensity()));
        period.setKeystrokes(session.period().keystrokes(engine));
        return period;
    }

    private static Interruption endedBy(SessionState engine) {
        return switch (engine.flowEndedBy()) {
            case UNKNOWN -> Interruption.UNKNOWN;
            case IDLE -> Interruption.IDLE;
            case CONTEXT_SWITCH -> Interruption.CONTEXT_SWITCH;
            case ERRORS -> Interruption.ERRORS;
            case RHYTHM_LOST -> Interruption.RHYTHM_LOST;
            case SESSION_ENDED -> Interruption.SESSION_ENDED;
            case LEFT_WINDOW -> Interruption.LEFT_WINDOW;
        };
    }
}
