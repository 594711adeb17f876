package dev.mindfulcode.projection.loop;

import org.apache.kafka.common.TopicPartition;

/** The table has applied records that the log never had: database and cluster do not belong together. */
final class MisplacedOffsetException extends Exception {

    MisplacedOffsetException(TopicPartition partition, long nextOffset, long endOffset) {
        super("projection_offsets says " + nextOffset + " for " + partition + ", whose log ends at " + endOffset
                + ". Was the topic made anew, or the database restored beside another cluster? Rebuild the read model"
                + " from this cluster: empty the readmodel schema's tables, projection_offsets too.");
    }
}
