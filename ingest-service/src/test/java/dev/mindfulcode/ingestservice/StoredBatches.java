package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.Topics;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** The records of one user in the topic, read with its serdes and decrypted with the user's key. */
record StoredBatches(List<ConsumerRecord<UUID, KeystrokeBatch>> records, List<KeystrokePayload> payloads) {

    static StoredBatches of(UUID userId, IngestServer server) {
        List<ConsumerRecord<UUID, KeystrokeBatch>> records = new ArrayList<>();
        List<KeystrokePayload> payloads = new ArrayList<>();
        try (KafkaConsumer<UUID, KeystrokeBatch> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", server.bootstrapServers, "auto.offset.reset", "earliest"),
                Topics.KEYSTROKES.keySerde().deserializer(),
                Topics.KEYSTROKES.valueSerde(server.registry).deserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.KEYSTROKES.name()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<UUID, KeystrokeBatch> record : consumer.poll(Duration.ofMillis(200))) {
                    if (record.key().equals(userId)) {
                        records.add(record);
                        payloads.add(decrypted(record, server));
                    }
                }
            }
        }
        return new StoredBatches(records, payloads);
    }

    private static KeystrokePayload decrypted(ConsumerRecord<UUID, KeystrokeBatch> record, IngestServer server) {
        KeystrokeBatch batch = record.value();
        byte[] payload = new byte[batch.getPayload().remaining()];
        batch.getPayload().duplicate().get(payload);
        try {
            return KeystrokePayload.decode(server.keys
                    .find(record.key())
                    .orElseThrow()
                    .decrypt(payload, record.topic(), batch.getPayloadVersion()));
        } catch (GeneralSecurityException | MalformedPayloadException e) {
            throw new IllegalStateException(e);
        }
    }

    int size() {
        return records.size();
    }

    KeystrokeBatch batch(int index) {
        return records.get(index).value();
    }

    List<Long> sequences() {
        return records.stream().map(record -> record.value().getSequence()).toList();
    }
}
