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
 * Where the assigned partitions stand: known, or paused until the table has been asked. The group's own offsets are
 * never read. Not thread-safe.
 */
final class PartitionPositions implements ConsumerRebalanceListener {

    private static final Logger LOG = LoggerFactory.getLogger(PartitionPositions.class);
    private static final Duration LOOK_UP_MAX = Duration.ofSeconds(10);

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

    /** Whether the group has ever said which partitions are ours, if only that none is. */
    boolean isAssigned() {
        return isAssigned;
    }

    boolean isAnyUnknown() {
        return !unknown.isEmpty();
    }

    Set<TopicPartition> unknown() {
        return Set.copyOf(unknown);
    }

    /** To be kept up to date by whoever applies records. */
    Map<TopicPartition, Long> known() {
        return known;
    }

    /** Nothing more of these until the table has been asked. */
    void forget(Collection<TopicPartition> partitions) {
        consumer.pause(partitions);
        known.keySet().removeAll(partitions);
        unknown.addAll(partitions);
    }

    /**
     * Goes on from where the table says, with all partitions where that is possible.
     *
     * @throws OffsetBeyondLogEndException where the log ends before that
     */
    void seek(Map<TopicPartition, Long> offsets) throws OffsetBeyondLogEndException {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(offsets.keySet(), LOOK_UP_MAX);
        Map<TopicPartition, Long> ends = consumer.endOffsets(offsets.keySet(), LOOK_UP_MAX);
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
                LOG.error("{}: records {} to {} were deleted before they were applied", partition, next, begin);
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
