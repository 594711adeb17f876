package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class LiveFeedTest {

    private static final String STATES = Topics.FLOW_STATES.name();
    private static final String ALERTS = Topics.TEAM_ALERTS.name();
    private static final String SESSIONS = Topics.SESSIONS.name();

    private final BlockingQueue<byte[]> decoded = new LinkedBlockingQueue<>();
    private final LiveHub hub = new LiveHub(
            value -> {
                decoded.add(value);
                return null;
            },
            (user, state) -> Mono.just(false),
            _ -> Flux.empty(),
            ConnectionLimits.STANDARD);
    private final UUID ada = UUID.randomUUID();
    private final MockConsumer<UUID, byte[]> consumer = new MockConsumer<>("latest");
    private final LiveFeed feed = new LiveFeed(
            () -> consumer,
            Duration.ofMillis(5),
            new SchemaRegistry("http://localhost:1", false),
            hub,
            new SimpleMeterRegistry());

    @AfterEach
    void stop() {
        feed.stop();
    }

    private static List<PartitionInfo> partitions(String topic, int count) {
        Node[] nodes = {};
        return java.util.stream.IntStream.range(0, count)
                .mapToObj(i -> new PartitionInfo(topic, i, Node.noNode(), nodes, nodes))
                .toList();
    }

    private byte[] next() throws InterruptedException {
        byte[] value = decoded.poll(10, TimeUnit.SECONDS);
        assertThat(value).as("a record in time").isNotNull();
        return value == null ? new byte[0] : value;
    }

    private void append(int partition, long offset, int number) {
        consumer.schedulePollTask(() ->
                consumer.addRecord(new ConsumerRecord<>(STATES, partition, offset, ada, new byte[] {(byte) number})));
    }

    @Test
    void itBeginsAtTheEndAndReadsAPartitionThatIsAddedFromItsFirstRecord() throws InterruptedException {
        TopicPartition first = new TopicPartition(STATES, 0);
        TopicPartition added = new TopicPartition(STATES, 1);
        TopicPartition sessions = new TopicPartition(SESSIONS, 0);
        TopicPartition alerts = new TopicPartition(ALERTS, 0);
        consumer.updatePartitions(STATES, partitions(STATES, 1));
        consumer.updatePartitions(SESSIONS, partitions(SESSIONS, 1));
        consumer.updatePartitions(ALERTS, partitions(ALERTS, 1));
        consumer.updateEndOffsets(Map.of(first, 5L, sessions, 0L, alerts, 0L, added, 3L));
        consumer.updateBeginningOffsets(Map.of(first, 0L, sessions, 0L, alerts, 0L, added, 0L));
        hub.open(ada, null, () -> {});

        feed.start();
        append(0, 4, 4);
        append(0, 5, 5);
        assertThat(next()).as("4 was there before").containsExactly(5);

        consumer.schedulePollTask(() -> consumer.updatePartitions(STATES, partitions(STATES, 2)));
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (!consumer.assignment().contains(added)) {
            assertThat(System.nanoTime() - deadlineNs).as("in time").isNegative();
            Thread.onSpinWait();
        }
        append(1, 0, 10);
        append(0, 6, 6);
        assertThat(next()).containsExactly(10);
        assertThat(next()).containsExactly(6);
    }

    @Test
    void aFailureOfTheBrokerIsSurvived() throws InterruptedException {
        TopicPartition first = new TopicPartition(STATES, 0);
        TopicPartition sessions = new TopicPartition(SESSIONS, 0);
        TopicPartition alerts = new TopicPartition(ALERTS, 0);
        BlockingQueue<MockConsumer<UUID, byte[]>> opened = new LinkedBlockingQueue<>();
        LiveFeed reopening = new LiveFeed(
                () -> {
                    MockConsumer<UUID, byte[]> fresh = new MockConsumer<>("latest");
                    fresh.updatePartitions(STATES, partitions(STATES, 1));
                    fresh.updatePartitions(SESSIONS, partitions(SESSIONS, 1));
                    fresh.updatePartitions(ALERTS, partitions(ALERTS, 1));
                    fresh.updateEndOffsets(Map.of(first, 0L, sessions, 0L, alerts, 0L));
                    opened.add(fresh);
                    return fresh;
                },
                Duration.ofMillis(5),
                new SchemaRegistry("http://localhost:1", false),
                hub,
                new SimpleMeterRegistry());
        hub.open(ada, null, () -> {});
        reopening.start();
        try {
            MockConsumer<UUID, byte[]> before = opened.take();
            before.schedulePollTask(() -> before.setPollException(new KafkaException("the broker is gone")));
            MockConsumer<UUID, byte[]> after = opened.poll(10, TimeUnit.SECONDS);
            assertThat(after).as("opened again").isNotNull();
            if (after != null) {
                after.schedulePollTask(() -> after.addRecord(new ConsumerRecord<>(STATES, 0, 0, ada, new byte[] {1})));
            }
            assertThat(next()).containsExactly(1);
        } finally {
            reopening.stop();
        }
    }
}
