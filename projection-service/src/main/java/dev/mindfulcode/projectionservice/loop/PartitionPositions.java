package dev.mindfulcode.projectionservice.loop;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The positions of the assigned partitions: known, or paused until the offset table has been read. The offsets of the
 * consumer group are never read. Not thread-safe.
 */
final class PartitionPositions implements ConsumerRebalanceListener {

    private static final Logger log = LoggerFactory.getLogger(PartitionPositions.class);
    private static final Duration LOOKUP_TIMEOUT = Duration.ofSeconds(10);

    private final Consumer<?, ?> consumer;
    private final Map<TopicPartition, Long> known = new HashMap<>();
    private final Set<TopicPartition> unknown = new HashSet<>();
    private boolean isAssigned;

    PartitionPositions(Consumer<?, ?> consumer, List<String> topics) {
        this.consumer = consumer;
        consumer.subscribe(topics, this);
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        isAssigned = true;
        forget(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        known.keySet().removeAll(partitions);
        unknown.removeAll(partitions);
    }

    /** Returns whether partitions, or none, were ever assigned. */
    boolean isAssigned() {
        return isAssigned;
    }

    boolean isAnyUnknown() {
        return !unknown.isEmpty();
    }

    Set<TopicPartition> unknown() {
        return Set.copyOf(unknown);
    }

    /** Returns the next offsets; the writer that applies records updates them. */
    Map<TopicPartition, Long> known() {
        return known;
    }

    /** Pauses partitions until the offset table has been read. */
    void forget(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        known.keySet().removeAll(partitions);
        unknown.addAll(partitions);
    }

    /**
     * Seeks to the offsets of the table and resumes the partitions, all that are possible.
     *
     * @throws OffsetBeyondLogEndException if Kafka has fewer records in a partition
     */
    void seek(Map<TopicPartition, Long> offsets) throws OffsetBeyondLogEndException {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(offsets.keySet(), LOOKUP_TIMEOUT);
        Map<TopicPartition, Long> ends = consumer.endOffsets(offsets.keySet(), LOOKUP_TIMEOUT);
        Map<TopicPartition, Long> misplaced = new HashMap<>();
        for (Map.Entry<TopicPartition, Long> entry : offsets.entrySet()) {
            TopicPartition partition = entry.getKey();
            long next = entry.getValue();
            long begin = begins.getOrDefault(partition, 0L);
            long end = ends.getOrDefault(partition, next);
            if (next > end) {
                misplaced.put(partition, end);
                continue;
            }
            if (next > 0 && next < begin) {
                log.error(
                        "Records lost by retention before they were applied: partition={}, offsets={} to {}",
                        partition,
                        next,
                        begin - 1);
            }
            consumer.seek(partition, Math.max(next, begin));
            known.put(partition, next);
            unknown.remove(partition);
            consumer.resume(List.of(partition));
        }
        if (!misplaced.isEmpty()) {
            throw new OffsetBeyondLogEndException(offsets, misplaced);
        }
    }
}
