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
 * Collects the flow periods that open and close while a session is being changed, and which of them count as
 * interruptions of which minute. Reusable, not thread-safe.
 */
final class FlowPeriodDetector {

    private final FlowReading reading = new FlowReading();
    private final List<FlowPeriod> changes = new ArrayList<>();
    private final List<Interrupted> interruptions = new ArrayList<>();
    private long activityBeforeMs;
    private long receivedBeforeMs;
    private long receivedAtMs;

    /**
     * One interruption more, or one less where silence turned out to be none.
     *
     * @param receivedAtMs when ingest received the last keystrokes before it
     */
    record Interrupted(long atMs, long receivedAtMs, int delta) {}

    /** @param receivedAtMs when ingest received what is now to be played */
    void begin(TrackedSession session, long receivedAtMs) {
        changes.clear();
        interruptions.clear();
        activityBeforeMs = session.engine().lastActivityAtMs();
        receivedBeforeMs = session.activityReceivedAtMs();
        this.receivedAtMs = receivedAtMs;
    }

    /** As the other, where nothing is to be played. */
    void begin(TrackedSession session) {
        begin(session, session.activityReceivedAtMs());
    }

    List<FlowPeriod> changes() {
        return changes;
    }

    List<Interrupted> interruptions() {
        return interruptions;
    }

    /**
     * Compares what the engine says with what is known; to be called after each event, as a period may be shorter than
     * a batch.
     */
    void detect(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        if (engine.isInFlow() == session.isPeriodOpen()) {
            return;
        }
        if (engine.isInFlow()) {
            session.openPeriod();
            changes.add(period(sessionId, session));
        } else {
            close(sessionId, session);
            session.closePeriod();
        }
    }

    /** Tells of a period that silence seemed to have ended, and that went on after all. */
    void detectContinuation(UUID sessionId, TrackedSession session) {
        if (session.isPeriodOpen() && session.isPeriodPublishedAsClosed() && session.isUpToDate()) {
            session.reopenPeriod();
            retractInterruption(session);
            changes.add(period(sessionId, session));
        }
    }

    private void close(UUID sessionId, TrackedSession session) {
        SessionState engine = session.engine();
        long endedAtMs = engine.flowEndedAtMs();
        if (!session.updatePeriodEnd(endedAtMs, engine.flowEndedBy())) {
            return;
        }
        retractInterruption(session);
        if (engine.flowEndedBy() != dev.mindfulcode.flowengine.Interruption.SESSION_ENDED) {
            long lastReceivedAtMs = endedAtMs <= activityBeforeMs ? receivedBeforeMs : receivedAtMs;
            session.setInterruption(endedAtMs, lastReceivedAtMs);
            interruptions.add(new Interrupted(endedAtMs, lastReceivedAtMs, 1));
        }
        FlowPeriod closed = period(sessionId, session);
        closed.setEndedAt(Instant.ofEpochMilli(endedAtMs));
        closed.setEndedBy(endedBy(engine));
        changes.add(closed);
    }

    private void retractInterruption(TrackedSession session) {
        if (session.hasInterruption()) {
            interruptions.add(new Interrupted(session.interruptionAtMs(), session.interruptionReceivedAtMs(), -1));
            session.clearInterruption();
        }
    }

    private FlowPeriod period(UUID sessionId, TrackedSession session) {
        session.engine().read(reading);
        FlowPeriod period = new FlowPeriod();
        period.setSessionId(sessionId);
        period.setStartedAt(Instant.ofEpochMilli(session.engine().flowStartedAtMs()));
        period.setVersion(session.nextPeriodVersion());
        period.setMeanIntensity((float) session.periodMeanIntensity(reading.intensity()));
        period.setKeystrokes(session.periodKeystrokes());
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
        };
    }
}
