package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.team.WindowSize;
import java.util.List;
import java.util.UUID;

/**
 * Publishes the working copy of a session after a change: its flow state, its flow periods and its minutes, and marks
 * its minutes for its user's teams. Not thread-safe.
 */
final class SessionPublisher {

    private final TrackedSession session;
    private final FlowStatePublisher publisher;
    private final MinuteStore minutes;
    private final TeamContributionPublisher contributions;
    private final StreamClock clock;

    SessionPublisher(UserStores stores, FlowStatePublisher publisher, StreamClock clock) {
        this.session = stores.sessions().current();
        this.publisher = publisher;
        this.minutes = stores.minutes();
        this.contributions = stores.contributions();
        this.clock = clock;
    }

    /** When a flow state is published if neither status nor flow has changed; otherwise it is published at once. */
    enum Timing {
        IF_CHANGED,
        WHEN_DUE,
        NOW
    }

    /**
     * Publishes the session with its known silence and end applied to the engine, and then reverts those: batches may
     * still fill the silence.
     */
    void publish(
            UUID userId, UUID sessionId, FlowPeriodDetector periods, ActivityStatus before, long atMs, Timing timing) {
        if (session.isUpToDate()) {
            publishUpToDate(userId, sessionId, periods, before, atMs, timing);
            return;
        }
        byte[] engineState = session.engineState();
        boolean periodOpen = session.period().isOpen();
        session.applySilence();
        periods.detect(sessionId, session);
        publishUpToDate(userId, sessionId, periods, before, atMs, timing);
        session.restoreEngine(engineState, periodOpen);
    }

    private void publishUpToDate(
            UUID userId,
            UUID sessionId,
            FlowPeriodDetector periods,
            ActivityStatus before,
            long activityOrSilenceAtMs,
            Timing timing) {
        long atMs = Math.max(activityOrSilenceAtMs, session.statusSetAtMs());
        countInterruptions(userId, sessionId, periods.interruptions());
        publisher.publishPeriods(userId, periods.changes());
        boolean changed = session.status() != before || !periods.changes().isEmpty();
        if (changed || timing == Timing.NOW) {
            publisher.publish(userId, sessionId, session, atMs);
        } else if (timing == Timing.WHEN_DUE) {
            publisher.publishWhenDue(userId, sessionId, session, atMs);
        }
    }

    private void countInterruptions(UUID userId, UUID sessionId, List<FlowPeriodDetector.Interrupted> interruptions) {
        for (FlowPeriodDetector.Interrupted interrupted : interruptions) {
            long minuteMs = MinuteDeltas.minuteOf(interrupted.atMs());
            if (minuteMs >= minutes.horizonMs(clock.receivedAtMs())) {
                minutes.addInterruptions(userId, sessionId, minuteMs, interrupted.delta(), interrupted.receivedAtMs());
                markForTeams(userId, minuteMs, interrupted.receivedAtMs());
            }
        }
    }

    /** Stores the minutes that a batch has changed, and marks them to be published. */
    void storeMinutes(UUID userId, FlowInput.Activity batch, MinuteDeltas grown) {
        for (int i = 0; i < grown.size(); i++) {
            if (!grown.grown(i).totals.isEmpty()) {
                long minuteMs = grown.minuteMs(i);
                minutes.add(userId, batch.sessionId(), minuteMs, grown.grown(i), batch.receivedForTeamsAtMs());
                publisher.addPendingMinute(userId, batch.sessionId(), session, minuteMs);
                markForTeams(userId, minuteMs, batch.receivedForTeamsAtMs());
            }
        }
    }

    /** Removes a deleted session from its user's minutes and publishes what the other sessions add to them now. */
    void clearMinutes(UUID userId, UUID sessionId) {
        List<Long> cleared = minutes.clear(userId, sessionId);
        for (long minuteMs : cleared) {
            publisher.publishOtherShares(userId, sessionId, minuteMs);
        }
        if (!cleared.isEmpty()) {
            contributions.minutesShrank(userId, cleared.getFirst());
        }
    }

    private void markForTeams(UUID userId, long minuteMs, long receivedAtMs) {
        if (receivedAtMs <= WindowSize.DAY.receivedUntilMs(minuteMs)) {
            contributions.minuteGrew(userId, minuteMs);
        }
    }
}
