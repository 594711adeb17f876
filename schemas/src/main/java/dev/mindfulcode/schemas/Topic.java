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
 * A topic with its name, value type and retention. Topics are keyed by user id unless documented otherwise, so that
 * all records of a user are in one partition, in order.
 *
 * @param valueType Avro record of the values
 * @param retention null for unlimited retention
 * @param compacted whether only the latest record of each key is retained; a compacted topic is a small table with one
 *     partition that readers read completely
 * @param sealed whether values are {@link SealedEvent}s, which hold the Avro record encrypted with the user's key
 */
public record Topic<V extends SpecificRecord>(
        String name, Class<V> valueType, @Nullable Duration retention, boolean compacted, boolean sealed) {

    private static final String HTTP_CLIENT_OF_THE_JDK = "JDK";

    static {
        TrustedRecords.register();
    }

    public Topic {
        if (compacted && retention != null) {
            throw new IllegalArgumentException(
                    "topic " + name + " is compacted and has a retention; must have one of them");
        }
    }

    Topic(String name, Class<V> valueType, @Nullable Duration retention) {
        this(name, valueType, retention, false, false);
    }

    /** Returns a topic with unlimited retention whose values are encrypted with the key of their user. */
    static <V extends SpecificRecord> Topic<V> sealed(String name, Class<V> valueType) {
        return new Topic<>(name, valueType, null, false, true);
    }

    /** Returns the topic of the sealed values, which has this topic's name. */
    public Topic<SealedEvent> sealedForm() {
        return new Topic<>(name, SealedEvent.class, retention, compacted, false);
    }

    /** Returns the name under which the schema of the records inside the sealed values is registered. */
    public String eventName() {
        return name + ".event";
    }

    /** Whether this topic is keyed by user id and must have as many partitions as the others. */
    boolean isCopartitioned() {
        return valueType != DeadLetter.class && !compacted;
    }

    /** Returns the number of partitions, given that of regular topics. */
    int partitionsOf(int others) {
        return compacted ? 1 : others;
    }

    /** Returns the serde of user ids. */
    public Serde<UUID> keySerde() {
        return Serdes.UUID();
    }

    /**
     * Returns a serde in the Confluent wire format: 0x00, four bytes of schema id, Avro binary. The serializer is
     * thread-safe.
     *
     * <p>Reading fails with a {@link org.apache.kafka.common.errors.SerializationException} for an invalid record, and
     * with a retryable {@link SchemaRegistryUnavailableException}.
     */
    public Serde<V> valueSerde(SchemaRegistry registry) {
        return valueSerde(registry, RegistryLookup.TIMEOUT);
    }

    Serde<V> valueSerde(SchemaRegistry registry, Duration timeout) {
        Map<String, Object> config = Map.of(
                SchemaResolverConfig.REGISTRY_URL,
                registry.url(),
                SchemaResolverConfig.HTTP_ADAPTER,
                HTTP_CLIENT_OF_THE_JDK,
                SchemaResolverConfig.AUTO_REGISTER_ARTIFACT,
                registry.registersOnWrite(),
                // Whole schemas: otherwise an enum inside a record becomes an artifact of its own.
                SchemaResolverConfig.DEREFERENCE_SCHEMA,
                true,
                AvroSerdeConfig.AVRO_DATUM_PROVIDER,
                RecordDatumProvider.class,
                RecordDatumProvider.VALUE_TYPE,
                valueType);
        AvroKafkaSerializer<V> serializer = new AvroKafkaSerializer<>(new RegistryLookup<V>(registry, timeout));
        serializer.configure(config, false);
        AvroKafkaDeserializer<V> deserializer = new AvroKafkaDeserializer<>(new RegistryLookup<V>(registry, timeout));
        deserializer.configure(config, false);
        return Serdes.serdeFrom(serializer, new ValueDeserializer<>(valueType, deserializer));
    }
}
