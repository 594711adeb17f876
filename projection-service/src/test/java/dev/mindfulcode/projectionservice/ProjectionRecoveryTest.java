package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.loop.LoopState;
import dev.mindfulcode.schemas.Topics;
import java.net.URI;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** After any failure the rows are those of the log: nothing lost, nothing applied twice. */
class ProjectionRecoveryTest {

    private static final String STREAMED_GROUP = "mindful-projection-streamed";

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void survivesBrokenConnections() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 1);
        try (SeverableProxy wire = new SeverableProxy(databasePort())) {
            pipeline.start(through(wire));
            for (int i = 0; i < 40; i++) {
                ends.write(500);
                wire.breakConnections();
            }
            Eventually.holds("a connection broke while it was needed", () -> {
                ends.write(50);
                wire.breakConnections();
                return setbacks("apply") + setbacks("position") > 0;
            });
            ends.meet();
        }
    }

    @Test
    void survivesBackendTermination() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 2);
        pipeline.start();
        for (int i = 0; i < 40; i++) {
            ends.write(500);
            pipeline.database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
                    + " current_database() AND application_name = 'mindful-projection' AND backend_xid IS NOT NULL");
        }
        ends.meet();
    }

    @Test
    void waitsForDatabaseWithoutLeavingGroup() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 3);
        try (SeverableProxy wire = new SeverableProxy(databasePort())) {
            ProjectionService service = pipeline.start(through(wire));
            ends.write(500);
            ends.meet();
            Eventually.holds("caught up", service::isCaughtUp);
            List<String> members = members();
            assertThat(members).hasSize(1);

            wire.cut();
            ends.write(2_000);
            Eventually.holds("fails several times", () -> streamed(service).failures() >= 3);
            assertThat(service.isCaughtUp()).isFalse();
            assertThat(members()).isEqualTo(members);

            wire.mend();
            ends.meet();
            Eventually.holds("caught up again", service::isCaughtUp);
            assertThat(members()).isEqualTo(members);
        }
    }

    @Test
    void waitsForRegistryWithoutDeadLetters() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 4, 6);
        ends.write(500);
        URI registry = URI.create(Pipeline.registryUrl());
        try (SeverableProxy wire = new SeverableProxy(registry.getPort())) {
            wire.cut();
            ProjectionService service = pipeline.start(
                    pipeline.database.url(),
                    Pipeline.registryUrl().replace(":" + registry.getPort() + "/", ":" + wire.port() + "/"));
            Eventually.holds("fails several times", () -> streamed(service).failures() >= 3);
            assertThat(service.isFollowing()).isFalse();
            wire.mend();
            ends.meet();
            Eventually.holds("caught up", service::isCaughtUp);
        }
        assertThat(pipeline.meters.find("mindful.projection.dead.letters").counters())
                .isNotEmpty()
                .allSatisfy(counter -> assertThat(counter.count()).isZero());
    }

    @Test
    void resumesFromTableOffsetsAfterRandomRestarts() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 4);
        for (int i = 0; i < 6; i++) {
            ends.write(1_500);
            ProjectionService service = pipeline.start();
            long enough =
                    pipeline.database.number("SELECT coalesce(sum(next_offset), 0) FROM readmodel.projection_offsets")
                            + 1;
            Eventually.holds(
                    "something is applied",
                    () -> pipeline.database.number(
                                    "SELECT coalesce(sum(next_offset), 0) FROM readmodel.projection_offsets")
                            > enough);
            service.stop();
        }
        pipeline.start();
        ends.meet();
    }

    @Test
    void sharesPartitionsAndResumesThoseOfStoppedInstance() throws Exception {
        EventStreamModel ends = new EventStreamModel(pipeline, 12, 5);
        ends.write(2_000);
        ProjectionService first = pipeline.start();
        ends.write(2_000);
        ProjectionService second = pipeline.start();
        Eventually.holds(
                "shared",
                () -> streamed(first).partitions() == 12 && streamed(second).partitions() == 12);
        ends.write(2_000);
        ends.meet();
        ends.write(2_000);
        first.stop();
        ends.write(2_000);
        Eventually.holds("taken over", () -> streamed(second).partitions() == 24);
        ends.meet();
    }

    /** Both instances read records of these users while one joins and while one leaves. */
    @Test
    void leavesNoRowOfUsersErasedDuringRebalances() throws Exception {
        Instant nine = Instant.parse("2026-03-02T09:00:00Z");
        List<UUID> users = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            users.add(pipeline.newUser().userId());
        }
        List<UUID> erasedFirst = users.subList(0, 4);
        List<UUID> erasedLater = users.subList(4, 8);
        AtomicBoolean isOver = new AtomicBoolean();
        int minutes;
        ProjectionService first = pipeline.start();
        try (ExecutorService threads = Executors.newFixedThreadPool(1)) {
            Future<Integer> writer = threads.submit(() -> {
                int written = 0;
                while (!isOver.get()) {
                    for (UUID user : users) {
                        pipeline.send(
                                Topics.FLOW_MINUTES, user, SampleEvents.minute(nine.plusSeconds(60L * written), 1, 1));
                    }
                    pipeline.flush();
                    written++;
                }
                return written;
            });
            try {
                for (UUID user : users) {
                    Eventually.holds("rows", () -> !pipeline.tablesWith(user).isEmpty());
                }
                ProjectionService second = pipeline.start();
                purge(erasedFirst);
                Eventually.holds(
                        "shared",
                        () -> streamed(first).partitions() == 12
                                && streamed(second).partitions() == 12);
                awaitPurged(erasedFirst);
                purge(erasedLater);
                first.stop();
                Eventually.holds("taken over", () -> streamed(second).partitions() == 24);
                awaitPurged(erasedLater);
            } finally {
                isOver.set(true);
            }
            minutes = writer.get();
        }
        pipeline.awaitApplied();

        for (UUID user : users.subList(0, 8)) {
            assertThat(pipeline.tablesWith(user)).isEmpty();
        }
        assertThat(pipeline.database.rows(
                        "SELECT count(*), sum(keystrokes) FROM readmodel.flow_minutes GROUP BY user_id"))
                .hasSize(4)
                .containsOnly("(" + minutes + "," + minutes + ")");
    }

    private void purge(List<UUID> users) throws SQLException {
        for (UUID user : users) {
            pipeline.purge(user);
        }
    }

    private void awaitPurged(List<UUID> users) throws Exception {
        for (UUID user : users) {
            Eventually.holds("the rows are deleted", () -> pipeline.isPurged(user));
        }
    }

    /** As after a restart of Postgres that lost its last commits: they need not wait for the disk. */
    @Test
    void reappliesTransactionsLostByDatabase() throws Exception {
        UUID user = pipeline.newUser().userId();
        Instant nine = Instant.parse("2026-03-02T09:00:00Z");
        pipeline.start();
        pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(nine, 1, 10));
        pipeline.awaitApplied();
        List<String> before = pipeline.database.rows("SELECT * FROM readmodel.projection_offsets");
        var lost = pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(nine.plusSeconds(60), 1, 20));
        pipeline.awaitApplied();
        assertThat(before).isNotEmpty();
        pipeline.database.execute("DELETE FROM readmodel.flow_minutes WHERE keystrokes = 20; DELETE FROM"
                + " readmodel.daily_summaries; INSERT INTO readmodel.daily_summaries SELECT user_id, '2026-03-02',"
                + " keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms, version FROM"
                + " readmodel.flow_minutes; UPDATE readmodel.projection_offsets SET next_offset = " + lost.offset()
                + " WHERE topic = 'flow-minutes' AND partition = " + lost.partition());

        pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(nine.plusSeconds(120), 1, 40));
        pipeline.awaitApplied();
        assertThat(pipeline.database.rows("SELECT keystrokes FROM readmodel.flow_minutes ORDER BY 1"))
                .containsExactly("(10)", "(20)", "(40)");
        assertThat(pipeline.database.number("SELECT keystrokes FROM readmodel.daily_summaries"))
                .isEqualTo(70);
        assertThat(setbacks("fenced")).isEqualTo(1);
    }

    /** Simulates a power loss in which Kafka lost its last records and the database lost none of their rows. */
    @Test
    void rebuildsFromTheLogWhenTheLogHasLostRecordsThatWereApplied() throws Exception {
        UUID user = pipeline.newUser().userId();
        Instant nine = Instant.parse("2026-03-02T09:00:00Z");
        ProjectionService before = pipeline.start();
        var last = pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(nine, 1, 10));
        pipeline.awaitApplied();
        before.stop();
        pipeline.database.execute("INSERT INTO readmodel.flow_minutes (user_id, minute, session_id, keystrokes, errors,"
                + " context_switches, active_seconds, flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms,"
                + " version) SELECT user_id, minute + interval '1 minute', session_id, 99, errors, context_switches,"
                + " active_seconds, flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms, 7"
                + " FROM readmodel.flow_minutes;"
                + " UPDATE readmodel.projection_offsets SET next_offset = next_offset + 12 WHERE topic = 'flow-minutes'"
                + " AND partition = " + last.partition());

        ProjectionService service = pipeline.start();

        Eventually.holds(
                "the row of the lost record is gone",
                () -> pipeline.database
                        .rows("SELECT keystrokes FROM readmodel.flow_minutes")
                        .equals(List.of("(10)")));
        pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(nine.plusSeconds(60), 1, 30));
        Eventually.holds(
                "what is written where the lost records were is applied",
                () -> pipeline.database
                        .rows("SELECT keystrokes FROM readmodel.flow_minutes ORDER BY 1")
                        .equals(List.of("(10)", "(30)")));
        Eventually.holds("caught up", service::isCaughtUp);
        assertThat(setbacks("lost")).isEqualTo(1);
    }

    private static LoopState streamed(ProjectionService service) {
        LoopState state = service.loops().get("streamed");
        if (state == null) {
            throw new AssertionError("not running");
        }
        return state;
    }

    private static List<String> members() throws Exception {
        try (Admin admin = Pipeline.admin()) {
            return admin.describeConsumerGroups(List.of(STREAMED_GROUP)).all().get().values().stream()
                    .flatMap(group -> group.members().stream())
                    .map(member -> member.consumerId())
                    .toList();
        }
    }

    private int databasePort() {
        return URI.create(pipeline.database.url()).getPort();
    }

    private String through(SeverableProxy wire) {
        return pipeline.database.url().replace(":" + databasePort() + "/", ":" + wire.port() + "/");
    }

    private double setbacks(String kind) {
        return pipeline.meters.find("mindful.projection.setbacks").tag("kind", kind).counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }
}
