package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Forwards events about users to the sinks, sealed with the user's key; nothing about a user without one. Not
 * thread-safe.
 */
final class UserEventPublisher {

    private final ProcessorContext<UUID, Object> context;
    private final UserCiphers ciphers;
    private final Seals seals;
    private final SessionTraces traces;

    UserEventPublisher(ProcessorContext<UUID, Object> context, UserCiphers ciphers, Seals seals, SessionTraces traces) {
        this.traces = traces;
        this.context = context;
        this.ciphers = ciphers;
        this.seals = seals;
    }

    /** Seals the events of each topic. Thread-safe, since it opens none. */
    record Seals(SealedEvents<FlowState> states, SealedEvents<FlowPeriod> periods, SealedEvents<FlowMinute> minutes) {

        static Seals of(SchemaRegistry registry) {
            return new Seals(
                    new SealedEvents<>(Topics.FLOW_STATES, registry),
                    new SealedEvents<>(Topics.FLOW_PERIODS, registry),
                    new SealedEvents<>(Topics.FLOW_MINUTES, registry));
        }
    }

    void publish(UUID userId, FlowState state) {
        Record<UUID, Object> record = sealed(userId, state, seals.states);
        if (record != null) {
            traces.continueInState(record, state.getSessionId());
            context.forward(record, FlowTopology.FLOW_STATES_OUT);
        }
    }

    void publish(UUID userId, FlowPeriod period) {
        publish(userId, period, period.getSessionId(), seals.periods, FlowTopology.FLOW_PERIODS_OUT);
    }

    void publish(UUID userId, FlowMinute minute) {
        publish(userId, minute, minute.getSessionId(), seals.minutes, FlowTopology.FLOW_MINUTES_OUT);
    }

    private <V extends SpecificRecord> void publish(
            UUID userId, V event, UUID sessionId, SealedEvents<V> seal, String sink) {
        Record<UUID, Object> record = sealed(userId, event, seal);
        if (record != null) {
            traces.continueIn(record, sessionId);
            context.forward(record, sink);
        }
    }

    /** Returns the record of an event, or null for a user without a key. */
    private <V extends SpecificRecord> @Nullable Record<UUID, Object> sealed(
            UUID userId, V event, SealedEvents<V> seal) {
        UserCipher cipher = ciphers.of(userId);
        return cipher == null ? null : new Record<>(userId, seal.seal(event, cipher), context.currentSystemTimeMs());
    }
}
