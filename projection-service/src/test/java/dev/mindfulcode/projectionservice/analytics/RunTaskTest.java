package dev.mindfulcode.projectionservice.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRecord.KeystrokeIntervals;
import dev.mindfulcode.pluginhost.PluginRecord.Signals;
import dev.mindfulcode.projectionservice.analytics.RecordSource.ReadState;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Runs step by step, with a plugin that emits a row per session and a scripted record source. */
class RunTaskTest {

    private static final Path PLUGIN = Path.of("..", "plugins", "typing-fatigue");
    private static final String MODULE = "of typing-fatigue";
    private static final Set<Capability> ALL = Set.of(Capability.KEYSTROKE_INTERVALS, Capability.EMIT_RESULTS);
    private static final UUID A = new UUID(0, 0xa);
    private static final UUID B = new UUID(0, 0xb);
    private static final UUID C = new UUID(0, 0xc);

    private final ReadModelDatabase database = new ReadModelDatabase();
    private final PluginHost host = new PluginHost(PluginLimits.standard());
    private final RunTables tables = new RunTables(database.source(), UUID.randomUUID());
    private final RunTables others = new RunTables(database.source(), UUID.randomUUID());
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-02T09:00:00Z"));
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final UUID runId = UUID.randomUUID();
    private final UUID pluginId = UUID.randomUUID();
    private final Deque<Delivery> script = new ArrayDeque<>();
    private final Consumer<byte @Nullable [], byte @Nullable []> consumer = new KafkaConsumer<>(
            Map.of("bootstrap.servers", TestPlatform.shared().bootstrapServers()),
            new ByteArrayDeserializer(),
            new ByteArrayDeserializer());
    private int opened;
    private int closed;

    @BeforeEach
    void keepTheModuleWhereTheGatewayKeepsIt() throws Exception {
        database.execute("CREATE SCHEMA gateway");
        database.execute("CREATE TABLE gateway.plugin_modules (sha256 text PRIMARY KEY, module bytea NOT NULL)");
        try (Connection connection = database.source().getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO gateway.plugin_modules VALUES (?, ?)")) {
            insert.setString(1, MODULE);
            insert.setBytes(2, Files.readAllBytes(PLUGIN.resolve("typing-fatigue.wasm")));
            insert.executeUpdate();
        }
    }

    @AfterEach
    void close() {
        host.close();
        consumer.close();
    }

    @Test
    void publishesResultsOnlyAfterFullReplay() throws Exception {
        RunTask first = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A, B);
        first.step(consumer);
        assertThat(rows()).containsExactly(row(A, 100), row(B, 100));
        assertThat(run("status, results, positions")).isEqualTo("(live,2,\"{\"\"delivered\"\": 2}\")");
        first.abandon();
        first.step(consumer);

        RunTask again = begun(spec(2));
        assertThat(rows()).as("what an earlier fold found").containsExactly(row(A, 100), row(B, 100));
        deliver(ReadState.BEHIND, B);
        deliver(ReadState.BEHIND, C);
        deliver(ReadState.CAUGHT_UP, C);
        for (int step = 1; step <= 2; step++) {
            assertThat(again.step(consumer)).isEqualTo(Duration.ZERO);
            assertThat(rows()).as("step %d", step).containsExactly(row(A, 100), row(B, 100));
            assertThat(run("status, records, results")).isEqualTo("(replaying," + step + ",2)");
        }
        again.step(consumer);
        assertThat(rows()).containsExactly(row(B, 100), row(C, 200));
        assertThat(run("status, records, results")).isEqualTo("(live,3,2)");
    }

    @Test
    void writesLiveResultsWithTheirPositions() throws Exception {
        RunTask task = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A);
        task.step(consumer);
        deliver(ReadState.BEHIND, B);
        assertThat(task.step(consumer)).isEqualTo(Duration.ZERO);
        assertThat(rows()).containsExactly(row(A, 100), row(B, 100));
        assertThat(run("positions")).isEqualTo("(\"{\"\"delivered\"\": 2}\")");
        assertThat(versionsOfRows()).as("only what is new").containsExactly("(f)", "(t)");
        deliver(ReadState.CAUGHT_UP, A);
        task.step(consumer);
        assertThat(rows()).containsExactly(row(A, 200), row(B, 100));
        assertThat(run("positions, results")).isEqualTo("(\"{\"\"delivered\"\": 3}\",2)");
        assertThat(versionsOfRows()).containsExactly("(t)", "(f)");
    }

    @Test
    void failedWriteLeavesPositionsUnchanged() throws Exception {
        RunTask task = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A);
        task.step(consumer);
        database.execute("ALTER TABLE readmodel.analytics_results ADD CONSTRAINT not_now CHECK (key <> '" + B + "')");
        deliver(ReadState.CAUGHT_UP, A, B);
        assertThat(task.step(consumer)).isPositive();
        assertThat(rows()).containsExactly(row(A, 100));
        assertThat(run("positions, records, results")).isEqualTo("(\"{\"\"delivered\"\": 1}\",1,1)");

        database.execute("ALTER TABLE readmodel.analytics_results DROP CONSTRAINT not_now");
        deliver(ReadState.CAUGHT_UP);
        task.step(consumer);
        assertThat(rows()).containsExactly(row(A, 200), row(B, 100));
        assertThat(run("positions, records, results")).isEqualTo("(\"{\"\"delivered\"\": 3}\",3,2)");
    }

    @Test
    void writesNothingAfterLosingLease() throws Exception {
        RunTask task = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A);
        task.step(consumer);
        assertThat(others.acquire(spec(1))).as("while it is held").isNull();
        database.execute("UPDATE readmodel.analytics_runs SET held_until = now() - interval '1 second'");
        assertThat(others.acquire(spec(1))).isNotNull();
        String before = run("*");
        tables.renewLeases(List.of(runId));
        tables.releaseLeases();
        assertThat(tables.acquire(spec(1))).as("held by another").isNull();
        assertThat(run("*")).as("neither held on to for the other, nor let go").isEqualTo(before);

        deliver(ReadState.CAUGHT_UP, A, B);
        assertThat(task.step(consumer)).isNull();
        assertThat(rows()).containsExactly(row(A, 100));
        assertThat(run("*")).isEqualTo(before);
        assertThat(closed).isEqualTo(opened);
    }

    @Test
    void versionFencesConcurrentTasksOfOneService() throws Exception {
        RunTask late = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A);
        late.step(consumer);
        RunTask task = begun(spec(1));
        String before = run("*");
        deliver(ReadState.CAUGHT_UP, B);
        assertThat(late.step(consumer)).isNull();
        assertThat(rows()).containsExactly(row(A, 100));
        assertThat(run("*")).isEqualTo(before);
        deliver(ReadState.CAUGHT_UP, C);
        task.step(consumer);
        assertThat(rows()).containsExactly(row(C, 100));

        assertThatThrownBy(() -> tables.advance(
                        spec(2),
                        Long.parseLong(String.valueOf(database.value("SELECT version FROM readmodel.analytics_runs"))),
                        new RunTables.RunProgress(RunStatus.LIVE, null, 0, 0, 0, "{}"),
                        new RunTables.RunResults(Map.of("k", "{}"), true, 1, null)))
                .as("of a generation that was not taken")
                .isInstanceOf(LeaseLostException.class);
        assertThat(rows()).containsExactly(row(C, 100));
    }

    @Test
    void showsOutdatedResultsUntilRefolded() throws Exception {
        RunTask task = begun(spec(1));
        deliver(ReadState.CAUGHT_UP, A, B);
        task.step(consumer);
        deliver(ReadState.OUTDATED);
        for (int second = 0; second < 10; second++) {
            assertThat(task.step(consumer)).isPositive();
            now.updateAndGet(instant -> instant.plusSeconds(1));
        }
        assertThat(opened)
                .as("several deletions that come together count as one")
                .isOne();
        assertThat(task.step(consumer)).isEqualTo(Duration.ZERO);
        assertThat(task.step(consumer)).isEqualTo(Duration.ZERO);
        assertThat(opened).isEqualTo(2);
        assertThat(closed).isOne();
        assertThat(rows()).containsExactly(row(A, 100), row(B, 100));
        deliver(ReadState.CAUGHT_UP, B);
        task.step(consumer);
        assertThat(rows()).containsExactly(row(B, 100));
    }

    @Test
    void stopsWhenAGrantIsRevoked() throws Exception {
        for (Capability retained : ALL) {
            RunTask task = begun(spec(1));
            deliver(ReadState.CAUGHT_UP, A);
            task.step(consumer);
            task.update(spec(1, granted(Set.of(retained)), false));
            deliver(ReadState.CAUGHT_UP, B);
            assertThat(task.step(consumer)).isNull();
            assertThat(rows()).containsExactly(row(A, 100));
            String lost = retained == Capability.EMIT_RESULTS ? "keystroke_intervals" : "emit_results";
            assertThat(run("status, reason"))
                    .isEqualTo("(stopped,\"" + lost + " is no longer granted to its plugin\")");
            script.clear();
        }
    }

    @Test
    void stopsWhenCancelledOrPluginRemoved() throws Exception {
        Map<RunSpec, String> ends = Map.of(
                spec(1, granted(ALL), true),
                "(stopped,\"It was cancelled\")",
                spec(1, null, false),
                "(stopped,\"Its plugin was removed\")");
        for (Map.Entry<RunSpec, String> end : ends.entrySet()) {
            RunTask task = begun(spec(1));
            deliver(ReadState.CAUGHT_UP, A);
            task.step(consumer);
            task.update(end.getKey());
            deliver(ReadState.CAUGHT_UP, B);
            assertThat(task.step(consumer)).isNull();
            assertThat(rows()).containsExactly(row(A, 100));
            assertThat(run("status, reason")).isEqualTo(end.getValue());
            script.clear();
        }
    }

    @Test
    void explainsWaitUntilTheRunStarts() throws Exception {
        tables.explainWait(spec(1), "4 active runs");
        assertThat(run("status, reason, generation")).isEqualTo("(waiting,\"4 active runs\",1)");
        deliver(ReadState.CAUGHT_UP, A);
        begun(spec(1)).step(consumer);
        tables.explainWait(spec(1), "4 active runs");
        assertThat(run("status, reason")).as("a leased run is not changed").isEqualTo("(live,)");
    }

    private record Delivery(ReadState stand, List<UUID> typedIn) {}

    private void deliver(ReadState stand, UUID... typedIn) {
        script.add(new Delivery(stand, List.of(typedIn)));
    }

    /** Acquires the run and opens its guest; delivers nothing. */
    private RunTask begun(RunSpec wanted) throws SQLException {
        long version = Objects.requireNonNull(tables.acquire(wanted));
        Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);
        RunTask task = new RunTask(
                tables,
                host,
                (_, imports) -> {
                    assertThat(imports).isEqualTo(ALL);
                    opened++;
                    return new Scripted();
                },
                clock,
                new PluginMetrics(meters),
                wanted,
                version);
        assertThat(task.step(consumer)).isEqualTo(Duration.ZERO);
        return task;
    }

    private final class Scripted implements RecordSource {

        private int delivered;

        @Override
        public ReadState advance(
                Consumer<byte @Nullable [], byte @Nullable []> unread, RunFold fold, long deadlineNanos)
                throws RunEndedException {
            Delivery next = script.remove();
            for (UUID session : next.typedIn()) {
                int[] intervalsMs = new int[100];
                Arrays.fill(intervalsMs, 15_000);
                delivered++;
                fold.add(
                        new KeystrokeIntervals(
                                session, delivered, delivered, 0, intervalsMs, new int[0], new byte[100], Signals.NONE),
                        delivered);
            }
            return next.stand();
        }

        @Override
        public void advanceTime(RunFold fold, long nowMs) throws RunEndedException {
            fold.advanceTime(nowMs);
        }

        @Override
        public long scanned() {
            return delivered;
        }

        @Override
        public long total() {
            return delivered;
        }

        @Override
        public String positions() {
            return "{\"delivered\": " + delivered + "}";
        }

        @Override
        public void close() {
            closed++;
        }
    }

    private RunSpec spec(int generation) {
        return spec(generation, granted(ALL), false);
    }

    private RunSpec spec(int generation, RunSpec.@Nullable Granted plugin, boolean isCancelled) {
        return new RunSpec(runId, generation, new UUID(0, 1), null, plugin, null, null, isCancelled, ZoneOffset.UTC);
    }

    private RunSpec.Granted granted(Set<Capability> capabilities) {
        try {
            return new RunSpec.Granted(
                    pluginId,
                    Files.readString(PLUGIN.resolve("manifest.json")),
                    MODULE,
                    capabilities,
                    Instant.EPOCH,
                    0);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String row(UUID session, int keystrokes) {
        return "(" + session + "," + keystrokes + ")";
    }

    private List<String> rows() throws SQLException {
        return database.rows("SELECT key, value -> 'keystrokes' FROM readmodel.analytics_results ORDER BY key");
    }

    private List<String> versionsOfRows() throws SQLException {
        return database.rows("SELECT a.version = s.version FROM readmodel.analytics_results a"
                + " JOIN readmodel.analytics_runs s USING (run_id) ORDER BY a.key");
    }

    private String run(String columns) throws SQLException {
        return database.rows("SELECT " + columns + " FROM readmodel.analytics_runs")
                .getFirst();
    }
}
