package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.minutes.FlowMinutes;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGStatement;
import org.slf4j.LoggerFactory;

/** Rebuilds of projections from the first record, and cut-overs to them. */
class RebuildTest {

    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    /** More than anybody types in a minute. */
    private static final long MARK = 1_000_000;

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void cutsOverWhenRowsAreIdentical() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 1);
        ends.write(2_000);
        for (int i = 0; i < 4; i++) {
            ends.deleteOne();
            ends.write(500);
        }
        UUID typist = pipeline.newUser().userId();
        for (int i = 0; i < 20; i++) {
            UUID team = UUID.randomUUID();
            pipeline.send(
                    Topics.FLOW_PERIODS,
                    typist,
                    SampleEvents.period(UUID.randomUUID(), NINE, NINE.plusSeconds(60 + i), 1, 100 + i));
            pipeline.send(Topics.TEAM_FLOW, team, SampleEvents.teamWindow(team, 1, 5 + i));
        }
        pipeline.flush();
        pipeline.start();
        pipeline.awaitApplied();
        List<String> before = pipeline.database.everything();
        List<String> windowsBefore = teamWindows();
        assertThat(before).hasSizeGreaterThan(1_000);
        assertThat(before).filteredOn(row -> row.startsWith("flow_periods(")).hasSize(20);
        assertThat(windowsBefore).hasSizeGreaterThanOrEqualTo(20);
        ListAppender<ILoggingEvent> consumerLog = new ListAppender<>();
        Logger consumerLogger = (Logger) LoggerFactory.getLogger("org.apache.kafka.clients.consumer");
        consumerLog.start();
        consumerLogger.addAppender(consumerLog);
        for (Projection projection : Projections.ALL) {
            order(projection.name());
            awaitState(projection.name(), 2, "in_use");
            assertThat(report(projection.name(), 2))
                    .startsWith("{\"cut\": {}, \"tables\": [{")
                    .contains("\"identical\": true");
            assertThat(report(projection.name(), 2)).doesNotContain("\"identical\": false");
            assertThat(state(projection.name(), 1)).isEqualTo("retained");
        }
        consumerLogger.detachAppender(consumerLog);
        assertThat(consumerLog.list)
                .filteredOn(event -> event.getLevel() == Level.ERROR)
                .isEmpty();
        assertThat(pipeline.database.everything()).isEqualTo(before);
        assertThat(teamWindows()).isEqualTo(windowsBefore);

        ends.write(500);
        pipeline.flush();
        pipeline.awaitApplied();
        List<String> later = pipeline.database.everything();
        assertThat(later).as("live events are applied to the new tables").isNotEqualTo(before);
        order("flow_minutes");
        awaitState("flow_minutes", 3, "in_use");
        assertThat(pipeline.database.everything()).isEqualTo(later);
        Eventually.holds(
                "one retained build is left",
                () -> builds("flow_minutes").equals(List.of("(2,retained)", "(3,in_use)")));
        assertThat(pipeline.database.rows(
                        "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'readmodel_flow_minutes%'"))
                .containsExactly("(readmodel_flow_minutes_2)");
    }

    @Test
    void reportsDifferencesAndCutsOverOnlyIfForced() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 4, 2);
        ends.write(1_000);
        pipeline.flush();
        pipeline.start();
        pipeline.awaitApplied();
        List<String> right = pipeline.database.everything();
        String one = "(SELECT ctid FROM readmodel.flow_minutes LIMIT 1)";
        pipeline.database.execute("UPDATE readmodel.flow_minutes SET keystrokes = keystrokes + 1 WHERE ctid = " + one);
        List<String> wrong = pipeline.database.everything();

        order("flow_minutes");
        awaitState("flow_minutes", 2, "refused");
        assertThat(report("flow_minutes", 2))
                .contains("\"refusal\": \"the same fold gave other rows\"")
                .contains("\"changed\": 1")
                .containsPattern("\"examples\": \\[\"[0-9a-f]{16}\"]");
        assertThat(pipeline.database.everything()).isEqualTo(wrong);

        force("flow_minutes", 2);
        awaitState("flow_minutes", 2, "in_use");
        assertThat(pipeline.database.everything()).isEqualTo(right);
    }

    @Test
    void cutsOverToChangedFoldAndBack() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 4, 3);
        ends.write(1_000);
        pipeline.flush();
        pipeline.start(Projections.ALL);
        pipeline.awaitApplied();
        List<String> before = pipeline.database.everything();
        long minutes = pipeline.database.number("SELECT count(*) FROM readmodel.flow_minutes");
        pipeline.stopAll();

        pipeline.start(withMarkedMinutes());
        pipeline.awaitApplied();
        assertThat(pipeline.database.everything())
                .as("the version before is followed until then")
                .isEqualTo(before);
        order("flow_minutes");
        awaitState("flow_minutes", 2, "in_use");
        assertThat(report("flow_minutes", 2))
                .contains("\"changed\": " + minutes)
                .doesNotContain("refusal");
        assertThat(pipeline.database.number("SELECT min(keystrokes) FROM readmodel.flow_minutes"))
                .isGreaterThanOrEqualTo(MARK);

        UUID user = pipeline.newUser().userId();
        pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(NINE, 1, 7));
        pipeline.awaitApplied();
        String now = "SELECT keystrokes FROM readmodel.flow_minutes WHERE user_id = '" + user + "'";
        assertThat(pipeline.database.number(now))
                .as("what is live has the new fold")
                .isEqualTo(MARK + 7);

        force("flow_minutes", 1);
        awaitState("flow_minutes", 1, "in_use");
        assertThat(pipeline.database.number(now))
                .as("and what came meanwhile is in the old tables")
                .isEqualTo(7);
        assertThat(pipeline.database.number("SELECT count(*) FROM readmodel.flow_minutes WHERE keystrokes >= " + MARK))
                .isZero();
        assertThat(builds("flow_minutes")).containsExactly("(1,in_use)", "(2,retained)");
    }

    @Test
    void readersSeeConsistentRowsDuringCutOver() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 4);
        ends.write(3_000);
        pipeline.flush();
        pipeline.start(withMarkedMinutes());
        pipeline.awaitApplied();
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(threads.submit(() -> readUntil(isOver)));
            }
            Future<Long> writer = threads.submit(() -> writeAndReadUntil(isOver));
            try {
                order("flow_minutes");
                awaitState("flow_minutes", 2, "in_use");
                for (int i = 0; i < 6; i++) {
                    int next = 1 + i % 2;
                    force("flow_minutes", next);
                    awaitState("flow_minutes", next, "in_use");
                }
            } finally {
                isOver.set(true);
            }
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isGreaterThan(100);
            }
            assertThat(writer.get()).isGreaterThan(10);
        }
    }

    @Test
    void refusesFewerRowsWhenLogIsTruncated() throws Exception {
        UserCipher user = pipeline.newUser();
        pipeline.start();
        pipeline.publish(Topics.FLOW_PERIODS, user.userId(), SampleEvents.period(UUID.randomUUID(), NINE, null, 1, 10));
        pipeline.awaitApplied();
        try (var admin = Pipeline.admin()) {
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (int i = 0; i < Pipeline.PARTITIONS; i++) {
                latest.put(new TopicPartition(Topics.FLOW_PERIODS.name(), i), OffsetSpec.latest());
            }
            Map<TopicPartition, RecordsToDelete> deleted = new HashMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get()
                    .forEach((partition, end) -> deleted.put(partition, RecordsToDelete.beforeOffset(end.offset())));
            admin.deleteRecords(deleted).all().get();
        }
        pipeline.publish(Topics.FLOW_PERIODS, user.userId(), SampleEvents.period(UUID.randomUUID(), NINE, null, 1, 20));
        pipeline.awaitApplied();
        order("flow_periods");
        awaitState("flow_periods", 2, "refused");
        assertThat(report("flow_periods", 2))
                .contains("the first records of its topics are gone")
                .contains("\"cut\": {\"flow-periods\": ")
                .contains("\"missing\": 1");
        assertThat(pipeline.database.number("SELECT count(*) FROM readmodel.flow_periods"))
                .isEqualTo(2);
    }

    @Test
    void refusesChangedFoldWithFewerRowsUnlessForced() throws Exception {
        UserCipher user = pipeline.newUser();
        pipeline.start(Projections.ALL);
        pipeline.publish(Topics.FLOW_MINUTES, user.userId(), SampleEvents.minute(NINE, 1, 6));
        pipeline.publish(Topics.FLOW_MINUTES, user.userId(), SampleEvents.minute(NINE.plusSeconds(60), 2, 7));
        pipeline.awaitApplied();
        pipeline.stopAll();
        pipeline.start(withAnotherFoldOfMinutes(Even::new));
        order("flow_minutes");
        awaitState("flow_minutes", 2, "refused");
        assertThat(report("flow_minutes", 2))
                .contains("\"refusal\": \"it has fewer rows\"", "\"missing\": 1")
                .contains("\"cut\": {}");
        assertThat(pipeline.database.rows("SELECT keystrokes FROM readmodel.flow_minutes ORDER BY minute"))
                .containsExactly("(6)", "(7)");

        force("flow_minutes", 2);
        awaitState("flow_minutes", 2, "in_use");
        assertThat(pipeline.database.rows("SELECT keystrokes FROM readmodel.flow_minutes ORDER BY minute"))
                .containsExactly("(6)");
    }

    /** With a projection in which a record that is applied twice, or not at all, leaves its mark for good. */
    @Test
    void countsEachRecordOnceAcrossCutOversAndRestarts() throws Exception {
        List<Projection> projections = new ArrayList<>(Projections.ALL);
        projections.add(Tally.PROJECTION);
        List<UUID> users = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            users.add(pipeline.newUser().userId());
        }
        long before = 12_000;
        for (int i = 0; i < before; i++) {
            pipeline.send(
                    Topics.FLOW_MINUTES,
                    users.get(i % users.size()),
                    SampleEvents.minute(NINE.plusSeconds(60L * i), 1, 1));
        }
        pipeline.flush();
        pipeline.start(projections);
        pipeline.awaitApplied();
        assertThat(tally()).isEqualTo(before);
        pipeline.database.execute("INSERT INTO readmodel.projection_builds (projection, build, state, share_percent)"
                + " VALUES ('tally', 2, 'building', 1)");
        String begun = "SELECT count(*) FROM pg_namespace WHERE nspname = 'readmodel_tally_2'";
        Eventually.holds("its schema is there", () -> pipeline.database.number(begun) == 1);
        Eventually.holds(
                "it has begun", () -> pipeline.database.number("SELECT minutes FROM readmodel_tally_2.tally") > 0);
        pipeline.stopAll();
        assertThat(state("tally", 2)).as("ended in the middle").isEqualTo("building");
        assertThat(pipeline.database.number("SELECT minutes FROM readmodel_tally_2.tally"))
                .isLessThan(before);

        pipeline.database.execute("UPDATE readmodel.projection_builds SET share_percent = 100 WHERE build = 2");
        pipeline.start(projections);
        AtomicBoolean isOver = new AtomicBoolean();
        long written;
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Long> writer = threads.submit(() -> {
                long count = 0;
                while (!isOver.get()) {
                    Instant minute = NINE.plusSeconds(60 * (before + count));
                    pipeline.publish(
                            Topics.FLOW_MINUTES,
                            users.get((int) (count % users.size())),
                            SampleEvents.minute(minute, 1, 1));
                    count++;
                }
                return count;
            });
            try {
                awaitState("tally", 2, "in_use");
                for (int i = 0; i < 6; i++) {
                    int next = 1 + i % 2;
                    pipeline.database.execute("UPDATE readmodel.projection_builds SET state = 'building'"
                            + " WHERE projection = 'tally' AND build = " + next);
                    Eventually.holds(
                            "compared and exchanged",
                            () -> !state("tally", next).equals("building"));
                    assertThat(state("tally", next)).as(report("tally", next)).isEqualTo("in_use");
                }
            } finally {
                isOver.set(true);
            }
            written = writer.get();
        }
        pipeline.awaitApplied();
        assertThat(written).isGreaterThan(100);
        assertThat(tally()).isEqualTo(before + written);
        assertThat(builds("tally")).containsExactly("(1,retained)", "(2,in_use)");
    }

    private long tally() throws Exception {
        return pipeline.database.number("SELECT minutes FROM readmodel.tally");
    }

    @Test
    void leavesOutErasedUsers() throws Exception {
        UserCipher stays = pipeline.newUser();
        UserCipher goes = pipeline.newUser();
        for (UserCipher user : List.of(stays, goes)) {
            pipeline.publish(
                    Topics.ACCOUNTS, user.userId(), SampleEvents.zone(AccountEventKind.REGISTERED, "Asia/Tokyo"));
            pipeline.publish(
                    Topics.SESSIONS,
                    user.userId(),
                    SampleEvents.with(
                            SampleEvents.sessionEvent(UUID.randomUUID(), SessionEventKind.STARTED, NINE),
                            user,
                            "p",
                            null));
            pipeline.publish(
                    Topics.FLOW_STATES,
                    user.userId(),
                    SampleEvents.flowState(UUID.randomUUID(), 1, SessionStatus.ACTIVE, NINE, 10));
        }
        pipeline.start();
        pipeline.awaitApplied();
        pipeline.eraseKey(goes.userId());
        pipeline.stopAll();
        pipeline.start(); // a running service caches keys for a while
        order("coding_sessions");
        awaitState("coding_sessions", 2, "in_use");
        assertThat(pipeline.database.rows("SELECT DISTINCT user_id FROM readmodel.coding_sessions"))
                .containsExactly("(" + stays.userId() + ")");
    }

    /** While a transaction of the build has read that nobody is erased, and has yet to write rows of these users. */
    @Test
    void leavesOutUsersErasedDuringTheBuild() throws Exception {
        List<UUID> users = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            users.add(pipeline.newUser().userId());
        }
        List<UUID> erased = users.subList(0, 6);
        sendMinutes(users, 0, 1_000);
        pipeline.start();
        pipeline.awaitApplied();
        pipeline.database.execute("INSERT INTO readmodel.projection_builds (projection, build, state, share_percent)"
                + " VALUES ('flow_minutes', 2, 'building', 1)");
        String building = "readmodel_flow_minutes_2.flow_minutes";
        Eventually.holds(
                "its table is there", () -> pipeline.database.value("SELECT to_regclass('" + building + "')") != null);
        Eventually.holds("it has begun", () -> pipeline.database.number("SELECT count(*) FROM " + building) > 0);
        try (Connection holding = pipeline.database.source().getConnection()) {
            holding.setAutoCommit(false);
            holding.createStatement().execute("LOCK TABLE " + building + " IN SHARE MODE");
            Eventually.holds(
                    "its next transaction waits", () -> waiting("relation = '" + building + "'::regclass") > 0);

            for (UUID user : erased) {
                pipeline.purge(user);
            }
            sendMinutes(users, 1_000, 1_001);
            Eventually.holds("the deletion waits for it", () -> waiting("locktype = 'advisory'") > 0);
            holding.rollback();
        }
        for (UUID user : erased) {
            Eventually.holds("the rows are deleted", () -> pipeline.isPurged(user));
        }
        awaitState("flow_minutes", 2, "in_use");
        pipeline.awaitApplied();

        assertThat(report("flow_minutes", 2)).contains("\"identical\": true").doesNotContain("\"identical\": false");
        for (UUID user : erased) {
            assertThat(pipeline.tablesWith(user)).isEmpty();
        }
        assertThat(pipeline.database.rows(
                        "SELECT count(*), sum(keystrokes) FROM readmodel.flow_minutes GROUP BY user_id"))
                .hasSize(6)
                .containsOnly("(1001,1001)");
    }

    /** Sends minutes with one keystroke each. */
    private void sendMinutes(List<UUID> users, int from, int to) throws Exception {
        for (int i = from; i < to; i++) {
            for (UUID user : users) {
                pipeline.send(Topics.FLOW_MINUTES, user, SampleEvents.minute(NINE.plusSeconds(60L * i), 1, 1));
            }
        }
        pipeline.flush();
    }

    private long waiting(String lock) throws Exception {
        return pipeline.database.number("SELECT count(*) FROM pg_locks WHERE NOT granted AND database ="
                + " (SELECT oid FROM pg_database WHERE datname = current_database()) AND " + lock);
    }

    @Test
    void removesCancelledBuild() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 4, 5);
        ends.write(4_000);
        pipeline.flush();
        pipeline.start();
        pipeline.awaitApplied();
        pipeline.database.execute("INSERT INTO readmodel.projection_builds (projection, build, state, share_percent)"
                + " VALUES ('flow_minutes', 2, 'building', 1)");
        Eventually.holds(
                "it has begun",
                () -> pipeline.database.number(
                                "SELECT count(*) FROM pg_namespace WHERE nspname = 'readmodel_flow_minutes_2'")
                        == 1);
        pipeline.database.execute("UPDATE readmodel.projection_builds SET state = 'dropping' WHERE build = 2");
        Eventually.holds("it is gone", () -> builds("flow_minutes").equals(List.of("(1,in_use)")));
        assertThat(pipeline.database.number("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'readmodel_%'"))
                .isZero();
    }

    /** Reads with one prepared statement all the time, as a pool does; returns how often. */
    private long readUntil(AtomicBoolean isOver) throws SQLException {
        long reads = 0;
        try (Connection connection = pipeline.database.source().getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        SELECT (SELECT sum(keystrokes) FROM readmodel.flow_minutes),
                               (SELECT sum(keystrokes) FROM readmodel.daily_summaries),
                               (SELECT min(keystrokes) FROM readmodel.flow_minutes),
                               (SELECT max(keystrokes) FROM readmodel.flow_minutes)
                        """)) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(1);
            while (!isOver.get()) {
                try (ResultSet row = statement.executeQuery()) {
                    row.next();
                    assertThat(row.getLong(1)).as("minutes and days").isEqualTo(row.getLong(2));
                    assertThat(row.getLong(3) >= MARK).as("all of one version").isEqualTo(row.getLong(4) >= MARK);
                }
                reads++;
            }
        }
        return reads;
    }

    /** Writes, waits for the offset, reads what was written; returns how often. */
    private long writeAndReadUntil(AtomicBoolean isOver) throws Exception {
        UUID user = pipeline.newUser().userId();
        long writes = 0;
        while (!isOver.get()) {
            writes++;
            RecordMetadata written = pipeline.publish(
                    Topics.FLOW_MINUTES, user, SampleEvents.minute(NINE.plusSeconds(60 * writes), 1, (int) writes));
            Eventually.holds(
                    "the offset is passed",
                    () -> pipeline.database.number(
                                    "SELECT next_offset FROM readmodel.projection_offsets WHERE topic = 'flow-minutes'"
                                            + " AND partition = "
                                            + written.partition())
                            > written.offset());
            assertThat(pipeline.database.number(
                            "SELECT count(*) FROM readmodel.flow_minutes WHERE user_id = '" + user + "'"))
                    .isEqualTo(writes);
        }
        return writes;
    }

    private List<String> teamWindows() throws Exception {
        return pipeline.database.rows("SELECT * FROM readmodel.team_windows ORDER BY team_id, size, window_start");
    }

    private void order(String projection) throws Exception {
        pipeline.database.execute("INSERT INTO readmodel.projection_builds (projection, build, state, share_percent)"
                + " SELECT projection, max(build) + 1, 'building', 100 FROM readmodel.projection_builds"
                + " WHERE projection = '" + projection + "' GROUP BY projection");
    }

    private void force(String projection, int build) throws Exception {
        pipeline.database.execute("UPDATE readmodel.projection_builds SET state = 'building', is_forced = true"
                + " WHERE projection = '" + projection + "' AND build = " + build);
    }

    private void awaitState(String projection, int build, String state) throws Exception {
        Eventually.holds(
                projection + " build " + build + " is " + state,
                () -> state(projection, build).equals(state));
    }

    private String state(String projection, int build) throws Exception {
        return String.valueOf(
                pipeline.database.value("SELECT state FROM readmodel.projection_builds WHERE projection = '"
                        + projection + "' AND build = " + build));
    }

    private List<String> builds(String projection) throws Exception {
        return pipeline.database.rows("SELECT build, state FROM readmodel.projection_builds WHERE projection = '"
                + projection + "' ORDER BY build");
    }

    private String report(String projection, int build) throws Exception {
        return String.valueOf(
                pipeline.database.value("SELECT report FROM readmodel.projection_builds WHERE projection = '"
                        + projection + "' AND build = " + build));
    }

    /**
     * The release's projections, and a version of the minutes that counts so much more that nobody can take it for the
     * other.
     */
    private static List<Projection> withMarkedMinutes() {
        return withAnotherFoldOfMinutes(Marked::new);
    }

    private static List<Projection> withAnotherFoldOfMinutes(UnaryOperator<Fold> change) {
        Projection minutes = FlowMinutes.projection();
        List<Projection> all = new ArrayList<>(Projections.ALL);
        all.add(new Projection(minutes.name(), minutes.version() + 1, minutes.topics(), minutes.ddl(), tables -> {
            Supplier<Fold> folds = minutes.binding().to(tables);
            return () -> change.apply(folds.get());
        }));
        return all;
    }

    private record Marked(Fold fold) implements Fold {

        @Override
        public void apply(ProjectionEvent event) throws RejectedEventException {
            if (event.value() instanceof FlowMinute minute) {
                FlowMinute marked = FlowMinute.newBuilder(minute)
                        .setKeystrokes(minute.getKeystrokes() + MARK)
                        .build();
                fold.apply(new ProjectionEvent(event.offset(), event.userId(), marked));
            } else {
                fold.apply(event);
            }
        }

        @Override
        public int flush(Connection connection) throws SQLException {
            return fold.flush(connection);
        }
    }

    /** Applies only minutes with an even number of keystrokes. */
    private record Even(Fold fold) implements Fold {

        @Override
        public void apply(ProjectionEvent event) throws RejectedEventException {
            if (!(event.value() instanceof FlowMinute minute) || minute.getKeystrokes() % 2 == 0) {
                fold.apply(event);
            }
        }

        @Override
        public int flush(Connection connection) throws SQLException {
            return fold.flush(connection);
        }
    }

    /** Counts minutes as they come: a fold as none should be. */
    private static final class Tally implements Fold {

        static final Projection PROJECTION = new Projection(
                "tally",
                1,
                List.of(Topics.FLOW_MINUTES),
                "CREATE TABLE tally (minutes bigint NOT NULL); INSERT INTO tally VALUES (0)",
                tables -> () -> new Tally(tables));

        private final String update;
        private int taken;

        private Tally(Tables tables) {
            update = tables.qualify("UPDATE {tally} SET minutes = minutes + ?");
        }

        @Override
        public void apply(ProjectionEvent event) {
            taken++;
        }

        @Override
        public int flush(Connection connection) throws SQLException {
            try (PreparedStatement statement = connection.prepareStatement(update)) {
                statement.setInt(1, taken);
                return statement.executeUpdate();
            }
        }
    }
}
