package dev.mindfulcode.apigateway;

import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** Flow states such as the stream writes them. */
public final class FlowStates {

    static {
        Objects.requireNonNull(Topics.FLOW_STATES); // its class allows Avro to copy the records
    }

    private FlowStates() {}

    public static FlowState state(UUID sessionId, long version, SessionStatus status) {
        Instant now = Instant.now();
        return FlowState.newBuilder()
                .setSessionId(sessionId)
                .setVersion(version)
                .setAt(now.plusMillis(version))
                .setReceivedAt(now)
                .setStatus(status)
                .setModel("formula-1")
                .setIsInFlow(true)
                .setIntensity(0.75f)
                .setConfidence(0.5f)
                .setFlowDurationMs(60_000)
                .setRhythm(0.7f)
                .setFocus(0.8f)
                .setConsistency(0.6f)
                .setErrorPenalty(0.1f)
                .setVelocity(0.5f)
                .setFirstActivityAt(now)
                .setLastActivityAt(now)
                .setKeystrokes(version)
                .setErrors(1)
                .setContextSwitches(0)
                .setFilesModified(0)
                .setActiveMs(1000)
                .setFlowMs(500)
                .setIntensityMs(750)
                .setInterruptions(0)
                .build();
    }
}
