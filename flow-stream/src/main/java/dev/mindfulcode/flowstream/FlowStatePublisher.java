package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowReason;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * Maps a session to the records of the wire and forwards them to the sinks: flow states, flow periods and minutes.
 *
 * <p>A flow state is published at once when the status or flow changes, otherwise at most once per
 * {@link #PUBLISH_INTERVAL_MS} of the wall clock, and with it the minutes that changed. All records are absolute and
 * versioned: the next one contains what was skipped. Not thread-safe.
 */
final class FlowStatePublisher {

    static final long PUBLISH_INTERVAL_MS = 1_000;

    /** Follows the model's name if the intensity includes the user's personal layer. */
    static final String PERSONAL_MODEL_SUFFIX = "+personal";

    private final ProcessorContext<UUID, Object> context;
    private final UserEventPublisher events;
    private final MinuteStore minutes;
    private final FlowReading reading = new FlowReading();

    FlowStatePublisher(ProcessorContext<UUID, Object> context, UserEventPublisher events, MinuteStore minutes) {
        this.context = context;
        this.events = events;
        this.minutes = minutes;
    }

    /**
     * Publishes now if the interval has passed, otherwise marks the session as dirty.
     *
     * @param atMs event time of the reading
     */
    void publishWhenDue(UUID userId, UUID sessionId, TrackedSession session, long atMs) {
        long sincePublishedMs = context.currentSystemTimeMs() - session.publishedAtMs();
        if (sincePublishedMs >= PUBLISH_INTERVAL_MS || sincePublishedMs < 0) {
            publish(userId, sessionId, session, atMs);
        } else {
            session.markDirty();
        }
    }

    /** Publishes the session's flow state and its pending minutes. */
    void publish(UUID userId, UUID sessionId, TrackedSession session, long atMs) {
        long nowMs = context.currentSystemTimeMs();
        events.publish(userId, flowState(sessionId, session, session.markPublished(nowMs), atMs));
        publishPendingMinutes(userId, sessionId, session);
    }

    /** Marks a minute as pending; publishes the pending ones first if there are too many. */
    void addPendingMinute(UUID userId, UUID sessionId, TrackedSession session, long minuteMs) {
        if (!session.addPendingMinute(minuteMs)) {
            publishPendingMinutes(userId, sessionId, session);
            session.addPendingMinute(minuteMs);
        }
    }

    void publishPeriods(UUID userId, List<FlowPeriod> periods) {
        for (FlowPeriod period : periods) {
            events.publish(userId, period);
        }
    }

    private void publishPendingMinutes(UUID userId, UUID sessionId, TrackedSession session) {
        for (int i = 0; i < session.pendingMinutes(); i++) {
            publishMinute(userId, sessionId, session.pendingMinuteMs(i));
        }
        session.clearPendingMinutes();
    }

    /** Publishes a session's share of its user's minute, and the shares of other sessions that change with it. */
    private void publishMinute(UUID userId, UUID sessionId, long minuteMs) {
        for (FlowMinute share : minutes.shares(userId, sessionId, minuteMs)) {
            events.publish(userId, share);
        }
    }

    /** Publishes the shares of the other sessions in a minute of a deleted session. */
    void publishOtherShares(UUID userId, UUID deletedSessionId, long minuteMs) {
        for (FlowMinute share : minutes.shares(userId, deletedSessionId, minuteMs)) {
            if (!deletedSessionId.equals(share.getSessionId())) {
                events.publish(userId, share);
            }
        }
    }

    private FlowState flowState(UUID sessionId, TrackedSession session, long version, long atMs) {
        SessionState engine = session.engine();
        engine.read(reading);
        Instant firstActivity =
                Instant.ofEpochMilli(session.hasActivity() ? engine.firstActivityAtMs() : session.startedAtMs());
        FlowState state = new FlowState();
        state.setSessionId(sessionId);
        state.setVersion(version);
        state.setAt(Instant.ofEpochMilli(atMs));
        state.setReceivedAt(Instant.ofEpochMilli(session.receivedAtMs()));
        state.setStatus(status(session));
        state.setModel(reading.isPersonal() ? reading.model() + PERSONAL_MODEL_SUFFIX : reading.model());
        state.setIsInFlow(reading.inFlow());
        state.setReason(reason(session, reading));
        state.setIntensity(reading.intensity());
        state.setModelIntensity(reading.modelIntensity());
        state.setConfidence(reading.confidence());
        state.setFlowDurationMs(reading.flowDurationMs());
        state.setRhythm(reading.rhythm());
        state.setFocus(reading.focus());
        state.setConsistency(reading.consistency());
        state.setErrorPenalty(reading.errorPenalty());
        state.setVelocity(reading.velocity());
        state.setFirstActivityAt(firstActivity);
        state.setLastActivityAt(Instant.ofEpochMilli(session.lastActivityAtMs()));
        state.setKeystrokes(engine.keystrokes());
        state.setErrors(engine.errors());
        state.setContextSwitches(engine.contextSwitches());
        state.setFilesModified(engine.filesModified());
        state.setActiveMs(engine.activeMs());
        state.setFlowMs(engine.flowMs());
        state.setIntensityMs(engine.intensityMs());
        state.setInterruptions(engine.interruptions());
        state.setNextSequence(session.sequencesEnd());
        state.setReusedSequences(session.sequencesReused());
        return state;
    }

    /** Returns the reason of a reading; a session that its user paused or ended is paused. */
    private static @Nullable FlowReason reason(TrackedSession session, FlowReading reading) {
        dev.mindfulcode.flowengine.FlowReason reason = reading.reason();
        if (reason == null) {
            return null;
        }
        if (session.status() != ActivityStatus.ACTIVE) {
            return FlowReason.PAUSED;
        }
        return switch (reason) {
            case WARMING_UP -> FlowReason.WARMING_UP;
            case BELOW_OWN_RANGE -> FlowReason.BELOW_OWN_RANGE;
            case STRUGGLING -> FlowReason.STRUGGLING;
            case FRAGMENTED -> FlowReason.FRAGMENTED;
            case AWAY -> FlowReason.AWAY;
            case PAUSED -> FlowReason.PAUSED;
        };
    }

    private static SessionStatus status(TrackedSession session) {
        return switch (session.status()) {
            case ACTIVE -> SessionStatus.ACTIVE;
            case PAUSED -> SessionStatus.PAUSED;
            case ENDED -> SessionStatus.ENDED;
        };
    }
}
