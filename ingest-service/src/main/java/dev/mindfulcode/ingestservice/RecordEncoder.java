package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokeBatchCodec;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.SealedEventCodec;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Encodes and encrypts batches and reports. A batch becomes three arrays: the event, its ciphertext, and the value that
 * holds the ciphertext. Thread-safe.
 */
final class RecordEncoder {

    /** The topics of the records. */
    static final List<Topic<?>> TOPICS = List.of(Topics.KEYSTROKES, Topics.FLOW_FEATURES);

    private static final int REPORT_BYTES = 160;
    private static final UUID NIL = new UUID(0, 0);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final byte[] batchHeader;
    private final byte[] sealedBatchHeader;
    private final byte[] sealedReportHeader;
    private final ConfluentEncoder<FlowFeatures> reports;

    /** @throws RuntimeException if the registry is unavailable or does not have the schemas */
    RecordEncoder(SchemaRegistry registry) {
        batchHeader = ConfluentEncoder.header(
                Topics.KEYSTROKES,
                Topics.KEYSTROKES.eventName(),
                new KeystrokeBatch(NIL, NIL, 0L, Instant.EPOCH, Instant.EPOCH, false, NOTHING, false),
                registry);
        FlowFeatures report = new FlowFeatures();
        report.setReportId(NIL);
        report.setSessionId(NIL);
        report.setStartedAt(Instant.EPOCH);
        report.setReceivedAt(Instant.EPOCH);
        reports = new ConfluentEncoder<>(Topics.FLOW_FEATURES, Topics.FLOW_FEATURES.eventName(), report, registry);
        sealedBatchHeader = sealedHeader(Topics.KEYSTROKES, registry);
        sealedReportHeader = sealedHeader(Topics.FLOW_FEATURES, registry);
    }

    private static byte[] sealedHeader(Topic<?> topic, SchemaRegistry registry) {
        return ConfluentEncoder.header(topic.sealedForm(), topic.name(), new SealedEvent(0, NOTHING, null), registry);
    }

    /**
     * Returns the record of a batch or report.
     *
     * @param startedAtMs by the server's clock
     */
    ProducerRecord<byte[], byte[]> encode(UserCipher cipher, ParsedBatch batch, long startedAtMs, long receivedAtMs) {
        return switch (batch.content()) {
            case ParsedBatch.Keystrokes(KeystrokePayload payload) ->
                sealed(
                        Topics.KEYSTROKES,
                        sealedBatchHeader,
                        cipher,
                        receivedAtMs,
                        KeystrokeBatchCodec.encode(
                                batchHeader,
                                batch.batchId(),
                                batch.sessionId(),
                                batch.sequence(),
                                startedAtMs,
                                receivedAtMs,
                                startedAtMs != batch.startedAtMs(),
                                payload));
            case ParsedBatch.Features(FlowFeatures report) -> {
                report.setStartedAt(Instant.ofEpochMilli(startedAtMs));
                report.setReceivedAt(Instant.ofEpochMilli(receivedAtMs));
                report.setClamped(startedAtMs != batch.startedAtMs());
                yield sealed(
                        Topics.FLOW_FEATURES,
                        sealedReportHeader,
                        cipher,
                        receivedAtMs,
                        reports.encode(report, REPORT_BYTES));
            }
        };
    }

    /** Stamped with our own clock: one user's clock must not move stream time for a whole partition. */
    private static ProducerRecord<byte[], byte[]> sealed(
            Topic<?> topic, byte[] header, UserCipher cipher, long receivedAtMs, byte[] event) {
        byte[] payload = cipher.encrypt(event, topic.name(), SealedEvents.PAYLOAD_VERSION);
        byte[] value = SealedEventCodec.encode(header, SealedEvents.PAYLOAD_VERSION, payload);
        byte[] key = cipher.userId().toString().getBytes(StandardCharsets.ISO_8859_1);
        return new ProducerRecord<>(topic.name(), null, receivedAtMs, key, value);
    }
}
