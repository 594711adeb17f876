package dev.mindfulcode.flowstream;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Takes a record's own timestamp, but none from the future: changelogs and outputs inherit it, and the broker refuses
 * to store what is ahead of its clock, which would make one such record the end of its partition.
 */
record ClampedTimestampExtractor(InstantSource clock) implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTimeMs) {
        long timestampMs = record.timestamp() < 0 ? Math.max(partitionTimeMs, 0) : record.timestamp();
        return Math.min(timestampMs, clock.millis());
    }
}
