package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import io.micrometer.core.instrument.Counter;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts the events of a sealed topic and wraps them as {@link FlowInput}. Rejects those without a key or a value and
 * those that are unreadable; skips and counts those of erased users.
 */
final class EventReader<V extends SpecificRecord>
        implements Processor<@Nullable UUID, byte @Nullable [], UUID, FlowInput> {

    private final Topic<V> topic;
    private final SchemaRegistry registry;
    private final KeyLookup keys;
    private final Function<V, FlowInput> reading;
    private final Counter ofErased;

    private ProcessorContext<UUID, FlowInput> context;
    private SealedEvents<V> events;

    /** @param ofErased counts the events of users without a key */
    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    EventReader(
            Topic<V> topic, SchemaRegistry registry, KeyLookup keys, Function<V, FlowInput> reading, Counter ofErased) {
        this.topic = topic;
        this.registry = registry;
        this.keys = keys;
        this.reading = reading;
        this.ofErased = ofErased;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
        events = new SealedEvents<>(topic, registry);
    }

    @Override
    public void process(Record<@Nullable UUID, byte @Nullable []> record) {
        UUID userId = record.key();
        byte[] value = record.value();
        if (userId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        switch (open(userId, value)) {
            case Opened.Event<V>(V event) -> forward(userId, reading.apply(event), record);
            case Opened.Erased<V> _ -> forward(userId, new FlowInput.Erased(), record);
            case Opened.NoKey<V> _ -> ofErased.increment();
        }
    }

    private Opened<V> open(UUID userId, byte[] value) {
        try {
            return events.open(userId, value, keys::find);
        } catch (SerializationException e) {
            throw new PoisonRecordException(DeadLetterReason.of(e), e);
        }
    }

    private void forward(UUID userId, FlowInput input, Record<?, ?> record) {
        context.forward(new Record<>(userId, input, record.timestamp(), record.headers()));
    }

    @Override
    public void close() {
        events.close();
    }
}
