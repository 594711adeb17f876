package dev.mindfulcode.schemas;

import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * Deserializes values of one type. Fails only with a {@link SerializationException} for invalid bytes and with a
 * {@link SchemaRegistryUnavailableException}, both without content.
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
            throw malformed("the bytes do not start with 0 and a schema id", null);
        }
        Object value;
        try {
            value = apicurio.deserialize(topic, data);
        } catch (KafkaException e) {
            throw e;
        } catch (RuntimeException | StackOverflowError e) { // a schema may nest deeply
            throw malformed("the bytes do not match their schema, or the schema is not compatible", e);
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

    /** Omits the cause's message, which may quote content. */
    private SerializationException malformed(String fault, @Nullable Throwable cause) {
        String kind = cause == null ? "" : " (" + cause.getClass().getSimpleName() + ")";
        return new SerializationException("Invalid " + type.getSimpleName() + ": " + fault + kind);
    }
}
