package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SchemaRegistryUnavailableException;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;

/** Decodes records, so that an undecodable one is a result and not an exception of the consumer. Not thread-safe. */
final class RecordReader implements AutoCloseable {

    /** Topics whose records are read for erased users too, or whose key is not a user. */
    private static final Set<Topic<?>> WITHOUT_KEY = Set.of(Topics.ACCOUNTS, Topics.TEAM_FLOW);

    private final UserKeys keys;
    private final Map<String, Topic<?>> topics = new HashMap<>();
    private final Map<String, Deserializer<? extends SpecificRecord>> values = new HashMap<>();
    private final UUIDDeserializer userIds = new UUIDDeserializer();

    RecordReader(Collection<Topic<?>> topics, SchemaRegistry registry, UserKeys keys) {
        this.keys = keys;
        for (Topic<?> topic : topics) {
            this.topics.put(topic.name(), topic);
            values.put(topic.name(), topic.valueSerde(registry).deserializer());
        }
    }

    /**
     * Decodes records; looks up each user's key once per call.
     *
     * @throws SchemaRegistryUnavailableException if a schema cannot be fetched now
     * @throws RuntimeException if the users' keys cannot be read now
     */
    List<DecodedRecord> read(Iterable<ConsumerRecord<byte @Nullable [], byte @Nullable []>> records) {
        Map<UUID, Optional<UserCipher>> ciphers = new HashMap<>();
        List<DecodedRecord> read = new ArrayList<>();
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records) {
            read.add(new DecodedRecord(record, read(record, ciphers)));
        }
        return read;
    }

    @Override
    public void close() {
        values.values().forEach(Deserializer::close);
    }

    private DecodedRecord.Content read(
            ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Map<UUID, Optional<UserCipher>> ciphers) {
        byte[] key = record.key();
        byte[] bytes = record.value();
        if (bytes == null) {
            long inputOffset = ProgressMarker.inputOffset(record.headers());
            return inputOffset == ProgressMarker.NONE
                    ? new DecodedRecord.Skipped(DecodedRecord.SkipReason.TOMBSTONE)
                    : new DecodedRecord.InputProgress(inputOffset);
        }
        UUID userId = userId(record.topic(), key);
        if (userId == null) {
            return new DecodedRecord.Rejected("key is not a user id");
        }
        Topic<?> topic = topics.get(record.topic());
        Deserializer<? extends SpecificRecord> deserializer = values.get(record.topic());
        if (topic == null || deserializer == null) {
            throw new IllegalStateException("Not subscribed to topic " + record.topic());
        }
        SpecificRecord value;
        try {
            value = deserializer.deserialize(record.topic(), bytes);
        } catch (SerializationException e) {
            return new DecodedRecord.Rejected(Objects.requireNonNullElse(e.getMessage(), "value cannot be decoded"));
        }
        UserCipher cipher = null;
        if (!WITHOUT_KEY.contains(topic)) {
            cipher = ciphers.computeIfAbsent(userId, keys::find).orElse(null);
            if (cipher == null) {
                return new DecodedRecord.Skipped(DecodedRecord.SkipReason.ERASED);
            }
        }
        return new DecodedRecord.Decoded(new ProjectionEvent(record.offset(), userId, cipher, value));
    }

    private @Nullable UUID userId(String topic, byte @Nullable [] key) {
        try {
            return key == null ? null : userIds.deserialize(topic, key);
        } catch (RuntimeException e) {
            return null;
        }
    }
}
