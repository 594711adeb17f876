package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Validates and decrypts batches. Of a rejected batch nothing remains but its dead letter and the processed offset.
 */
final class BatchReader implements Processor<@Nullable UUID, @Nullable KeystrokeBatch, UUID, FlowInput> {

    private final PayloadReader payloads;
    private final StreamMeters meters;
    private final CommitRounds rounds;

    private ProcessorContext<UUID, FlowInput> context;

    private ProcessedOffset processed;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    BatchReader(PayloadReader payloads, StreamMeters meters, CommitRounds rounds) {
        this.payloads = payloads;
        this.meters = meters;
        this.rounds = rounds;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
        processed = ProcessedOffset.ofKeystrokes(context);
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable KeystrokeBatch> record) {
        // First: a rejected or duplicate batch has no other effect that a reader could wait for.
        processed.record(context);
        rounds.input();
        UUID userId = record.key();
        KeystrokeBatch batch = record.value();
        if (userId == null || batch == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        long startedAtMs = batch.getStartedAt().toEpochMilli();
        long receivedAtMs = batch.getReceivedAt().toEpochMilli();
        BatchTimes.check(startedAtMs, receivedAtMs, context.currentSystemTimeMs());
        if (batch.getSequence() < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        FlowInput.Sealed sealed =
                new FlowInput.Sealed(batch.getPayload(), batch.getPayloadVersion(), batch.getKeystrokes());
        Optional<KeystrokePayload> payload = payloads.read(userId, sealed);
        if (payload.isEmpty()) {
            meters.batchesOfErased.increment();
            return;
        }
        context.forward(new Record<>(
                userId,
                new FlowInput.BatchReceived(
                        batch.getBatchId(),
                        new FlowInput.Keystrokes(
                                batch.getSessionId(),
                                batch.getSequence(),
                                startedAtMs,
                                receivedAtMs,
                                batch.getImported(),
                                payload.get(),
                                sealed)),
                record.timestamp()));
    }
}
