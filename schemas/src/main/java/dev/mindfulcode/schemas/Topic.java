package dev.mindfulcode.schemas;

import io.apicurio.registry.resolver.config.SchemaResolverConfig;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import io.apicurio.registry.serde.avro.AvroSerdeConfig;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.jspecify.annotations.Nullable;

/**
 * A topic: what it is called, what it carries and how long it is kept. Every topic is keyed by user id unless its own
 * documentation says otherwise, so that everything about one user is in one partition, in order.
 *
 * @param name as Kafka knows it
 * @param valueType the Avro record of its values
 * @param retention null where records are kept for ever
 * @param compacted whether only the latest record of each key is kept; such a topic is a small table that every reader
 *     reads whole, so it has one partition and is in order throughout
 */
public record Topic<V extends SpecificRecord>(
        String name, Class<V> valueType, @Nullable Duration retention, boolean compacted) {

    private static final String HTTP_CLIENT_OF_THE_JDK = "JDK";

    static {
        TrustedRecords.register();
    }

    public Topic {
        if (compacted && retention != null) {
            throw new IllegalArgumentException("what is compacted is kept until something else is under its key");
        }
    }

    Topic(String name, Class<V> valueType, @Nullable Duration retention) {
        this(name, valueType, retention, false);
    }

    /** Whether this topic is keyed by user id and must have as many partitions as the others that are. */
    boolean isCopartitioned() {
        return valueType != DeadLetter.class && !compacted;
    }

    /** How many partitions it gets where others get so many. */
    int partitionsOf(int others) {
        return compacted ? 1 : others;
    }

    /** Returns the serde of user ids; a topic that is keyed otherwise says so in its own documentation. */
    public Serde<UUID> keySerde() {
        return Serdes.UUID();
    }

    /**
     * Returns a serde in the Confluent wire format: 0x00, four bytes of schema id, Avro binary. The serializer is
     * thread-safe.
     *
     * <p>Reading fails with a {@link org.apache.kafka.common.errors.SerializationException} for a record that will
     * never be readable, and with a {@link SchemaRegistryUnavailableException} where it has to be tried again.
     */
    public Serde<V> valueSerde(SchemaRegistry registry) {
        return valueSerde(registry, RegistryLookup.TIMEOUT);
    }

    Serde<V> valueSerde(SchemaRegistry registry, Duration patience) {
        Map<String, Object> config = Map.of(
                SchemaResolverConfig.REGISTRY_URL,
                registry.url(),
                SchemaResolverConfig.HTTP_ADAPTER,
                HTTP_CLIENT_OF_THE_JDK,
                SchemaResolverConfig.AUTO_REGISTER_ARTIFACT,
                registry.registersOnWrite(),
                // Whole schemas: else an enum inside a record becomes an artifact of its own, which readers must fetch
                // as well.
                SchemaResolverConfig.DEREFERENCE_SCHEMA,
                true,
                AvroSerdeConfig.AVRO_DATUM_PROVIDER,
                RecordDatumProvider.class,
                RecordDatumProvider.VALUE_TYPE,
                valueType);
        AvroKafkaSerializer<V> serializer = new AvroKafkaSerializer<>(new RegistryLookup<V>(patience));
        serializer.configure(config, false);
        AvroKafkaDeserializer<V> deserializer = new AvroKafkaDeserializer<>(new RegistryLookup<V>(patience));
        deserializer.configure(config, false);
        return Serdes.serdeFrom(serializer, new ValueDeserializer<>(valueType, deserializer));
    }
}
