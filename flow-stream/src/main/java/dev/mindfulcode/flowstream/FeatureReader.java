package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.SchemaRegistry;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Reads reports of features as {@link BatchReader} reads batches. */
final class FeatureReader implements Processor<@Nullable UUID, byte @Nullable [], UUID, FlowInput> {

    private final ReportReader reports;
    private final StreamMeters meters;
    private final CommitRounds rounds;

    private ProcessorContext<UUID, FlowInput> context;
    private ProcessedOffset processed;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    FeatureReader(KeyLookup keys, SchemaRegistry registry, StreamMeters meters, CommitRounds rounds) {
        reports = new ReportReader(keys, registry);
        this.meters = meters;
        this.rounds = rounds;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
        processed = ProcessedOffset.ofFeatures(context);
    }

    @Override
    public void process(Record<@Nullable UUID, byte @Nullable []> record) {
        // First: a rejected or duplicate report has no other effect that a reader could wait for.
        processed.record(context);
        rounds.input();
        UUID userId = record.key();
        byte[] value = record.value();
        if (userId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        Optional<FlowInput.BatchReceived> received = reports.read(userId, value);
        if (received.isEmpty()) {
            meters.batchesOfErased.increment();
            return;
        }
        FlowInput.Activity report = received.get().batch();
        BatchTimes.check(report.startedAtMs(), report.receivedAtMs(), context.currentSystemTimeMs());
        context.forward(new Record<>(userId, received.get(), record.timestamp(), record.headers()));
    }
}
