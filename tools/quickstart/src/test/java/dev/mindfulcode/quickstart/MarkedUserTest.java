package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.schemas.Topics;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A user whose address, name, project, editor, password, timings and ids of batches occur nowhere else uses each
 * endpoint and each failure path; afterwards nothing that the system has written holds one of them in clear.
 */
@Timeout(900)
class MarkedUserTest {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(75);
    private static final Duration OUTAGE = Duration.ofSeconds(4);
    private static final int BATCHES = 12;
    private static final List<Integer> INTERVALS = List.of(131, 257, 389, 523, 661, 787, 919, 1_049, 1_187);

    private final String mark = UUID.randomUUID().toString().replace("-", "").substring(8, 28);
    private final String password = "horse " + mark + " staple";
    private final String project = "project-" + mark;
    private final String walked = "walk \u00e4 " + new StringBuilder(mark).reverse();

    @TempDir
    Path folder;

    @Test
    void leavesNothingInClear() throws Exception {
        Markers markers = new Markers();
        markers.text("mark", mark);
        markers.numbers("timings", INTERVALS);
        markers.text("password", password);
        Markers sent = new Markers();
        sent.text("input", new StringBuilder(mark).reverse().toString());
        Markers sessions = new Markers();
        MarkerScan scan = new MarkerScan(markers);
        MarkerScan events = new MarkerScan(sessions);
        MarkerScan logs = new MarkerScan(sent);
        DataFolder data = DataFolder.at(folder.resolve("data"));
        int port = ForkedRun.freePort();
        URI origin = URI.create("http://localhost:" + port);
        try (ForkedRun run = ForkedRun.start(data.path(), port).awaitReady(origin)) {
            TestUser user = TestUser.register(origin, "ada." + mark + "@example.org", password, "Ada " + mark);
            UUID session = work(user);
            sessions.id("session id", session);
            IntStream.of(0, BATCHES - 1)
                    .forEach(sequence -> markers.id("batch id", TestUser.batchId(session, sequence)));
            problems(new OpenApiWalk(origin, user.token, walked).run(), scan);
            failWithoutPostgres(data, user, session);
            String metrics = Requests.get(origin, "/metrics").body();
            scan.text("metrics", metrics);
            logs.text("metrics", metrics);
            String kafka = data.runningKafka().orElseThrow();
            scan.topics(kafka);
            // Keys of stores, and so of changelogs, name sessions: docs/privacy.md.
            events.topics(
                    kafka,
                    topic ->
                            Topics.all().stream().anyMatch(known -> known.name().equals(topic)));
            scan.database(data.runningDatabaseUrl().orElseThrow());
            run.pressCtrlC();
            run.awaitEnd(STOP_TIMEOUT);
            scan.text("console", run.output());
            logs.text("console", run.output());
        }
        scan.folder(data.path());
        logs.folder(data.logs());

        assertThat(scan.bytes()).isGreaterThan(10_000_000);
        assertThat(scan.findings()).isEmpty();
        assertThat(events.bytes()).isPositive();
        assertThat(events.findings()).isEmpty();
        assertThat(logs.findings()).isEmpty();
    }

    /** Uses what stores something about a user, each with marked content. */
    private UUID work(TestUser user) throws Exception {
        String details =
                "{\"project\": \"" + project + "\", \"editor\": \"editor-" + mark + "\", \"language\": \"java\"}";
        UUID session = UUID.fromString(TestUser.JSON
                .readTree(user.post("/api/sessions/start", details).body())
                .get("session_id")
                .asString());
        for (int sequence = 0; sequence < BATCHES; sequence++) {
            assertThat(user.post("/api/keystrokes", batch(session, sequence)).statusCode())
                    .isEqualTo(202);
        }
        Eventually.holds(
                "all keystrokes are counted", () -> user.keystrokesCounted() == (long) BATCHES * INTERVALS.size());
        user.put("/api/sessions/" + session + "/update", details.replace("java", "rust"));
        user.post("/api/keys", "{\"name\": \"laptop " + mark + "\", \"scope\": \"ingest\"}");
        user.put("/api/privacy/settings", "{\"excluded_projects\": [\"secret-" + mark + "\"]}");
        return session;
    }

    private static String batch(UUID session, int sequence) {
        ObjectNode batch = TestUser.JSON
                .createObjectNode()
                .put("batch_id", TestUser.batchId(session, sequence).toString())
                .put("session_id", session.toString())
                .put("sequence", sequence)
                .put("started_at", Instant.now().toEpochMilli() - 20_000)
                .put("key_classes", "L".repeat(INTERVALS.size()));
        ArrayNode intervals = batch.putArray("intervals_ms");
        INTERVALS.forEach(intervals::add);
        return batch.toString();
    }

    /** A problem names the value at fault to who sent it, but nothing that is stored. */
    private void problems(List<HttpResponse<String>> responses, MarkerScan scan) {
        for (HttpResponse<String> response : responses) {
            assertThat(response.statusCode())
                    .as(response.request() + ": " + response.body())
                    .isNotEqualTo(500);
            if (response.statusCode() >= 400) {
                scan.text("problem of " + response.request().uri().getPath(), response.body());
            }
        }
    }

    /** Requests during an outage of the database are the ones whose failures are logged. */
    private void failWithoutPostgres(DataFolder data, TestUser user, UUID session) throws Exception {
        List<ProcessHandle> postgres = ProcessHandle.allProcesses()
                .filter(process -> process.info().command().orElse("").endsWith("/postgres"))
                .filter(process -> process.info()
                        .commandLine()
                        .orElse("")
                        .contains(data.path().toString()))
                .flatMap(server -> Stream.concat(Stream.of(server), server.descendants()))
                .toList();
        assertThat(postgres).isNotEmpty();
        signal("-STOP", postgres);
        List<Thread> requests = new ArrayList<>();
        try {
            for (String path : List.of("/api/sessions/start", "/api/teams", "/api/keys")) {
                requests.add(Thread.ofVirtual()
                        .start(() -> quietly(() ->
                                user.post(path, "{\"project\": \"" + project + "\", \"name\": \"" + project + "\"}"))));
            }
            requests.add(Thread.ofVirtual()
                    .start(() -> quietly(() -> user.post("/api/keystrokes", batch(session, 100)))));
            requests.addAll(IntStream.range(0, 2)
                    .mapToObj(i -> Thread.ofVirtual().start(() -> quietly(() -> user.get("/api/account"))))
                    .toList());
            LockSupport.parkNanos(OUTAGE.toNanos());
        } finally {
            signal("-CONT", postgres);
        }
        for (Thread request : requests) {
            request.join();
        }
    }

    @FunctionalInterface
    private interface Request {
        Object send() throws Exception;
    }

    private static void quietly(Request request) {
        try {
            request.send();
        } catch (Exception e) {
            // A request may time out while the database does not answer.
        }
    }

    private static void signal(String signal, List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle process : processes) {
            new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                    .start()
                    .waitFor();
        }
    }
}
