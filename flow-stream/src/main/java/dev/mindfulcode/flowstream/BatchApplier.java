package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import java.util.UUID;

/**
 * Plays a batch into its session, in the order of time, and collects what that did to minutes and flow periods. Touches
 * nothing but the working copy that it is given: when it throws, nothing has happened. Reusable, not thread-safe.
 */
final class BatchApplier {

    private static final int DWELL_UNKNOWN = -1;

    private final MinuteDeltas minutes = new MinuteDeltas();
    private final FlowPeriodDetector periods = new FlowPeriodDetector();

    MinuteDeltas minutes() {
        return minutes;
    }

    FlowPeriodDetector periods() {
        return periods;
    }

    /**
     * Counts a batch.
     *
     * @param active the model to be used now: it takes the session over with the first event that is at a boundary
     * @param covers what the session covers of its minutes already
     */
    void apply(
            FlowInput.Keystrokes batch, TrackedSession session, SessionState active, MinuteDeltas.CoverLoader covers) {
        KeystrokePayload payload = batch.payload();
        long latestMs = batch.receivedAtMs() + BatchTimes.AHEAD_OF_RECEIPT_MAX_MS;
        minutes.begin(session.engine(), covers);
        periods.begin(session, batch.receivedAtMs());
        long activityBeforeMs = session.engine().lastActivityAtMs();
        session.markSeen(batch.sequence());
        session.markApplied(batch.sequence());
        int[] intervalsMs = payload.intervalsMs();
        int[] signalAtMs = payload.signalAtMs();
        int signal = 0;
        long sinceStartMs = 0;
        for (int key = 0; key < intervalsMs.length; key++) {
            sinceStartMs += intervalsMs[key];
            for (; signal < signalAtMs.length && signalAtMs[signal] <= sinceStartMs; signal++) {
                signal(batch, session, signal, latestMs, active);
            }
            long atMs = Math.min(batch.startedAtMs() + sinceStartMs, latestMs);
            begin(atMs, batch.sessionId(), session, active);
            SessionState engine = session.engine();
            int activeMs = minutes.addInterval(atMs, SessionState.activeMs(intervalsMs[key]), engine);
            engine.keystroke(atMs, intervalsMs[key], classCode(payload, key), dwellMs(payload, key), activeMs);
            minutes.addCovered(engine);
            periods.detect(batch.sessionId(), session);
        }
        for (; signal < signalAtMs.length; signal++) {
            signal(batch, session, signal, latestMs, active);
        }
        minutes.settle(session.engine());
        if (session.engine().lastActivityAtMs() > activityBeforeMs) {
            session.activityReceived(batch.receivedAtMs());
            periods.detectContinuation(batch.sessionId(), session);
        }
    }

    private void signal(
            FlowInput.Keystrokes batch, TrackedSession session, int signal, long latestMs, SessionState active) {
        KeystrokePayload payload = batch.payload();
        int kindCode = payload.signalKinds()[signal];
        if (SignalKind.ofCode(kindCode) == null) {
            return;
        }
        long atMs = Math.min(batch.startedAtMs() + Math.max(payload.signalAtMs()[signal], 0), latestMs);
        begin(atMs, batch.sessionId(), session, active);
        session.engine().signal(atMs, kindCode, payload.signalValues()[signal]);
        periods.detect(batch.sessionId(), session);
    }

    private void begin(long atMs, UUID sessionId, TrackedSession session, SessionState active) {
        minutes.enter(atMs, session.engine());
        if (atMs > session.endedAtMs() && session.isEnded()) {
            session.engine().end(session.endedAtMs());
            periods.detect(sessionId, session);
        }
        if (session.modelFingerprint() == active.modelFingerprint()) {
            return;
        }
        // A pause that nobody has noticed yet is a boundary too; the event itself would notice it.
        session.engine().tick(atMs);
        periods.detect(sessionId, session);
        if (session.isBoundary(atMs)) {
            session.useModel(active);
        }
    }

    private static int classCode(KeystrokePayload payload, int key) {
        int code = payload.keyClasses()[key];
        return KeyClass.ofCode(code) == null ? KeyClass.OTHER.code() : code;
    }

    private static int dwellMs(KeystrokePayload payload, int key) {
        return payload.dwellsMs().length == 0 ? DWELL_UNKNOWN : payload.dwellsMs()[key];
    }
}
