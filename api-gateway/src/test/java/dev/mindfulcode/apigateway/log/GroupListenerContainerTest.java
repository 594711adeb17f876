package dev.mindfulcode.apigateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GroupListenerContainerTest {

    private final Platform platform = TestPlatform.shared();
    private final String topic = "grouped-" + UUID.randomUUID();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private final AtomicInteger failuresLeft = new AtomicInteger();
    private final GroupListenerContainer<String, byte[]> container = new GroupListenerContainer<>(
            "group-" + topic,
            new KafkaConnection(
                            KafkaCluster.of(platform.bootstrapServers()),
                            new SchemaRegistry(platform.registryUrl(), false))
                    .consumers(
                            new StringDeserializer(),
                            IsolationLevel.READ_COMMITTED,
                            Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")),
            topic,
            this::receive);

    @BeforeEach
    void createTopic() throws ExecutionException, InterruptedException {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    @AfterEach
    void stop() {
        container.destroy();
    }

    @Test
    void retriesABatchUntilItSucceeds() throws ExecutionException, InterruptedException {
        failuresLeft.set(2);
        send("alert");
        container.start();

        assertThat(next()).isEqualTo("alert");
        assertThat(failuresLeft).hasValue(0);
    }

    @Test
    void continuesAfterTheLastBatchWhenItStartsOver() throws ExecutionException, InterruptedException {
        send("first");
        container.start();
        assertThat(next()).isEqualTo("first");

        container.startOver();
        send("second");

        assertThat(next()).isEqualTo("second");
    }

    private void receive(List<ConsumerRecord<String, byte[]>> records) {
        if (failuresLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw new IllegalStateException("the database is unavailable");
        }
        records.forEach(record -> received.add(record.key()));
    }

    private void send(String key) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, key, "")).get();
        }
    }

    private String next() throws InterruptedException {
        String key = received.poll(30, TimeUnit.SECONDS);
        assertThat(key).as("a record in time").isNotNull();
        return String.valueOf(key);
    }
}
