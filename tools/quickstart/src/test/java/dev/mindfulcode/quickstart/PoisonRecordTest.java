package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class PoisonRecordTest {

    @Test
    void sendsPoisonRecordsToDeadLettersAndContinues() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        user.type(session, 0, 5);
        byte[] poison = "not in the wire format".getBytes(StandardCharsets.UTF_8);
        List<RecordMetadata> written = new ArrayList<>();
        try (KafkaProducer<UUID, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", system.bootstrapServers()),
                new UUIDSerializer(),
                new ByteArraySerializer())) {
            // Under the user's own key, hence in the partition of what the user types next.
            for (byte[] value : new byte[][] {poison, {0, 127, 127, 127, 127, 1}, {}}) {
                written.add(producer.send(new ProducerRecord<>(Topics.KEYSTROKES.name(), user.id, value))
                        .get());
            }
        }
        user.type(session, 1, 7);

        Eventually.holds("the batch behind the poison is counted", () -> user.keystrokesCounted() == 12);
        List<DeadLetter> letters = deadLetters(system, written.getFirst().partition());
        assertThat(letters)
                .extracting(DeadLetter::getOffset)
                .containsAll(written.stream().map(RecordMetadata::offset).toList());
        DeadLetter letter = letters.stream()
                .filter(candidate -> candidate.getOffset() == written.getFirst().offset())
                .findFirst()
                .orElseThrow();
        assertThat(letter.getTopic()).hasToString(Topics.KEYSTROKES.name());
        assertThat(letter.getReason().toString()).isNotBlank();
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(poison));
    }

    /** Returns the dead letters that came from a partition of the keystrokes. */
    private static List<DeadLetter> deadLetters(SharedSystem system, int partition) {
        var values = Topics.DEAD_LETTERS
                .valueSerde(new SchemaRegistry(system.registryUrl(), false))
                .deserializer();
        List<DeadLetter> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", system.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.DEAD_LETTERS.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    DeadLetter letter = values.deserialize(record.topic(), record.value());
                    if (letter.getPartition() == partition) {
                        letters.add(letter);
                    }
                }
            }
        }
        return letters;
    }
}
