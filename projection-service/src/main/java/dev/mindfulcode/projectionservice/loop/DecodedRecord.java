package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** A Kafka record and the result of decoding it. */
record DecodedRecord(ConsumerRecord<byte @Nullable [], byte @Nullable []> record, Content content) {

    sealed interface Content {}

    record Decoded(ProjectionEvent event) implements Content {}

    /** A valid record without an event. */
    record Skipped(SkipReason reason) implements Content {}

    /**
     * A {@link dev.mindfulcode.schemas.ProgressMarker}.
     *
     * @param inputOffset in the topic {@code keystrokes}
     * @param featuresOffset in the topic {@code flow-features}
     */
    record InputProgress(long inputOffset, long featuresOffset) implements Content {}

    /** @param reason the kind of failure, never content of the record */
    record Rejected(String reason) implements Content {}

    enum SkipReason {
        /** The user was erased and has no key, or the record is the erasure itself. */
        ERASED,
        /** A record without a value, which has no meaning on these topics. */
        TOMBSTONE
    }

    TopicPartition partition() {
        return new TopicPartition(record.topic(), record.partition());
    }

    DecodedRecord rejected(String reason) {
        return new DecodedRecord(record, new Rejected(reason));
    }
}
