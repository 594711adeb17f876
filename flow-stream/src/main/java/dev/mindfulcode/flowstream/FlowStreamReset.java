package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeProducersResult.PartitionProducerState;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Resets the stream to the first keystroke. After the log has lost records, the stream's state, changelogs, committed
 * offsets and results no longer agree; all of them are deleted and derived again from keystrokes, sessions, accounts
 * and feedback.
 *
 * <p>Use it only while no stream runs.
 */
public final class FlowStreamReset {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final String OFFSETS_TOPIC = "__consumer_offsets";
    private static final String TRANSACTIONS_TOPIC = "__transaction_state";
    private static final String INTERNAL_PREFIX = StreamSettings.APPLICATION_ID + "-";

    private static final List<Topic<?>> INPUTS =
            List.of(Topics.KEYSTROKES, Topics.FLOW_FEATURES, Topics.SESSIONS, Topics.ACCOUNTS, Topics.FLOW_FEEDBACK);

    /** Results that are deleted. Alerts are not: an alert that is derived again has the same id. */
    private static final List<Topic<?>> DERIVED = List.of(
            Topics.FLOW_STATES, Topics.FLOW_PERIODS, Topics.FLOW_MINUTES, Topics.TEAM_CONTRIBUTIONS, Topics.TEAM_FLOW);

    private final Admin admin;

    public FlowStreamReset(Admin admin) {
        this.admin = admin;
    }

    /** Returns whether the stream must be reset if this topic has lost records. */
    public static boolean dependsOn(String topic) {
        return topic.startsWith(INTERNAL_PREFIX)
                || topic.equals(OFFSETS_TOPIC)
                || topic.equals(TRANSACTIONS_TOPIC)
                || topic.equals(Topics.TEAM_ALERTS.name())
                || Stream.concat(INPUTS.stream(), DERIVED.stream())
                        .anyMatch(one -> one.name().equals(topic));
    }

    /** Returns the topics that are empty after a reset, by name. */
    public static List<String> derived() {
        return DERIVED.stream().<String>map(Topic::name).toList();
    }

    /** Returns the number of records that the stream has committed as read and the log lacks, by topic. */
    SortedMap<String, Long> lost() {
        try {
            Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
            Map<TopicPartition, OffsetAndMetadata> committed =
                    get(admin.listConsumerGroupOffsets(StreamSettings.APPLICATION_ID)
                            .partitionsToOffsetAndMetadata());
            committed.values().removeIf(Objects::isNull);
            committed.keySet().forEach(partition -> ends.put(partition, OffsetSpec.latest()));
            SortedMap<String, Long> lost = new TreeMap<>();
            get(admin.listOffsets(ends).all()).forEach((partition, end) -> {
                long missing = Objects.requireNonNull(committed.get(partition)).offset() - end.offset();
                if (missing > 0) {
                    lost.merge(partition.topic(), missing, Long::sum);
                }
            });
            return lost;
        } catch (ExecutionException e) {
            throw new KafkaException("Reading the committed offsets of the stream failed", e.getCause());
        }
    }

    /**
     * Aborts transactions that no producer will end, and deletes everything derived.
     *
     * @param stateFolder MINDFUL_STATE_DIR
     * @param groups further consumer groups to delete, whose offsets may be past the ends of their topics
     * @throws KafkaException if the cluster refuses or does not answer
     */
    public void reset(Path stateFolder, Collection<String> groups) {
        try {
            abortOpenTransactions();
            List<String> deleted = new ArrayList<>(groups);
            deleted.add(StreamSettings.APPLICATION_ID);
            for (String group : deleted) {
                deleteGroup(group);
            }
            List<String> internal = get(admin.listTopics().names()).stream()
                    .filter(name -> name.startsWith(INTERNAL_PREFIX))
                    .toList();
            get(admin.deleteTopics(internal).all());
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (TopicPartition partition : partitions(derived())) {
                all.put(partition, RecordsToDelete.beforeOffset(-1)); // up to the end
            }
            get(admin.deleteRecords(all).all());
        } catch (ExecutionException e) {
            throw new KafkaException("Resetting the stream failed", e.getCause());
        }
        delete(stateFolder);
    }

    private void deleteGroup(String group) throws ExecutionException {
        try {
            get(admin.removeMembersFromConsumerGroup(group, new RemoveMembersFromConsumerGroupOptions())
                    .all());
        } catch (ExecutionException | KafkaException e) {
            // It has no members, or does not exist.
        }
        try {
            get(admin.deleteConsumerGroups(List.of(group)).all());
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof GroupIdNotFoundException)) {
                throw e;
            }
        }
    }

    /** The end of a transaction may be lost; readers of committed records would wait for it for ever. */
    private void abortOpenTransactions() throws ExecutionException {
        Set<String> topics =
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        List<TopicPartition> partitions = partitions(topics);
        for (Map.Entry<TopicPartition, KafkaFuture<PartitionProducerState>> entry :
                futures(partitions).entrySet()) {
            for (ProducerState producer : get(entry.getValue()).activeProducers()) {
                if (producer.currentTransactionStartOffset().isPresent()) {
                    get(admin.abortTransaction(new AbortTransactionSpec(
                                    entry.getKey(),
                                    producer.producerId(),
                                    (short) producer.producerEpoch(),
                                    Math.max(producer.coordinatorEpoch().orElse(0), 0)))
                            .all());
                }
            }
        }
    }

    private Map<TopicPartition, KafkaFuture<PartitionProducerState>> futures(List<TopicPartition> partitions) {
        var described = admin.describeProducers(partitions);
        Map<TopicPartition, KafkaFuture<PartitionProducerState>> futures = new HashMap<>();
        partitions.forEach(partition -> futures.put(partition, described.partitionResult(partition)));
        return futures;
    }

    private List<TopicPartition> partitions(Collection<String> topics) throws ExecutionException {
        List<TopicPartition> partitions = new ArrayList<>();
        for (TopicDescription topic :
                get(admin.describeTopics(topics).allTopicNames()).values()) {
            topic.partitions()
                    .forEach(partition -> partitions.add(new TopicPartition(topic.name(), partition.partition())));
        }
        return partitions;
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while resetting the stream", e);
        } catch (TimeoutException e) {
            throw new KafkaException("Kafka did not answer within " + TIMEOUT.toSeconds() + " s", e);
        }
    }

    private static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
