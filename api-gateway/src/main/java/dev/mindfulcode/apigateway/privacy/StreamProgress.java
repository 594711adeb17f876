package dev.mindfulcode.apigateway.privacy;

import static java.util.Objects.requireNonNull;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.Erasure;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The progress of flow-stream: the offsets that it committed, in one transaction with its state, its changelogs and
 * its output. Not thread-safe.
 */
final class StreamProgress implements AutoCloseable {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(500);

    private final KafkaConnection kafka;
    private @Nullable Admin admin;
    private @Nullable Map<TopicPartition, OffsetAndMetadata> committed;

    StreamProgress(KafkaConnection kafka) {
        this.kafka = kafka;
    }

    /** Returns whether the stream has processed a record of the topic accounts. */
    boolean isPast(Erasure.Position account) throws ExecutionException, TimeoutException, InterruptedException {
        OffsetAndMetadata next = committed().get(new TopicPartition(Topics.ACCOUNTS.name(), account.partition()));
        return next != null && next.offset() > account.offset();
    }

    /** Returns the ends of the partitions of team-contributions. */
    List<Long> contributionEnds() throws ExecutionException, TimeoutException, InterruptedException {
        String topic = Topics.TEAM_CONTRIBUTIONS.name();
        TopicDescription described = requireNonNull(
                get(admin().describeTopics(List.of(topic)).allTopicNames()).get(topic));
        int partitions = described.partitions().size();
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            latest.put(new TopicPartition(topic, partition), OffsetSpec.latest());
        }
        Map<TopicPartition, ListOffsetsResultInfo> ends =
                get(admin().listOffsets(latest).all());
        List<Long> offsets = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            offsets.add(requireNonNull(ends.get(new TopicPartition(topic, partition)))
                    .offset());
        }
        return offsets;
    }

    /** Returns whether the stream has processed all contributions below the ends. */
    boolean isPast(Long[] contributionEnds) throws ExecutionException, TimeoutException, InterruptedException {
        for (int i = 0; i < contributionEnds.length; i++) {
            TopicPartition partition = new TopicPartition(Topics.TEAM_CONTRIBUTIONS.name(), i);
            OffsetAndMetadata next = committed().get(partition);
            long from = next == null ? 0 : next.offset();
            if (from < contributionEnds[i] && hasRecords(partition, from, contributionEnds[i])) {
                return false;
            }
        }
        return true;
    }

    /** The last offsets below an end may be marks of transactions, which no consumer commits. */
    private boolean hasRecords(TopicPartition partition, long from, long end) {
        try (Consumer<byte[], byte[]> consumer = kafka.<byte[]>consumers(
                        new ByteArrayDeserializer(),
                        IsolationLevel.READ_COMMITTED,
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"))
                .createConsumer()) {
            consumer.assign(List.of(partition));
            consumer.seek(partition, from);
            long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() - deadlineNs < 0) {
                for (var record : consumer.poll(POLL_TIMEOUT)) {
                    if (record.offset() < end) {
                        return true;
                    }
                }
            }
            return consumer.position(partition) < end;
        }
    }

    private Map<TopicPartition, OffsetAndMetadata> committed()
            throws ExecutionException, TimeoutException, InterruptedException {
        Map<TopicPartition, OffsetAndMetadata> known = committed;
        if (known == null) {
            known = get(
                    admin().listConsumerGroupOffsets(Topics.FLOW_STREAM_GROUP).partitionsToOffsetAndMetadata());
            committed = known;
        }
        return known;
    }

    private Admin admin() {
        Admin open = admin;
        if (open == null) {
            open = Admin.create(kafka.cluster()
                    .clientConfig(Map.of(
                            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                            (int) TIMEOUT.toMillis(),
                            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            (int) TIMEOUT.toMillis() / 2)));
            admin = open;
        }
        return open;
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, TimeoutException, InterruptedException {
        return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Forgets what was read; it can be used again. */
    @Override
    public void close() {
        committed = null;
        Admin open = admin;
        admin = null;
        if (open != null) {
            open.close(Duration.ofSeconds(1));
        }
    }
}
