package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The records of one user in the topic, as stored and decrypted with the user's key. */
record StoredBatches(List<ConsumerRecord<UUID, byte[]>> records, List<KeystrokeBatch> batches) {

    static StoredBatches of(UUID userId, IngestServer server) {
        List<ConsumerRecord<UUID, byte[]>> records = new ArrayList<>();
        List<KeystrokeBatch> batches = new ArrayList<>();
        try (SealedEvents<KeystrokeBatch> events = new SealedEvents<>(Topics.KEYSTROKES, server.registry);
                KafkaConsumer<UUID, byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", server.bootstrapServers, "auto.offset.reset", "earliest"),
                        Topics.KEYSTROKES.keySerde().deserializer(),
                        new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.KEYSTROKES.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<UUID, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(userId)) {
                        records.add(record);
                        batches.add(opened(events, record, server));
                    }
                }
            }
        }
        return new StoredBatches(records, batches);
    }

    private static KeystrokeBatch opened(
            SealedEvents<KeystrokeBatch> events, ConsumerRecord<UUID, byte[]> record, IngestServer server) {
        if (events.open(record.key(), record.value(), server.keys::find)
                instanceof Opened.Event<KeystrokeBatch>(KeystrokeBatch batch)) {
            return batch;
        }
        throw new AssertionError("Not a batch of a user with a key");
    }

    int size() {
        return records.size();
    }

    KeystrokeBatch batch(int index) {
        return batches.get(index);
    }

    List<KeystrokePayload> payloads() {
        return batches.stream().map(StoredBatches::payload).toList();
    }

    private static KeystrokePayload payload(KeystrokeBatch batch) {
        try {
            return KeystrokePayload.decode(batch.getPayload());
        } catch (MalformedPayloadException e) {
            throw new AssertionError(e);
        }
    }

    List<Long> sequences() {
        return batches.stream().map(KeystrokeBatch::getSequence).toList();
    }
}
