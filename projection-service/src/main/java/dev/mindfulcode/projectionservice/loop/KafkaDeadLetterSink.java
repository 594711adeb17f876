package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** Writes dead letters to the topic {@code dead-letters}. */
public final class KafkaDeadLetterSink implements DeadLetterSink, AutoCloseable {

    private static final String COMPONENT = "projection-service";
    private static final int DELIVERY_TIMEOUT_MS = 15_000;
    private static final int MAX_BLOCK_MS = 5_000;
    private static final int REQUEST_TIMEOUT_MS = 5_000;
    private static final int BUFFER_BYTES_MAX = 4 << 20;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    private final Clock clock;
    private final Serde<DeadLetter> serde;
    private final KafkaProducer<byte[], DeadLetter> producer;

    public KafkaDeadLetterSink(KafkaCluster kafka, SchemaRegistry registry, Clock clock) {
        this.clock = clock;
        serde = Topics.DEAD_LETTERS.valueSerde(registry);
        producer = new KafkaProducer<>(
                kafka.clientConfig(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "mindful-projection-dead-letters",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        DELIVERY_TIMEOUT_MS,
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        REQUEST_TIMEOUT_MS,
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        MAX_BLOCK_MS,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        BUFFER_BYTES_MAX)),
                new ByteArraySerializer(),
                serde.serializer());
    }

    @Override
    public void store(List<DeadRecord> records) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try {
            for (DeadRecord dead : records) {
                byte[] key = dead.record().key();
                sent.add(producer.send(new ProducerRecord<>(Topics.DEAD_LETTERS.name(), key, letter(dead))));
            }
            for (Future<RecordMetadata> one : sent) {
                one.get(DELIVERY_TIMEOUT_MS + REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DeadLetterSinkUnavailableException(e);
        } catch (ExecutionException | TimeoutException | RuntimeException e) {
            throw new DeadLetterSinkUnavailableException(e);
        }
    }

    @Override
    public void close() {
        producer.close(CLOSE_TIMEOUT);
        serde.close();
    }

    private DeadLetter letter(DeadRecord dead) {
        ConsumerRecord<byte @Nullable [], byte @Nullable []> record = dead.record();
        DeadLetter letter = new DeadLetter();
        letter.setTopic(record.topic());
        letter.setPartition(record.partition());
        letter.setOffset(record.offset());
        letter.setComponent(COMPONENT);
        letter.setReason(dead.reason());
        letter.setFailedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS));
        byte[] key = record.key();
        byte[] value = record.value();
        if (key != null) {
            letter.setKey(ByteBuffer.wrap(key));
        }
        if (value != null) {
            letter.setValue(ByteBuffer.wrap(value));
        }
        return letter;
    }
}
