package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SchemaRegistryUnavailableException;
import dev.mindfulcode.schemas.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;

/** Decodes records, so that an undecodable one is a result and not an exception of the consumer. Not thread-safe. */
final class RecordReader implements AutoCloseable {

    private final UserKeys keys;
    private final Map<String, SealedEvents<?>> sealed = new HashMap<>();
    private final Map<String, Deserializer<? extends SpecificRecord>> values = new HashMap<>();
    private final UUIDDeserializer userIds = new UUIDDeserializer();

    RecordReader(Collection<Topic<?>> topics, SchemaRegistry registry, UserKeys keys) {
        this.keys = keys;
        for (Topic<?> topic : topics) {
            if (topic.sealed()) {
                sealed.put(topic.name(), new SealedEvents<>(topic, registry));
            } else {
                values.put(topic.name(), topic.valueSerde(registry).deserializer());
            }
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
        sealed.values().forEach(SealedEvents::close);
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
                    : new DecodedRecord.InputProgress(inputOffset, ProgressMarker.featuresOffset(record.headers()));
        }
        UUID userId = userId(record.topic(), key);
        if (userId == null) {
            return new DecodedRecord.Rejected("key is not a user id");
        }
        SealedEvents<?> events = sealed.get(record.topic());
        try {
            return events == null
                    ? new DecodedRecord.Decoded(
                            new ProjectionEvent(record.offset(), userId, clearValue(record.topic(), bytes)))
                    : open(events, record.offset(), userId, bytes, ciphers);
        } catch (SerializationException e) {
            return new DecodedRecord.Rejected(Objects.requireNonNullElse(e.getMessage(), "value cannot be decoded"));
        }
    }

    private SpecificRecord clearValue(String topic, byte[] bytes) {
        Deserializer<? extends SpecificRecord> deserializer = values.get(topic);
        if (deserializer == null) {
            throw new IllegalStateException("Not subscribed to topic " + topic);
        }
        return deserializer.deserialize(topic, bytes);
    }

    private <V extends SpecificRecord> DecodedRecord.Content open(
            SealedEvents<V> events, long offset, UUID userId, byte[] bytes, Map<UUID, Optional<UserCipher>> ciphers) {
        return switch (events.open(userId, bytes, user -> ciphers.computeIfAbsent(user, keys::find))) {
            case Opened.Event<V>(V event) -> new DecodedRecord.Decoded(new ProjectionEvent(offset, userId, event));
            case Opened.Erased<V> _, Opened.NoKey<V> _ -> new DecodedRecord.Skipped(DecodedRecord.SkipReason.ERASED);
        };
    }

    private @Nullable UUID userId(String topic, byte @Nullable [] key) {
        try {
            return key == null ? null : userIds.deserialize(topic, key);
        } catch (RuntimeException e) {
            return null;
        }
    }
}
