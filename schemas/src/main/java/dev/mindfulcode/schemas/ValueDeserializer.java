package dev.mindfulcode.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads values of one type and fails in two ways only: bytes that are no such value give a
 * {@link SerializationException}, a registry that does not answer a {@link SchemaRegistryUnavailableException}. Neither
 * repeats content. The deserializer inside throws whatever Avro runs into.
 */
final class ValueDeserializer<V extends SpecificRecord> implements Deserializer<V> {

    private static final byte MAGIC = 0;
    private static final int HEADER_SIZE_BYTES = 1 + Integer.BYTES;

    private final Class<V> type;
    private final Deserializer<V> apicurio;

    ValueDeserializer(Class<V> type, Deserializer<V> apicurio) {
        this.type = type;
        this.apicurio = apicurio;
    }

    @Override
    public @Nullable V deserialize(String topic, byte @Nullable [] data) {
        if (data == null) {
            return null;
        }
        if (data.length < HEADER_SIZE_BYTES || data[0] != MAGIC) {
            throw malformed("the bytes do not begin with 0 and a schema id", null);
        }
        Object value;
        try {
            value = apicurio.deserialize(topic, data);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) { // a schema may nest as deeply as its bytes please
            throw malformed("the bytes do not fit their schema, or that schema not ours", e);
        }
        if (!type.isInstance(value)) {
            throw malformed("the bytes hold another type", null);
        }
        return type.cast(value);
    }

    @Override
    public void close() {
        apicurio.close();
    }

    /** Without the cause's message: it may quote what was read. */
    private SerializationException malformed(String fault, @Nullable Throwable cause) {
        String kind = cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
        return new SerializationException("No " + type.getSimpleName() + ": " + fault + kind);
    }
}
