package dev.mindfulcode.flowstream;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * Extracts a record's timestamp, clamped to the present: outputs inherit it, and a broker may reject timestamps ahead
 * of its clock.
 */
record ClampedTimestampExtractor(InstantSource clock) implements TimestampExtractor {

    @Override
    public long extract(ConsumerRecord<Object, Object> record, long partitionTimeMs) {
        long timestampMs = record.timestamp() < 0 ? Math.max(partitionTimeMs, 0) : record.timestamp();
        return Math.min(timestampMs, clock.millis());
    }
}
