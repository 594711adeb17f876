package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.kafka.common.serialization.Serde;

/**
 * Encodes the records of the topic {@code keystrokes} in the Confluent wire format. The constructor queries the schema
 * registry once; the registry's own serializer would query again later and block an event loop. Thread-safe.
 */
final class KeystrokeRecordEncoder {

    /** 0x00 and four bytes of schema id. */
    private static final int HEADER_BYTES = 5;

    /** Ids, times and counts, before the payload. */
    private static final int ENVELOPE_BYTES = 128;

    private static final UUID NIL = new UUID(0, 0);

    private final byte[] header;
    private final SpecificDatumWriter<KeystrokeBatch> writer = new SpecificDatumWriter<>(KeystrokeBatch.class);
    private final ThreadLocal<BinaryEncoder> encoders =
            ThreadLocal.withInitial(() -> EncoderFactory.get().directBinaryEncoder(new ByteArrayOutputStream(), null));

    /** @throws RuntimeException if the registry is unavailable or does not have the schema */
    KeystrokeRecordEncoder(SchemaRegistry registry) {
        KeystrokeBatch empty = record(NIL, NIL, 0, 0, false, 0, 0, new byte[0]);
        try (Serde<KeystrokeBatch> serde = Topics.KEYSTROKES.valueSerde(registry)) {
            header = Arrays.copyOf(serde.serializer().serialize(Topics.KEYSTROKES.name(), empty), HEADER_BYTES);
        }
    }

    /** Returns the record's key as the topic's key serde writes it. */
    static byte[] key(UUID userId) {
        return userId.toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    /**
     * @param startedAtMs by the server's clock
     * @param payload encrypted
     */
    byte[] encode(ParsedBatch batch, long startedAtMs, long receivedAtMs, byte[] payload) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(HEADER_BYTES + ENVELOPE_BYTES + payload.length);
        out.write(header, 0, HEADER_BYTES);
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, encoders.get());
        try {
            writer.write(
                    record(
                            batch.batchId(),
                            batch.sessionId(),
                            batch.sequence(),
                            startedAtMs,
                            startedAtMs != batch.startedAtMs(),
                            receivedAtMs,
                            batch.keystrokes(),
                            payload),
                    encoder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static KeystrokeBatch record(
            UUID batchId,
            UUID sessionId,
            long sequence,
            long startedAtMs,
            boolean clamped,
            long receivedAtMs,
            int keystrokes,
            byte[] payload) {
        return new KeystrokeBatch(
                batchId,
                sessionId,
                sequence,
                Instant.ofEpochMilli(startedAtMs),
                Instant.ofEpochMilli(receivedAtMs),
                clamped,
                keystrokes,
                KeystrokePayload.VERSION,
                ByteBuffer.wrap(payload));
    }
}
