package dev.mindfulcode.projectionservice.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.projectionservice.Eventually;
import dev.mindfulcode.projectionservice.erasure.ErasureRunner;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.periods.FlowPeriods;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.projectionservice.readmodel.Transaction;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Rows and offsets together or not at all, proved with a projection that would show a record applied twice. */
class BatchWriterTest {

    private static final TopicPartition FIRST = new TopicPartition(Topics.FLOW_PERIODS.name(), 0);
    private static final TopicPartition SECOND = new TopicPartition(Topics.FLOW_PERIODS.name(), 1);
    private static final int RECORDS = 400;

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final UUID user = UUID.randomUUID();

    @Test
    void appliesEachRecordOnceIfAnyCallFails() throws Exception {
        database.execute(CountingFold.TABLE);
        Random random = new Random(7);
        BatchWriter writer = writer(new FaultyDatabase(random, 0.03).around(database.source()));
        Map<TopicPartition, Long> positions = new HashMap<>();
        int failures = 0;
        boolean isDone = false;
        while (!isDone) {
            try {
                if (positions.isEmpty()) {
                    positions.putAll(writer.positions(Set.of(FIRST, SECOND)));
                }
                List<DecodedRecord> batch = new ArrayList<>(records(FIRST, positions, 1 + random.nextInt(10)));
                batch.addAll(records(SECOND, positions, 1 + random.nextInt(10)));
                isDone = batch.isEmpty();
                if (!isDone) {
                    writer.apply(batch, positions);
                }
            } catch (SQLException e) {
                failures++;
                positions.clear();
            }
        }
        assertThat(failures).isGreaterThan(10);
        assertThat(database.number("SELECT n FROM readmodel.counted")).isEqualTo(2 * RECORDS);
        assertThat(database.number("SELECT sum(next_offset) FROM readmodel.projection_offsets"))
                .isEqualTo(2 * RECORDS);
    }

    @Test
    void fencesSecondWriterOfSamePartition() throws Exception {
        database.execute(CountingFold.TABLE);
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (long offset = 0; offset < 50; offset++) {
                CountDownLatch bothKnow = new CountDownLatch(2);
                Future<Boolean> one = threads.submit(() -> wins(bothKnow));
                Future<Boolean> other = threads.submit(() -> wins(bothKnow));
                assertThat(List.of(one.get(), other.get())).containsExactlyInAnyOrder(true, false);
                assertThat(database.number("SELECT n FROM readmodel.counted")).isEqualTo(offset + 1);
            }
        }
    }

    @Test
    void fencesTransactionWhenAnyPartitionMoved() throws Exception {
        database.execute(CountingFold.TABLE);
        BatchWriter writer = writer(database.source());
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST, SECOND)));
        database.execute("UPDATE readmodel.projection_offsets SET next_offset = 1 WHERE partition = 1");
        List<DecodedRecord> batch = new ArrayList<>(records(FIRST, positions, 3));
        batch.addAll(records(SECOND, positions, 3));
        assertThatThrownBy(() -> writer.apply(batch, positions)).isInstanceOf(FencedException.class);
        assertThat(database.number("SELECT n FROM readmodel.counted")).isZero();
        assertThat(database.rows("SELECT partition, next_offset FROM readmodel.projection_offsets ORDER BY 1"))
                .containsExactly("(0,0)", "(1,1)");
    }

    @Test
    void appliesFirstRemainingRecordOfTruncatedPartition() throws Exception {
        database.execute(CountingFold.TABLE);
        BatchWriter writer = writer(database.source());
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST)));
        writer.apply(List.of(record(FIRST, 1_000)), positions);
        assertThat(positions).containsEntry(FIRST, 1_001L);
        assertThat(writer.positions(Set.of(FIRST))).containsEntry(FIRST, 1_001L);
    }

    @Test
    void storesLastProgressMarkerWithOffset() throws Exception {
        database.execute(CountingFold.TABLE);
        BatchWriter writer = writer(database.source());
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST)));
        writer.apply(List.of(marker(FIRST, 0, 7), record(FIRST, 1), marker(FIRST, 2, 9)), positions);
        writer.apply(List.of(record(FIRST, 3)), positions);

        assertThat(database.rows("SELECT next_offset, input_offset, features_offset FROM readmodel.projection_offsets"))
                .containsExactly("(4,9,10)");
        // After a truncation of the log the last marker counts, not the highest.
        writer.apply(List.of(marker(FIRST, 4, 8)), positions);
        assertThat(database.number("SELECT input_offset FROM readmodel.projection_offsets"))
                .isEqualTo(8);
        assertThat(database.number("SELECT n FROM readmodel.counted")).isEqualTo(2);
    }

    @Test
    void skipsUsersErasedAfterTheirKeyWasLookedUp() throws Exception {
        database.execute(CountingFold.TABLE);
        BatchWriter writer = writer(database.source());
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST)));
        writer.apply(records(FIRST, positions, 3), positions);
        erase(user);

        writer.apply(records(FIRST, positions, 3), positions);

        assertThat(database.number("SELECT n FROM readmodel.counted")).isEqualTo(3);
        assertThat(positions).containsEntry(FIRST, 6L);
        assertThat(database.number("SELECT next_offset FROM readmodel.projection_offsets"))
                .isEqualTo(6);
    }

    /** In two builds: the one in use and one that is being built. */
    @Test
    void noTransactionBringsRowsOfAnErasedUserBack() throws Exception {
        Tables building = new Tables("readmodel_flow_periods_2");
        Projection periods = FlowPeriods.projection();
        database.execute("CREATE SCHEMA readmodel_flow_periods_2;"
                + " CREATE TABLE readmodel_flow_periods_2.projection_offsets"
                + " (LIKE readmodel.projection_offsets INCLUDING ALL);"
                + " CREATE TABLE readmodel_flow_periods_2.flow_periods (LIKE readmodel.flow_periods INCLUDING ALL);"
                + " CREATE TABLE readmodel_flow_periods_2.flow_periods_deleted"
                + " (LIKE readmodel.flow_periods_deleted INCLUDING ALL)");
        AtomicReference<UUID> current = new AtomicReference<>(UUID.randomUUID());
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(2);
                ErasureRunner eraser = new ErasureRunner(database.source());
                AutoCloseable _ = () -> isOver.set(true)) {
            Future<?> inUse = threads.submit(() -> writeUntil(isOver, ReadModel.TABLES, periods, current));
            Future<?> next = threads.submit(() -> writeUntil(isOver, building, periods, current));
            eraser.start();
            for (int i = 0; i < 5; i++) {
                UUID erased = Objects.requireNonNull(current.get());
                Eventually.holds("rows", () -> rows(ReadModel.TABLES, erased) > 0 && rows(building, erased) > 0);

                UUID erasureId = erase(erased);

                Eventually.holds(
                        "erasure",
                        () -> database.number("SELECT count(*) FROM protection.erasure_steps WHERE"
                                        + " place = 'read_models' AND state = 'done' AND items > 0 AND erasure_id = '"
                                        + erasureId + "'")
                                == 1);
                long before = offsets();
                Eventually.holds("more transactions", () -> offsets() > before + 20);
                assertThat(rows(ReadModel.TABLES, erased) + rows(building, erased))
                        .isZero();
                current.set(UUID.randomUUID());
            }
            isOver.set(true);
            inUse.get();
            next.get();
        }
    }

    private long rows(Tables tables, UUID userId) throws SQLException {
        return database.number(
                "SELECT count(*) FROM " + tables.schema() + ".flow_periods WHERE user_id = '" + userId + "'");
    }

    private long offsets() throws SQLException {
        return database.number("SELECT sum(next_offset) FROM readmodel.projection_offsets");
    }

    private Void writeUntil(AtomicBoolean isOver, Tables tables, Projection projection, AtomicReference<UUID> current)
            throws Exception {
        BatchWriter writer = new BatchWriter(
                database.source(),
                tables,
                FoldSet.fixed(tables, List.of(projection)),
                records -> {},
                new LoopMetrics(new SimpleMeterRegistry(), "test", List.of(projection)));
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST)));
        for (long offset = 0; !isOver.get(); offset++) {
            writer.apply(List.of(record(FIRST, offset, Objects.requireNonNull(current.get()))), positions);
        }
        return null;
    }

    private UUID erase(UUID userId) throws SQLException {
        return Transaction.<UUID, SQLException>run(database.source(), connection -> {
            ErasedUsers.destroyKeys(connection, userId);
            return Erasures.begin(connection, userId, userId.toString(), Instant.now());
        });
    }

    private static DecodedRecord marker(TopicPartition partition, long offset, long inputOffset) {
        return new DecodedRecord(
                new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, null),
                new DecodedRecord.InputProgress(inputOffset, inputOffset + 1));
    }

    private boolean wins(CountDownLatch bothKnow) throws Exception {
        BatchWriter writer = writer(database.source());
        Map<TopicPartition, Long> positions = new HashMap<>(writer.positions(Set.of(FIRST)));
        bothKnow.countDown();
        bothKnow.await();
        try {
            writer.apply(records(FIRST, positions, 1), positions);
            return true;
        } catch (FencedException e) {
            return false;
        }
    }

    private List<DecodedRecord> records(TopicPartition partition, Map<TopicPartition, Long> positions, int count) {
        List<DecodedRecord> records = new ArrayList<>();
        long from = positions.getOrDefault(partition, 0L);
        for (long offset = from; offset < Math.min(RECORDS, from + count); offset++) {
            records.add(record(partition, offset));
        }
        return records;
    }

    private DecodedRecord record(TopicPartition partition, long offset) {
        return record(partition, offset, user);
    }

    private static DecodedRecord record(TopicPartition partition, long offset, UUID user) {
        Instant nine = Instant.parse("2026-03-02T09:00:00Z");
        return new DecodedRecord(
                new ConsumerRecord<>(partition.topic(), partition.partition(), offset, new byte[0], new byte[0]),
                new DecodedRecord.Decoded(
                        new ProjectionEvent(offset, user, SampleEvents.period(UUID.randomUUID(), nine, null, 1, 1))));
    }

    private static BatchWriter writer(DataSource source) {
        DeadLetterSink none = records -> {
            throw new AssertionError("dead letters: " + records);
        };
        return new BatchWriter(
                source,
                ReadModel.TABLES,
                FoldSet.fixed(ReadModel.TABLES, List.of(CountingFold.PROJECTION)),
                none,
                new LoopMetrics(new SimpleMeterRegistry(), "test", List.of(CountingFold.PROJECTION)));
    }
}
