package dev.mindfulcode.flowstream;

import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;

/**
 * A deserializer that refuses records of another type than its topic's. The wire format names any schema there is, so that a
 * well-formed record of another topic would otherwise fail only in the processor, as a ClassCastException that stops the thread.
 */
record OnlyOf<V>(Class<V> type, Deserializer<V> deserializer) implements Deserializer<V> {

    @Override
    public @Nullable V deserialize(String topic, byte @Nullable [] bytes) {
        if (bytes == null) {
            return null;
        }
        Object value = deserializer.deserialize(topic, bytes);
        if (!type.isInstance(value)) {
            throw new SerializationException("not a " + type.getSimpleName());
        }
        return type.cast(value);
    }

    @Override
    public void close() {
        deserializer.close();
    }
}
