package dev.mindfulcode.dataprotection;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.Topic;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Reads and writes the values of one sealed topic: {@link SealedEvent}s around events that are encrypted with their
 * user's key. The event inside is in the Confluent wire format, so its schema can change like that of any topic.
 *
 * <p>Sealing is thread-safe, opening is not.
 */
public final class SealedEvents<V extends SpecificRecord> implements AutoCloseable {

    /** Version of the payload: the event in the Confluent wire format. */
    public static final int PAYLOAD_VERSION = 1;

    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

    private final Topic<V> topic;
    private final Serializer<V> eventSerializer;
    private final Deserializer<V> eventDeserializer;
    private final Serializer<SealedEvent> sealedSerializer;
    private final Deserializer<SealedEvent> sealedDeserializer;

    /** @throws IllegalArgumentException if the topic is not sealed */
    public SealedEvents(Topic<V> topic, SchemaRegistry registry) {
        if (!topic.sealed()) {
            throw new IllegalArgumentException("Topic " + topic.name() + " is not sealed");
        }
        this.topic = topic;
        var events = topic.valueSerde(registry);
        var sealed = topic.sealedForm().valueSerde(registry);
        eventSerializer = events.serializer();
        eventDeserializer = events.deserializer();
        sealedSerializer = sealed.serializer();
        sealedDeserializer = sealed.deserializer();
    }

    /**
     * Returns the topic's value for an event of the cipher's user.
     *
     * @throws dev.mindfulcode.schemas.SchemaRegistryUnavailableException if a schema cannot be looked up now
     */
    public byte[] seal(V event, UserCipher cipher) {
        byte[] plaintext = eventSerializer.serialize(topic.eventName(), event);
        byte[] payload = cipher.encrypt(plaintext, topic.name(), PAYLOAD_VERSION);
        return sealedSerializer.serialize(
                topic.name(),
                SealedEvent.newBuilder()
                        .setPayloadVersion(PAYLOAD_VERSION)
                        .setPayload(ByteBuffer.wrap(payload))
                        .build());
    }

    /** Returns the topic's value that marks the user of its key as erased. */
    public byte[] erasure(Instant at) {
        return sealedSerializer.serialize(
                topic.name(),
                SealedEvent.newBuilder().setPayload(NO_PAYLOAD).setErasedAt(at).build());
    }

    /**
     * Opens a value of the topic.
     *
     * @param ciphers finds a user's cipher; not called for an erasure
     * @throws NotDecryptedException if the payload is not encrypted for this user and topic
     * @throws org.apache.kafka.common.errors.SerializationException if the value or the event in it is malformed; the
     *     message has no content of it
     * @throws dev.mindfulcode.schemas.SchemaRegistryUnavailableException if a schema cannot be looked up now
     */
    public Opened<V> open(UUID userId, byte[] value, Function<UUID, Optional<UserCipher>> ciphers) {
        SealedEvent sealed = sealedDeserializer.deserialize(topic.name(), value);
        Instant erasedAt = sealed.getErasedAt();
        if (erasedAt != null) {
            return new Opened.Erased<>(erasedAt);
        }
        UserCipher cipher = ciphers.apply(userId).orElse(null);
        return cipher == null ? new Opened.NoKey<>() : new Opened.Event<>(decrypt(sealed, cipher));
    }

    private V decrypt(SealedEvent sealed, UserCipher cipher) {
        byte[] plaintext;
        try {
            plaintext = cipher.decrypt(bytes(sealed.getPayload()), topic.name(), sealed.getPayloadVersion());
        } catch (GeneralSecurityException e) {
            throw new NotDecryptedException("Invalid SealedEvent: not encrypted with the key of its user");
        }
        return eventDeserializer.deserialize(topic.eventName(), plaintext);
    }

    /** Avro's decoder gives each value an array of its own, so a copy is the exception. */
    private static byte[] bytes(ByteBuffer buffer) {
        if (buffer.arrayOffset() == 0 && buffer.position() == 0 && buffer.remaining() == buffer.array().length) {
            return buffer.array();
        }
        byte[] copy = new byte[buffer.remaining()];
        buffer.duplicate().get(copy);
        return copy;
    }

    @Override
    public void close() {
        eventSerializer.close();
        eventDeserializer.close();
        sealedSerializer.close();
        sealedDeserializer.close();
    }
}
