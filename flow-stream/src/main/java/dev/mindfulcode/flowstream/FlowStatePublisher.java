package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Tells the world how a session stands: the edge at which the engine's words become those of the wire.
 *
 * <p>Flow states are told at most each {@link #PUBLISH_INTERVAL_MS} a session, by the wall clock, and at once when the status
 * or flow changes; the minutes that grew meanwhile are told along with them. All of them are absolute and versioned, so
 * that what is left out between two of them is in the second. Not thread-safe.
 */
final class FlowStatePublisher {

    static final long PUBLISH_INTERVAL_MS = 1_000;

    /** Follows a model's name where the intensity is the person's own and not the model's. */
    static final String PERSONAL_MODEL_SUFFIX = "+personal";

    private final ProcessorContext<UUID, SpecificRecord> context;
    private final MinuteStore minutes;
    private final FlowReading reading = new FlowReading();

    FlowStatePublisher(ProcessorContext<UUID, SpecificRecord> context, MinuteStore minutes) {
        this.context = context;
        this.minutes = minutes;
    }

    /**
     * Tells now where the last time is long enough ago, or leaves it for later.
     *
     * @param atMs event time of the reading
     */
    void publishWhenDue(UUID userId, UUID sessionId, TrackedSession session, long atMs) {
        long sinceToldMs = context.currentSystemTimeMs() - session.publishedAtMs();
        if (sinceToldMs >= PUBLISH_INTERVAL_MS || sinceToldMs < 0) {
            publish(userId, sessionId, session, atMs);
        } else {
            session.markDirty();
        }
    }

    /** Tells how the session stands, and of its untold minutes. */
    void publish(UUID userId, UUID sessionId, TrackedSession session, long atMs) {
        long nowMs = context.currentSystemTimeMs();
        FlowState state = flowState(sessionId, session, session.markPublished(nowMs), atMs);
        context.forward(new Record<>(userId, state, nowMs), FlowTopology.FLOW_STATES_OUT);
        publishPendingMinutes(userId, sessionId, session);
    }

    /** Remembers that a minute grew; where too many wait already, those are told first. */
    void addPendingMinute(UUID userId, UUID sessionId, TrackedSession session, long minuteMs) {
        if (!session.addPendingMinute(minuteMs)) {
            publishPendingMinutes(userId, sessionId, session);
            session.addPendingMinute(minuteMs);
        }
    }

    void publishPeriods(UUID userId, List<FlowPeriod> periods) {
        for (FlowPeriod period : periods) {
            context.forward(new Record<>(userId, period, context.currentSystemTimeMs()), FlowTopology.FLOW_PERIODS_OUT);
        }
    }

    private void publishPendingMinutes(UUID userId, UUID sessionId, TrackedSession session) {
        for (int i = 0; i < session.pendingMinutes(); i++) {
            publishMinute(userId, sessionId, session.pendingMinuteMs(i));
        }
        session.clearPendingMinutes();
    }

    /** Publishes what a session adds to its user's minute, and what that changes in others' shares of it. */
    void publishMinute(UUID userId, UUID sessionId, long minuteMs) {
        for (FlowMinute share : minutes.shares(userId, sessionId, minuteMs)) {
            context.forward(new Record<>(userId, share, context.currentSystemTimeMs()), FlowTopology.FLOW_MINUTES_OUT);
        }
    }

    /** Publishes what others add to their user's minute now that a session adds nothing to it. */
    void publishOtherShares(UUID userId, UUID deletedSessionId, long minuteMs) {
        for (FlowMinute share : minutes.shares(userId, deletedSessionId, minuteMs)) {
            if (!deletedSessionId.equals(share.getSessionId())) {
                context.forward(
                        new Record<>(userId, share, context.currentSystemTimeMs()), FlowTopology.FLOW_MINUTES_OUT);
            }
        }
    }

    private FlowState flowState(UUID sessionId, TrackedSession session, long version, long atMs) {
        SessionState engine = session.engine();
        engine.read(reading);
        Instant firstActivity =
                Instant.ofEpochMilli(session.hasActivity() ? engine.firstActivityAtMs() : session.startedAtMs());
        Instant lastActivity =
                Instant.ofEpochMilli(session.hasActivity() ? engine.lastActivityAtMs() : session.startedAtMs());
        FlowState state = new FlowState();
        state.setSessionId(sessionId);
        state.setVersion(version);
        state.setAt(Instant.ofEpochMilli(atMs));
        state.setReceivedAt(Instant.ofEpochMilli(session.receivedAtMs()));
        state.setStatus(status(session));
        state.setModel(reading.isPersonal() ? reading.model() + PERSONAL_MODEL_SUFFIX : reading.model());
        state.setIsInFlow(reading.inFlow());
        state.setIntensity(reading.intensity());
        state.setConfidence(reading.confidence());
        state.setFlowDurationMs(reading.flowDurationMs());
        state.setRhythm(reading.rhythm());
        state.setFocus(reading.focus());
        state.setConsistency(reading.consistency());
        state.setErrorPenalty(reading.errorPenalty());
        state.setVelocity(reading.velocity());
        state.setFirstActivityAt(firstActivity);
        state.setLastActivityAt(lastActivity);
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

    private static SessionStatus status(TrackedSession session) {
        return switch (session.status()) {
            case ACTIVE -> SessionStatus.ACTIVE;
            case PAUSED -> SessionStatus.PAUSED;
            case ENDED -> SessionStatus.ENDED;
        };
    }
}
