package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A record and what reading it came to. */
record DecodedRecord(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Content content) {

    sealed interface Content {}

    record Decoded(ProjectionEvent event) implements Content {}

    /** Nothing to do, and nothing wrong. */
    record Skipped(SkipReason reason) implements Content {}

    /** @param inputOffset as of {@link dev.mindfulcode.schemas.ProgressMarker} */
    record InputProgress(long inputOffset) implements Content {}

    /** @param reason the kind of failure, never content of the record */
    record Rejected(String reason) implements Content {}

    enum SkipReason {
        /** The user has no key any more. */
        ERASED,
        /** A record without a value; no topic of ours gives that a meaning. */
        TOMBSTONE
    }

    TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    DecodedRecord rejected(String reason) {
        return new DecodedRecord(record, new Rejected(reason));
    }
}
