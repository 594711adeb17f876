package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Encrypts batches and reports and encodes their records. Thread-safe. */
final class RecordEncoder {

    /** The topics of the records. */
    static final List<Topic<?>> TOPICS = List.of(Topics.KEYSTROKES, Topics.FLOW_FEATURES);

    /** Ids, times and counts, before the payload. */
    private static final int ENVELOPE_BYTES = 128;

    private static final int REPORT_BYTES = 160;
    private static final UUID NIL = new UUID(0, 0);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final ConfluentEncoder<KeystrokeBatch> batches;
    private final ConfluentEncoder<FlowFeatures> reports;
    private final ConfluentEncoder<SealedEvent> sealed;

    /** @throws RuntimeException if the registry is unavailable or does not have the schemas */
    RecordEncoder(SchemaRegistry registry) {
        batches = new ConfluentEncoder<>(
                Topics.KEYSTROKES,
                Topics.KEYSTROKES.name(),
                new KeystrokeBatch(NIL, NIL, 0L, Instant.EPOCH, Instant.EPOCH, false, 0, 0, NOTHING, false),
                registry);
        FlowFeatures report = new FlowFeatures();
        report.setReportId(NIL);
        report.setSessionId(NIL);
        report.setStartedAt(Instant.EPOCH);
        report.setReceivedAt(Instant.EPOCH);
        reports = new ConfluentEncoder<>(Topics.FLOW_FEATURES, Topics.FLOW_FEATURES.eventName(), report, registry);
        sealed = new ConfluentEncoder<>(
                Topics.FLOW_FEATURES.sealedForm(),
                Topics.FLOW_FEATURES.name(),
                new SealedEvent(0, NOTHING, null),
                registry);
    }

    /**
     * Returns the record of a batch or report.
     *
     * @param startedAtMs by the server's clock
     */
    ProducerRecord<byte[], byte[]> encode(UserCipher cipher, ParsedBatch batch, long startedAtMs, long receivedAtMs) {
        return switch (batch.content()) {
            case ParsedBatch.Keystrokes keystrokes ->
                record(
                        Topics.KEYSTROKES,
                        cipher,
                        receivedAtMs,
                        batch(cipher, batch, keystrokes, startedAtMs, receivedAtMs));
            case ParsedBatch.Features features ->
                record(
                        Topics.FLOW_FEATURES,
                        cipher,
                        receivedAtMs,
                        report(cipher, batch, features.report(), startedAtMs, receivedAtMs));
        };
    }

    /** Stamped with our own clock: one user's clock must not move stream time for a whole partition. */
    private static ProducerRecord<byte[], byte[]> record(
            Topic<?> topic, UserCipher cipher, long receivedAtMs, byte[] value) {
        byte[] key = cipher.userId().toString().getBytes(StandardCharsets.ISO_8859_1);
        return new ProducerRecord<>(topic.name(), null, receivedAtMs, key, value);
    }

    private byte[] batch(
            UserCipher cipher,
            ParsedBatch batch,
            ParsedBatch.Keystrokes keystrokes,
            long startedAtMs,
            long receivedAtMs) {
        byte[] payload = cipher.encrypt(keystrokes.payload(), Topics.KEYSTROKES.name(), KeystrokePayload.VERSION);
        return batches.encode(
                new KeystrokeBatch(
                        batch.batchId(),
                        batch.sessionId(),
                        batch.sequence(),
                        Instant.ofEpochMilli(startedAtMs),
                        Instant.ofEpochMilli(receivedAtMs),
                        startedAtMs != batch.startedAtMs(),
                        keystrokes.keystrokes(),
                        KeystrokePayload.VERSION,
                        ByteBuffer.wrap(payload),
                        false),
                ENVELOPE_BYTES + payload.length);
    }

    private byte[] report(
            UserCipher cipher, ParsedBatch batch, FlowFeatures report, long startedAtMs, long receivedAtMs) {
        report.setStartedAt(Instant.ofEpochMilli(startedAtMs));
        report.setReceivedAt(Instant.ofEpochMilli(receivedAtMs));
        report.setClamped(startedAtMs != batch.startedAtMs());
        byte[] payload = cipher.encrypt(
                reports.encode(report, REPORT_BYTES), Topics.FLOW_FEATURES.name(), SealedEvents.PAYLOAD_VERSION);
        SealedEvent event = new SealedEvent(SealedEvents.PAYLOAD_VERSION, ByteBuffer.wrap(payload), null);
        return sealed.encode(event, ENVELOPE_BYTES + payload.length);
    }
}
