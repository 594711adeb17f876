package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.util.UUID;

/**
 * Applies a batch to its session in the order of time, and collects the changes to minutes and flow periods. Changes
 * only the working copy that it is given: when it throws, nothing has happened. Reusable, not thread-safe.
 */
final class BatchApplier {

    private final MinuteDeltas minutes = new MinuteDeltas();
    private final FlowPeriodDetector periods = new FlowPeriodDetector();

    MinuteDeltas minutes() {
        return minutes;
    }

    FlowPeriodDetector periods() {
        return periods;
    }

    /**
     * Applies a batch.
     *
     * @param active the model in use: the session switches to it with the first event that is at a boundary
     * @param covers what the session already covers of its minutes
     */
    void apply(FlowInput.Activity batch, TrackedSession session, SessionState active, MinuteDeltas.CoverLoader covers) {
        minutes.begin(session.engine(), covers);
        periods.begin(session, batch.receivedForTeamsAtMs());
        long activityBeforeMs = session.engine().lastActivityAtMs();
        session.markSeen(batch.sequence());
        session.markApplied(batch.sequence());
        Events events = new Events(batch.sessionId(), session, active);
        switch (batch) {
            case FlowInput.Keystrokes keystrokes ->
                keystrokes
                        .payload()
                        .forEachEvent(
                                batch.startedAtMs(), batch.receivedAtMs() + BatchTimes.AHEAD_OF_RECEIPT_MAX_MS, events);
            case FlowInput.Features features -> events.report(features.report());
        }
        minutes.settle(session.engine());
        if (session.engine().lastActivityAtMs() > activityBeforeMs) {
            session.activityReceived(batch.receivedForTeamsAtMs());
            periods.detectContinuation(batch.sessionId(), session);
        }
    }

    private final class Events implements KeystrokePayload.EventVisitor {

        private final UUID sessionId;
        private final TrackedSession session;
        private final SessionState active;

        Events(UUID sessionId, TrackedSession session, SessionState active) {
            this.sessionId = sessionId;
            this.session = session;
            this.active = active;
        }

        @Override
        public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
            begin(atMs);
            SessionState engine = session.engine();
            int activeMs = minutes.addInterval(atMs, SessionState.activeMs(intervalMs), engine);
            engine.keystroke(atMs, intervalMs, keyClassCode, dwellMs, activeMs);
            minutes.addCovered(engine);
            periods.detect(sessionId, session);
        }

        /** Applies a report: its counts to the minute of its end, its active time to the time before its end. */
        void report(FeatureReport report) {
            begin(report.endedAtMs(), report.startedAtMs());
            SessionState engine = session.engine();
            int activeMs = minutes.addInterval(report.endedAtMs(), report.activeMs(), engine);
            engine.report(report, activeMs);
            minutes.addCovered(engine);
            periods.detect(sessionId, session);
        }

        @Override
        public void signal(long atMs, int kindCode, int value) {
            begin(atMs);
            session.engine().signal(atMs, kindCode, value);
            periods.detect(sessionId, session);
        }

        private void begin(long atMs) {
            begin(atMs, atMs);
        }

        private void begin(long atMs, long silentUntilMs) {
            minutes.enter(atMs, session.engine());
            if (atMs > session.endedAtMs() && session.isEnded()) {
                session.engine().end(session.endedAtMs());
                periods.detect(sessionId, session);
            }
            if (session.modelFingerprint() == active.modelFingerprint()) {
                return;
            }
            // An unnoticed pause is a boundary too; the event itself would notice it.
            session.engine().tick(silentUntilMs);
            periods.detect(sessionId, session);
            if (session.isBoundary(atMs)) {
                session.useModel(active);
            }
        }
    }
}
