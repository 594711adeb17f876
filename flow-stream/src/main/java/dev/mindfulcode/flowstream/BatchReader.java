package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.util.UUID;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts and validates batches. Of a rejected batch nothing remains but its dead letter and the processed offset.
 */
final class BatchReader implements Processor<@Nullable UUID, byte @Nullable [], UUID, FlowInput> {

    private final KeyLookup keys;
    private final SchemaRegistry registry;
    private final StreamMeters meters;
    private final CommitRounds rounds;

    private ProcessorContext<UUID, FlowInput> context;
    private ProcessedOffset processed;
    private SealedEvents<KeystrokeBatch> events;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    BatchReader(KeyLookup keys, SchemaRegistry registry, StreamMeters meters, CommitRounds rounds) {
        this.keys = keys;
        this.registry = registry;
        this.meters = meters;
        this.rounds = rounds;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
        processed = ProcessedOffset.ofKeystrokes(context);
        events = new SealedEvents<>(Topics.KEYSTROKES, registry);
    }

    @Override
    public void process(Record<@Nullable UUID, byte @Nullable []> record) {
        // First: a rejected or duplicate batch has no other effect that a reader could wait for.
        processed.record(context);
        rounds.input();
        UUID userId = record.key();
        byte[] value = record.value();
        if (userId == null || value == null) {
            throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
        }
        switch (open(userId, value)) {
            case Opened.Event<KeystrokeBatch>(KeystrokeBatch batch) ->
                context.forward(new Record<>(userId, received(batch), record.timestamp(), record.headers()));
            case Opened.Erased<KeystrokeBatch> _, Opened.NoKey<KeystrokeBatch> _ -> meters.batchesOfErased.increment();
        }
    }

    private Opened<KeystrokeBatch> open(UUID userId, byte[] value) {
        try {
            return events.open(userId, value, keys::find);
        } catch (SerializationException e) {
            throw new PoisonRecordException(DeadLetterReason.of(e), e);
        }
    }

    private FlowInput received(KeystrokeBatch batch) {
        long startedAtMs = batch.getStartedAt().toEpochMilli();
        long receivedAtMs = batch.getReceivedAt().toEpochMilli();
        BatchTimes.check(startedAtMs, receivedAtMs, context.currentSystemTimeMs());
        if (batch.getSequence() < 0) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        meters.processed(receivedAtMs, context.currentSystemTimeMs());
        return new FlowInput.BatchReceived(
                batch.getBatchId(),
                new FlowInput.Keystrokes(
                        batch.getSessionId(),
                        batch.getSequence(),
                        startedAtMs,
                        receivedAtMs,
                        batch.getImported(),
                        payload(batch)));
    }

    private static KeystrokePayload payload(KeystrokeBatch batch) {
        KeystrokePayload payload;
        try {
            payload = KeystrokePayload.decode(batch.getPayload());
        } catch (MalformedPayloadException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
        for (int intervalMs : payload.intervalsMs()) {
            if (intervalMs < 0) {
                throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
            }
        }
        return payload;
    }

    @Override
    public void close() {
        events.close();
    }
}
