package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * Creates dead letters. The exception handlers return them to Kafka Streams, which sends them with the producer and in
 * the transaction of the task, so none is lost. A record that a processor rejects has exactly one; an unreadable
 * record has at least one, because Kafka deserializes one record ahead of the transaction.
 *
 * <p>Kafka creates the handlers from their class names; they find this instance in the configuration under {@link
 * #CONFIG}. Thread-safe.
 */
final class DeadLetterFactory {

    static final String CONFIG = "mindful.dead.letters";

    static final String COMPONENT = "flow-stream";

    /** The broker accepts 1 MiB in all. A larger value is omitted; topic, partition and offset say where it is. */
    static final int VALUE_BYTES_MAX = 1_000_000;

    private final Serializer<DeadLetter> serializer;
    private final InstantSource clock;
    private final StreamMeters meters;

    DeadLetterFactory(SchemaRegistry registry, InstantSource clock, StreamMeters meters) {
        this.serializer = Topics.DEAD_LETTERS.valueSerde(registry).serializer();
        this.clock = clock;
        this.meters = meters;
    }

    static DeadLetterFactory of(Map<String, ?> configs) {
        return (DeadLetterFactory) Objects.requireNonNull(configs.get(CONFIG), CONFIG);
    }

    /** Returns the dead letter of the record of the context. */
    List<ProducerRecord<byte[], byte[]>> of(ErrorHandlerContext context, DeadLetterReason reason) {
        return of(context, reason, context.sourceRawKey(), context.sourceRawValue());
    }

    List<ProducerRecord<byte[], byte[]>> of(
            ErrorHandlerContext context, DeadLetterReason reason, byte @Nullable [] key, byte @Nullable [] value) {
        DeadLetter letter = new DeadLetter();
        letter.setTopic(context.topic());
        letter.setPartition(context.partition());
        letter.setOffset(context.offset());
        letter.setComponent(COMPONENT);
        letter.setReason(reason.label());
        letter.setFailedAt(Instant.ofEpochMilli(clock.millis()));
        if (key != null) {
            letter.setKey(ByteBuffer.wrap(key));
        }
        if (value != null && value.length <= VALUE_BYTES_MAX) {
            letter.setValue(ByteBuffer.wrap(value));
        }
        String topic = Topics.DEAD_LETTERS.name();
        meters.deadLetter(reason);
        return List.of(new ProducerRecord<>(topic, key, serializer.serialize(topic, letter)));
    }
}
