package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Event;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A record and what reading it came to. */
record Received(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Reading reading) {

    sealed interface Reading {}

    record Read(Event event) implements Reading {}

    /** Nothing to do, and nothing wrong. */
    record Skipped(Why why) implements Reading {}

    /** @param inputOffset as of {@link dev.mindfulcode.schemas.ProgressMarker} */
    record Progress(long inputOffset) implements Reading {}

    /** @param reason the kind of failure, never content of the record */
    record Rejected(String reason) implements Reading {}

    enum Why {
        /** The user has no key any more. */
        ERASED,
        /** A record without a value; no topic of ours gives that a meaning. */
        TOMBSTONE
    }

    TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    Received rejected(String reason) {
        return new Received(record, new Rejected(reason));
    }
}
