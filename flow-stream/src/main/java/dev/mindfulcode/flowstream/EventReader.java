package dev.mindfulcode.flowstream;

import java.util.UUID;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Rejects events without a key or a value, and wraps the others as {@link FlowInput}. */
final class EventReader<V> implements Processor<@Nullable UUID, @Nullable V, UUID, FlowInput> {

    private final Function<V, FlowInput> reading;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    private ProcessorContext<UUID, FlowInput> context;

    EventReader(Function<V, FlowInput> reading) {
        this.reading = reading;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable V> record) {
        UUID userId = record.key();
        V event = record.value();
        if (userId == null || event == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        context.forward(new Record<>(userId, reading.apply(event), record.timestamp()));
    }
}
