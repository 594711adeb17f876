package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExpiringStoreTest {

    private static final Duration RETENTION = Duration.ofDays(30);
    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    private static final long START_MS = 20_000 * DAY_MS;
    private static final Bytes ANNA = key(1);
    private static final Bytes BEN = key(2);

    @TempDir
    private Path folder;

    private WindowStore<Bytes, byte[]> rows;
    private KeyValueStore<Bytes, byte[]> periods;
    private ExpiringStore store;

    @BeforeEach
    void open() {
        MockProcessorContext<Void, Void> context =
                new MockProcessorContext<>(new Properties(), new TaskId(0, 0), folder.toFile());
        rows = ExpiringStore.builder("rows", RETENTION)
                .withLoggingDisabled()
                .withCachingDisabled()
                .build();
        periods = Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore("periods"), Serdes.Bytes(), Serdes.ByteArray())
                .withLoggingDisabled()
                .build();
        rows.init(context.getStateStoreContext(), rows);
        periods.init(context.getStateStoreContext(), periods);
        store = new ExpiringStore(rows, periods, key(0), RETENTION);
        store.advanceTo(START_MS);
    }

    @AfterEach
    void close() {
        rows.close();
        periods.close();
    }

    @Test
    void findsRowsUntilTheirRetentionIsOverAndNotForLongerThanAThirdMore() {
        for (int day = 0; day < 10; day++) {
            store.advanceTo(START_MS + day * DAY_MS);
            store.put(key(10 + day), value(day));
        }
        for (int day = 0; day < 60; day++) {
            store.advanceTo(START_MS + day * DAY_MS);
            store.put(BEN, value(day));
            for (int written = 0; written < Math.min(day, 10); written++) {
                int ageDays = day - written;
                if (ageDays <= 30) {
                    assertThat(store.get(key(10 + written)))
                            .as("after %s days", ageDays)
                            .containsExactly(written);
                } else if (ageDays > 40) {
                    assertThat(store.get(key(10 + written)))
                            .as("after %s days", ageDays)
                            .isNull();
                }
            }
        }
    }

    @Test
    void dropsExpiredRowsFromTheWindowStore() {
        store.put(ANNA, value(1));
        store.advanceTo(START_MS + 100 * DAY_MS);
        store.put(BEN, value(2));

        assertThat(rows.fetch(ANNA, 0, Long.MAX_VALUE).hasNext()).isFalse();
        assertThat(store.all()).extracting(row -> row.key).containsExactly(BEN);
    }

    @Test
    void aChangeProlongsARow() {
        store.put(ANNA, value(1));
        store.advanceTo(START_MS + 25 * DAY_MS);
        store.put(ANNA, value(2));
        assertThat(store.range(ANNA, BEN)).as("the former row is gone").hasSize(1);

        store.advanceTo(START_MS + 50 * DAY_MS);
        assertThat(store.get(ANNA)).containsExactly(2);
    }

    @Test
    void deletesRowsOfEarlierPeriods() {
        store.put(ANNA, value(1));
        store.advanceTo(START_MS + 15 * DAY_MS);
        store.delete(ANNA);

        assertThat(store.get(ANNA)).isNull();
        assertThat(store.all()).isEmpty();
    }

    @Test
    void acceptsRowsAfterTheClockWasSetBack() {
        store.advanceTo(START_MS + 400 * DAY_MS);
        store.put(ANNA, value(1));
        store.advanceTo(START_MS);
        store.put(BEN, value(2));

        assertThat(store.get(ANNA)).containsExactly(1);
        assertThat(store.get(BEN)).containsExactly(2);
    }

    @Test
    void storesThePeriodThatItReached() {
        store.advanceTo(START_MS + 100 * DAY_MS);
        store.put(ANNA, value(1));

        ExpiringStore reopened = new ExpiringStore(rows, periods, key(0), RETENTION);

        assertThat(reopened.get(ANNA)).containsExactly(1);
        assertThat(reopened.storedFromMs(START_MS)).isEqualTo(store.storedFromMs(START_MS));
    }

    @Test
    void returnsRangesInTheOrderOfKeysInAnyPeriod() {
        store.put(BEN, value(2));
        store.advanceTo(START_MS + 25 * DAY_MS);
        store.put(ANNA, value(1));
        store.put(key(3), value(3));

        assertThat(store.range(ANNA, BEN)).extracting(row -> row.key).containsExactly(ANNA, BEN);
    }

    private static Bytes key(int number) {
        return Bytes.wrap(new byte[] {(byte) number});
    }

    private static byte[] value(int number) {
        return new byte[] {(byte) number};
    }
}
