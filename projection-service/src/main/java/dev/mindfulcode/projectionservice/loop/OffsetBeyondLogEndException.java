package dev.mindfulcode.projectionservice.loop;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** The table includes records that Kafka does not have: it lost its last records, or a topic was created again. */
final class OffsetBeyondLogEndException extends Exception {

    private final Map<TopicPartition, Long> ends;
    private final SortedMap<String, Long> lostByTopic = new TreeMap<>();

    /**
     * Creates an exception from the differing offsets.
     *
     * @param offsets of the table
     * @param ends the smaller end offsets of the same partitions in Kafka
     */
    OffsetBeyondLogEndException(Map<TopicPartition, Long> offsets, Map<TopicPartition, Long> ends) {
        super("offsets " + offsets + " are beyond the end offsets " + ends);
        this.ends = Map.copyOf(ends);
        ends.forEach((partition, end) ->
                lostByTopic.merge(partition.topic(), offsets.getOrDefault(partition, end) - end, Long::sum));
    }

    /** Returns the end offsets of the partitions. */
    Map<TopicPartition, Long> ends() {
        return ends;
    }

    /** Returns the number of lost records of each topic. */
    SortedMap<String, Long> lostByTopic() {
        return lostByTopic;
    }
}
