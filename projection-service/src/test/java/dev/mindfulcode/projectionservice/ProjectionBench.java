package dev.mindfulcode.projectionservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.projectionservice.minutes.FlowMinutes;
import dev.mindfulcode.projectionservice.periods.FlowPeriods;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.projectionservice.sessions.CodingSessions;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;

/**
 * Rows per second of each projection's fold compared with COPY of the same rows into a table of the same shape, with
 * batches and settings of the service; then end to end from Kafka. Not run with the tests; see
 * tools/benchmarks/results/projection.md.
 */
class ProjectionBench {

    private static final int ROWS = 60_000;
    private static final int PORTION = 2_000;
    private static final int USERS = 200;
    private static final int ROUNDS = 3;
    private static final Instant NINE = Instant.parse("2026-03-02T09:00:00Z");

    private final List<UUID> users = new ArrayList<>();

    @Test
    void foldsAgainstCopy() throws Exception {
        for (int i = 0; i < USERS; i++) {
            users.add(UUID.randomUUID());
        }
        UUID[] sessions = new UUID[ROWS];
        for (int i = 0; i < ROWS; i++) {
            sessions[i] = UUID.randomUUID();
        }
        say("projection | rows | rows/s | of COPY | p50 ms | p99 ms a transaction of %d", PORTION);
        for (int round = 1; round <= ROUNDS; round++) {
            say("round %d", round);
            measure("flow_minutes", FlowMinutes.projection(), (version, i) -> {
                UUID user = users.get((int) (i % USERS));
                return new ProjectionEvent(
                        i, user, SampleEvents.minute(NINE.plusSeconds(60 * (i / USERS)), version, 100));
            });
            measure("flow_periods", FlowPeriods.projection(), (version, i) -> {
                UUID user = users.get((int) (i % USERS));
                return new ProjectionEvent(
                        i, user, SampleEvents.period(sessions[(int) i], NINE, NINE.plusSeconds(900), version, 10));
            });
            measure("coding_sessions", CodingSessions.projection(), (version, i) -> {
                UUID user = users.get((int) (i % USERS));
                return new ProjectionEvent(
                        i, user, SampleEvents.flowState(sessions[(int) i], version, SessionStatus.ACTIVE, NINE, 100));
            });
        }
    }

    @Test
    void fromKafkaToPostgres() throws Exception {
        try (Pipeline pipeline = new Pipeline()) {
            List<UserCipher> ciphers = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                ciphers.add(pipeline.newUser());
            }
            for (long i = 0; i < 4L * ROWS; i++) {
                pipeline.send(
                        Topics.FLOW_MINUTES,
                        ciphers.get((int) (i % USERS)).userId(),
                        SampleEvents.minute(NINE.plusSeconds(60 * (i / USERS)), 1, 100));
            }
            pipeline.flush();
            long begunNanos = System.nanoTime();
            ProjectionService service = pipeline.start();
            pipeline.awaitApplied();
            double seconds = (System.nanoTime() - begunNanos) / 1e9;
            say(
                    "backlog of %d flow-minutes, start included: %.1f s, %.0f records/s",
                    4 * ROWS, seconds, 4 * ROWS / seconds);
            Eventually.holds("caught up", service::isCaughtUp);
            List<Double> latenciesMs = new ArrayList<>();
            for (int i = 0; i < 300; i++) {
                UserCipher user = ciphers.get(i % USERS);
                UUID session = UUID.randomUUID();
                long sentNanos = System.nanoTime();
                pipeline.publish(
                        Topics.SESSIONS,
                        user.userId(),
                        SampleEvents.with(
                                SampleEvents.sessionEvent(session, SessionEventKind.STARTED, NINE), user, "p", "java"));
                String there = "SELECT count(*) FROM readmodel.coding_sessions WHERE session_id = '" + session + "'";
                Eventually.holds("visible", () -> pipeline.database.number(there) == 1);
                latenciesMs.add((System.nanoTime() - sentNanos) / 1e6);
            }
            say(
                    "a session's start, sent to visible (polled with a new connection each 5 ms): p50 %.1f ms,"
                            + " p99 %.1f ms",
                    at(latenciesMs, 0.5), at(latenciesMs, 0.99));
        }
    }

    private interface Events {
        ProjectionEvent of(long version, long i);
    }

    private void measure(String table, Projection projection, Events events) throws Exception {
        ReadModelDatabase database = new ReadModelDatabase();
        try (Connection connection = database.source().getConnection()) {
            connection.createStatement().execute("SET synchronous_commit = off");
            connection.createStatement().execute("INSERT INTO readmodel.projection_offsets VALUES ('bench', 0, 0)");
            connection.setAutoCommit(false);
            double copied = 0;
            for (long version = 1; version <= 2; version++) {
                long of = version;
                List<Double> took = new ArrayList<>();
                double rate = run(connection, projection, i -> events.of(of, i), took);
                if (version == 1) {
                    copied = copy(connection, table);
                }
                say(
                        "%s, %s | %d | %.0f | %.0f %% | %.1f | %.1f",
                        table,
                        version == 1 ? "new rows" : "newer versions",
                        ROWS,
                        rate,
                        100 * rate / copied,
                        at(took, 0.5),
                        at(took, 0.99));
            }
            say("%s, COPY | %d | %.0f", table, ROWS, copied);
        }
    }

    private static double run(
            Connection connection, Projection projection, LongFunction<ProjectionEvent> events, List<Double> tookMs)
            throws Exception {
        var folds = projection.binding().to(ReadModel.TABLES);
        long begunNanos = System.nanoTime();
        for (int from = 0; from < ROWS; from += PORTION) {
            long portionNanos = System.nanoTime();
            Fold fold = folds.get();
            for (int i = from; i < from + PORTION; i++) {
                fold.apply(events.apply(i));
            }
            try (var offset = connection.prepareStatement(
                    "UPDATE readmodel.projection_offsets SET next_offset = next_offset + ? WHERE topic = 'bench'")) {
                offset.setInt(1, PORTION);
                offset.executeUpdate();
            }
            fold.flush(connection);
            connection.commit();
            tookMs.add((System.nanoTime() - portionNanos) / 1e6);
        }
        return ROWS / ((System.nanoTime() - begunNanos) / 1e9);
    }

    /** The floor: the table's own rows once more, in transactions of the same size. */
    private static double copy(Connection connection, String table) throws Exception {
        CopyManager copy = connection.unwrap(PGConnection.class).getCopyAPI();
        String columns;
        try (var names = connection
                .createStatement()
                .executeQuery("SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid ="
                        + " 'readmodel." + table + "'::regclass AND attnum > 0 AND attgenerated = ''")) {
            names.next();
            columns = names.getString(1);
        }
        ByteArrayOutputStream rows = new ByteArrayOutputStream();
        copy.copyOut("COPY (SELECT " + columns + " FROM readmodel." + table + ") TO STDOUT", rows);
        List<String> lines = rows.toString(StandardCharsets.UTF_8).lines().toList();
        connection
                .createStatement()
                .execute("CREATE TABLE readmodel.floor (LIKE readmodel." + table + " INCLUDING ALL)");
        connection.commit();
        long begunNanos = System.nanoTime();
        for (int from = 0; from < lines.size(); from += PORTION) {
            String portion = String.join("\n", lines.subList(from, Math.min(lines.size(), from + PORTION))) + "\n";
            copy.copyIn("COPY readmodel.floor (" + columns + ") FROM STDIN", new StringReader(portion));
            connection.commit();
        }
        double rate = lines.size() / ((System.nanoTime() - begunNanos) / 1e9);
        connection.createStatement().execute("DROP TABLE readmodel.floor");
        connection.commit();
        return rate;
    }

    private static double at(List<Double> values, double quantile) {
        List<Double> sorted = new ArrayList<>(values);
        sorted.sort(null);
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size())));
    }

    @SuppressWarnings("AnnotateFormatMethod")
    private static void say(String format, Object... values) {
        System.out.println("BENCH " + String.format(Locale.ROOT, format, values));
    }
}
