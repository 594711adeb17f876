package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;

/**
 * An encoder of one record type in the Confluent wire format. The constructor queries the schema registry once; the
 * registry's own serializer would query again later and block an event loop. Thread-safe.
 */
final class ConfluentEncoder<V extends SpecificRecord> {

    private static final int HEADER_BYTES = 5;

    private final byte[] header;
    private final SpecificDatumWriter<V> writer;
    private final ThreadLocal<BinaryEncoder> encoders =
            ThreadLocal.withInitial(() -> EncoderFactory.get().directBinaryEncoder(new ByteArrayOutputStream(), null));

    /**
     * @param subject the name under which the schema is registered
     * @param example any record
     * @throws RuntimeException if the registry is unavailable or does not have the schema
     */
    ConfluentEncoder(Topic<V> topic, String subject, V example, SchemaRegistry registry) {
        writer = new SpecificDatumWriter<>(topic.valueType());
        header = header(topic, subject, example, registry);
    }

    /**
     * Returns what precedes each record in the wire format: 0x00 and four bytes of schema id.
     *
     * @param subject the name under which the schema is registered
     * @param example any record
     * @throws RuntimeException if the registry is unavailable or does not have the schema
     */
    static <V extends SpecificRecord> byte[] header(
            Topic<V> topic, String subject, V example, SchemaRegistry registry) {
        try (Serde<V> serde = topic.valueSerde(registry)) {
            return Arrays.copyOf(serde.serializer().serialize(subject, example), HEADER_BYTES);
        }
    }

    /** @param bytes expected length without the header */
    byte[] encode(V record, int bytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(HEADER_BYTES + bytes);
        out.write(header, 0, HEADER_BYTES);
        try {
            writer.write(record, EncoderFactory.get().directBinaryEncoder(out, encoders.get()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }
}
