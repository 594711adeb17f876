package dev.mindfulcode.projectionservice.loop;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The table has applied records that the log does not have: the log lost its last records, or a topic was created
 * again.
 */
final class OffsetBeyondLogEndException extends Exception {

    private final Map<TopicPartition, Long> ends;
    private final SortedMap<String, Long> lostByTopic = new TreeMap<>();

    /**
     * Describes what is lost.
     *
     * @param offsets by the table
     * @param ends where the same partitions end by the log, each earlier
     */
    OffsetBeyondLogEndException(Map<TopicPartition, Long> offsets, Map<TopicPartition, Long> ends) {
        super("offsets " + offsets + " are past the ends of the log " + ends);
        this.ends = Map.copyOf(ends);
        ends.forEach((partition, end) ->
                lostByTopic.merge(partition.topic(), offsets.getOrDefault(partition, end) - end, Long::sum));
    }

    /** Returns where the partitions end. */
    Map<TopicPartition, Long> ends() {
        return ends;
    }

    /** Returns how many records each topic has lost. */
    SortedMap<String, Long> lostByTopic() {
        return lostByTopic;
    }
}
