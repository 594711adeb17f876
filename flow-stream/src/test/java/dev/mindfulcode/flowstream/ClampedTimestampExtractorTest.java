package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

class ClampedTimestampExtractorTest {

    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
    private static final long PARTITION_TIME_MS = NOW.minusSeconds(5).toEpochMilli();

    private final ClampedTimestampExtractor timestamps = new ClampedTimestampExtractor(() -> NOW);

    @Test
    void usesTheRecordsTimestamp() {
        long yesterdayMs = NOW.minusSeconds(86_400).toEpochMilli();

        assertThat(timestamps.extract(record(yesterdayMs), PARTITION_TIME_MS)).isEqualTo(yesterdayMs);
    }

    @Test
    void clampsFutureTimestamps() {
        long year2100Ms = Instant.parse("2100-01-01T00:00:00Z").toEpochMilli();

        assertThat(timestamps.extract(record(year2100Ms), PARTITION_TIME_MS)).isEqualTo(NOW.toEpochMilli());
    }

    @Test
    void usesThePartitionTimeWithoutATimestamp() {
        assertThat(timestamps.extract(record(-1), PARTITION_TIME_MS)).isEqualTo(PARTITION_TIME_MS);
        assertThat(timestamps.extract(record(-1), -1)).isZero();
    }

    private static ConsumerRecord<Object, Object> record(long timestampMs) {
        return new ConsumerRecord<>(
                "keystrokes",
                0,
                0,
                timestampMs,
                TimestampType.CREATE_TIME,
                0,
                0,
                "key",
                "value",
                new RecordHeaders(),
                Optional.empty());
    }
}
