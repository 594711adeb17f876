package dev.mindfulcode.apigateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

class TopicTailerTest {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);

    private final Platform platform = TestPlatform.shared();
    private final KafkaConnection kafka = new KafkaConnection(
            KafkaCluster.of(platform.bootstrapServers()), new SchemaRegistry(platform.registryUrl(), false));
    private final Admin admin =
            Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()));
    private final String topic = "tailed-" + UUID.randomUUID();
    private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
    private @Nullable TopicTailer<String> tailer;

    @BeforeEach
    void createTopic() throws ExecutionException, InterruptedException {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
    }

    @AfterEach
    void stop() {
        if (tailer != null) {
            tailer.stop();
        }
        admin.close();
    }

    @Test
    void startsAtTheEndAndReadsAddedPartitionsFromTheirFirstRecord() throws ExecutionException, InterruptedException {
        send(0, "before");
        start(TopicTailer.Start.END, consumers());

        send(0, "after");
        assertThat(next()).isEqualTo("after");

        admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
        send(1, "first of the added partition");
        assertThat(next()).isEqualTo("first of the added partition");

        send(0, "later");
        assertThat(next()).isEqualTo("later");
    }

    @Test
    void readsTheBacklogBeforeTheStartReturns() throws ExecutionException, InterruptedException {
        for (int i = 0; i < 100; i++) {
            send(0, "record " + i);
        }

        TopicTailer<String> starting = tailer(TopicTailer.Start.BEGINNING, consumers());
        CompletableFuture<Integer> afterBacklog = new CompletableFuture<>();
        starting.afterBacklog(() -> afterBacklog.complete(received.size()));
        starting.start();

        assertThat(received).hasSize(100);
        assertThat(afterBacklog.get()).isEqualTo(100);
    }

    @Test
    void waitsForATopicThatIsCreatedLater() throws ExecutionException, InterruptedException {
        admin.deleteTopics(List.of(topic)).all().get();
        TopicTailer<String> waiting = tailer(TopicTailer.Start.BEGINNING, consumers());
        Thread starting = Thread.ofVirtual().start(waiting::start);

        createTopic();
        send(0, "first");

        assertThat(next()).isEqualTo("first");
        starting.join();
    }

    @Test
    void readsOnAfterStartingOver() throws ExecutionException, InterruptedException {
        TopicTailer<String> started = start(TopicTailer.Start.END, consumers());
        send(0, "before");
        assertThat(next()).isEqualTo("before");

        started.startOver();

        readsAgain();
    }

    @Test
    void startsOverAfterAFailedPoll() throws ExecutionException, InterruptedException {
        AtomicInteger failures = new AtomicInteger();
        start(TopicTailer.Start.END, new FailingOnce(kafka, failures));

        readsAgain();

        assertThat(failures).hasValue(1);
    }

    @Test
    void skipsRecordsThatItsListenerRejects() throws ExecutionException, InterruptedException {
        start(TopicTailer.Start.END, consumers());

        send(0, "rejected");
        send(0, "accepted");

        assertThat(next()).isEqualTo("accepted");
    }

    /** Reading starts at the end again, so that records sent meanwhile are missed. */
    private void readsAgain() throws ExecutionException, InterruptedException {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        String record = null;
        while (record == null) {
            assertThat(System.nanoTime() - deadlineNs).as("in time").isNegative();
            send(0, "again");
            record = received.poll(100, TimeUnit.MILLISECONDS);
        }
        assertThat(record).isEqualTo("again");
    }

    private TopicTailer<String> start(TopicTailer.Start at, ConsumerFactory<String, byte[]> consumers) {
        TopicTailer<String> started = tailer(at, consumers);
        started.start();
        return started;
    }

    private TopicTailer<String> tailer(TopicTailer.Start at, ConsumerFactory<String, byte[]> consumers) {
        TopicTailer<String> created =
                new TopicTailer<>("tailer-test", consumers, List.of(topic), at, this::receive, POLL_INTERVAL);
        tailer = created;
        return created;
    }

    private void receive(ConsumerRecord<String, byte[]> record) {
        if (record.key().equals("rejected")) {
            throw new IllegalArgumentException("rejected");
        }
        received.add(record.key());
    }

    private ConsumerFactory<String, byte[]> consumers() {
        return kafka.consumers(
                new StringDeserializer(),
                IsolationLevel.READ_UNCOMMITTED,
                Map.of(ConsumerConfig.METADATA_MAX_AGE_CONFIG, POLL_INTERVAL.toMillis()));
    }

    private void send(int partition, String key) throws ExecutionException, InterruptedException {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, key, "")).get();
        }
    }

    private String next() throws InterruptedException {
        String record = received.poll(30, TimeUnit.SECONDS);
        assertThat(record).as("a record in time").isNotNull();
        return String.valueOf(record);
    }

    /** Makes consumers of which the first poll of all fails. */
    private static final class FailingOnce extends DefaultKafkaConsumerFactory<String, byte[]> {

        private final AtomicInteger failures;

        FailingOnce(KafkaConnection kafka, AtomicInteger failures) {
            super(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            kafka.cluster().bootstrapServers()),
                    new StringDeserializer(),
                    new ByteArrayDeserializer());
            this.failures = failures;
        }

        @Override
        protected Consumer<String, byte[]> createRawConsumer(Map<String, Object> properties) {
            return new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer()) {
                @Override
                public ConsumerRecords<String, byte[]> poll(Duration timeout) {
                    if (failures.compareAndSet(0, 1)) {
                        throw new KafkaException("the record batch is corrupt");
                    }
                    return super.poll(timeout);
                }
            };
        }
    }
}
