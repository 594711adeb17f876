package dev.mindfulcode.flowstream;

import dev.mindfulcode.protection.UserCipher;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Decrypts batches and lets through those whose times and lengths are such as ingest writes. Keeps no state, so that whatever it
 * refuses leaves no trace but its dead letter.
 */
final class BatchReader implements Processor<@Nullable UUID, @Nullable KeystrokeBatch, UUID, FlowInput> {

    private final KeyLookup keys;
    private final StreamMeters meters;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    private ProcessorContext<UUID, FlowInput> context;

    BatchReader(KeyLookup keys, StreamMeters meters) {
        this.keys = keys;
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, FlowInput> context) {
        this.context = context;
    }

    @Override
    public void process(Record<@Nullable UUID, @Nullable KeystrokeBatch> record) {
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
        Optional<UserCipher> cipher = keys.find(userId);
        if (cipher.isEmpty()) {
            meters.erased.increment();
            return;
        }
        KeystrokePayload payload = payload(batch, cipher.get());
        context.forward(new Record<>(
                userId,
                new FlowInput.Keystrokes(batch.getSessionId(), batch.getSequence(), startedAtMs, receivedAtMs, payload),
                record.timestamp()));
    }

    private static KeystrokePayload payload(KeystrokeBatch batch, UserCipher cipher) {
        KeystrokePayload payload;
        try {
            payload = KeystrokePayload.decode(
                    cipher.decrypt(bytes(batch.getPayload()), Topics.KEYSTROKES.name(), batch.getPayloadVersion()));
        } catch (GeneralSecurityException e) {
            throw new PoisonRecordException(DeadLetterReason.NOT_DECRYPTED, e);
        } catch (MalformedPayloadException e) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD, e);
        }
        if (payload.keystrokes() != batch.getKeystrokes()) {
            throw new PoisonRecordException(DeadLetterReason.MALFORMED_PAYLOAD);
        }
        for (int intervalMs : payload.intervalsMs()) {
            if (intervalMs < 0) {
                throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
            }
        }
        return payload;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
