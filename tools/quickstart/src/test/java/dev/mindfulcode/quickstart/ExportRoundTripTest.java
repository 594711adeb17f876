package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.portability.ExportDownload;
import dev.mindfulcode.cli.portability.HistoryImport;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Users whose history is exported and imported into fresh accounts. */
class ExportRoundTripTest {

    /** Tables that follow from the log, so that they must be the same in both accounts. */
    private static final List<String> TABLES = List.of(
            "time_zones",
            "preferences",
            "session_ids",
            "sessions",
            "session_languages",
            "deleted_sessions",
            "minutes",
            "days",
            "periods");

    /** Intervals as people have them, in tenths of the usual: equal ones would be a machine's. */
    private static final int[] TENTHS = {6, 14, 8, 13, 9};

    private static final int USUAL_MS = 190;

    /** Columns that depend on when the stream was polled. */
    private static final List<String> NOT_COMPARED = List.of("version");

    private static final List<String> TIMES =
            List.of("written_at", "at", "recorded_at", "received_at", "created_at", "started_at", "ended_at");

    private static final Duration SHIFT = Duration.ofDays(400);
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int BATCHES_PER_UPLOAD = 50;

    private final SharedSystem system = SharedSystem.get();
    private final ApiClient api = new ApiClient(system.origin());

    @TempDir
    Path folder;

    @Test
    void givesTheSameReadModels() throws Exception {
        TestUser ada = typist(new Work(12, 30, 200));
        Path file = export(ada, "ada.json");

        TestUser bob = TestUser.register(system.origin());
        HistoryImport.Result first = importInto(bob, file);
        assertThat(first.imported()).isGreaterThan(11 * 30);
        awaitEqual(ada, bob);

        HistoryImport.Result again = importInto(bob, file);
        assertThat(again.imported()).as("nothing twice").isZero();
        assertThat(again.skipped()).isEqualTo(first.imported() + first.skipped());
        assertThat(tables(bob)).isEqualTo(tables(ada));
    }

    @Test
    void importsHistoryThatIsOlderThanIngestAccepts() throws Exception {
        TestUser ada = typist(new Work(12, 30, 200));
        Path old = shifted(export(ada, "ada.json"));

        TestUser bob = TestUser.register(system.origin());
        importInto(bob, old);
        TestUser cem = TestUser.register(system.origin());
        awaitSums(ada, bob);
        importInto(cem, export(bob, "bob.json"));
        awaitEqual(bob, cem);
        assertThat(Instant.parse(tree(export(cem, "cem.json"))
                        .path("minutes")
                        .get(0)
                        .path("minute")
                        .asString()))
                .isBefore(Instant.now().minus(SHIFT));
    }

    /** In {@code ./mindful test --full}. Prints the heap that the export needed in addition to the running system. */
    @Test
    void givesTheSameReadModelsForAMillionKeystrokes() throws Exception {
        assumeTrue(Boolean.getBoolean("mindful.full"), "only in ./mindful test --full");
        Work work = new Work(20, 50, 1_000);
        TestUser ada = typist(work);
        TestUser bob = TestUser.register(system.origin());
        Path warmedUp = export(bob, "warm-up.json");
        assertThat(warmedUp).exists();

        // The stream still counts what was typed, which needs memory of its own.
        awaitCounted(ada, work);
        long before = usedAfterGc();
        long startedNs = System.nanoTime();
        Path file = folder.resolve("ada.json");
        long most = readMeasuringHeap(ada, file);
        long tookMs = (System.nanoTime() - startedNs) / 1_000_000;

        long importedNs = System.nanoTime();
        importInto(bob, file);
        System.out.printf(
                "export of 1,000,000 keystrokes: %,d bytes in %,d ms, live heap %,d + %,d KiB; import in %,d ms%n",
                Files.size(file),
                tookMs,
                before / 1024,
                (most - before) / 1024,
                (System.nanoTime() - importedNs) / 1_000_000);
        assertThat(most - before).as("bytes of live heap").isLessThan(48L << 20);
        awaitEqual(ada, bob);
    }

    /** A month of work: sessions one after another, each third while the one before it is open in another editor. */
    private record Work(int sessions, int batches, int keystrokes) {}

    private TestUser typist(Work work) throws Exception {
        TestUser user = TestUser.register(system.origin());
        Random random = new Random(11);
        Instant monthAgo = Instant.now().minus(Duration.ofDays(25)).truncatedTo(ChronoUnit.SECONDS);
        Instant at = monthAgo;
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < work.sessions; i++) {
            Instant start = i % 3 == 2 ? at : monthAgo.plus(Duration.ofDays(25L * i / work.sessions));
            String details = "{\"started_at\": \"%s\", \"project\": \"p%d\", \"language\": \"%s\", \"editor\": \"vim\"}"
                    .formatted(start, i % 4, i % 2 == 0 ? "java" : "rust");
            String id = ok(user.post("/api/sessions/start", details))
                    .path("session_id")
                    .asString();
            ids.add(id);
            Instant end = type(user, UUID.fromString(id), work, start, random);
            if (i == work.sessions / 2) {
                ok(user.patch("/api/account/preferences", "{\"sensitivity\": 0.8}"));
            }
            if (i % 4 == 1) {
                ok(user.put("/api/sessions/" + id + "/update", "{\"language\": \"sql\"}"));
            }
            ok(user.post("/api/sessions/" + id + "/end", "{\"ended_at\": \"" + end.plusSeconds(20) + "\"}"));
            if (i > work.sessions * 3 / 4) {
                rate(user, end, 1 + random.nextInt(7));
            }
            at = start.plusSeconds(60);
        }
        ok(user.patch("/api/sessions/" + ids.get(1), "{\"project\": \"corrected\"}"));
        user.delete("/api/sessions/" + ids.get(3));
        ok(user.patch("/api/account", "{\"timezone\": \"Asia/Kolkata\"}"));
        return user;
    }

    /** Steady typing with errors and pauses; returns the time of the last keystroke. */
    private static Instant type(TestUser user, UUID session, Work work, Instant start, Random random) throws Exception {
        Instant at = start.plusSeconds(5);
        List<String> upload = new ArrayList<>();
        for (int sequence = 0; sequence < work.batches; sequence++) {
            StringBuilder intervals = new StringBuilder();
            StringBuilder classes = new StringBuilder();
            long lastsMs = 0;
            for (int i = 0; i < work.keystrokes; i++) {
                int interval = random.nextInt(4_000) == 0
                        ? 120_000
                        : USUAL_MS * TENTHS[i % TENTHS.length] / 10 - 20 + random.nextInt(40);
                intervals.append(i == 0 ? "" : ",").append(interval);
                classes.append(random.nextInt(30) == 0 ? 'X' : random.nextInt(6) == 0 ? 'S' : 'L');
                lastsMs += interval;
            }
            upload.add("""
                    {"batch_id": "%s", "session_id": "%s", "sequence": %d, "started_at": %d, "intervals_ms": [%s],
                     "key_classes": "%s", "signals": [{"at_ms": 10, "kind": "%s"}]}""".formatted(
                            new UUID(random.nextLong(), random.nextLong()),
                            session,
                            sequence,
                            at.toEpochMilli(),
                            intervals,
                            classes,
                            sequence % 5 == 4 ? "file_switch" : "save"));
            at = at.plusMillis(lastsMs);
            if (upload.size() == BATCHES_PER_UPLOAD || sequence == work.batches - 1) {
                HttpResponse<String> sent = user.post("/api/keystrokes", "[" + String.join(",", upload) + "]");
                assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
                assertThat(sent.body()).doesNotContain("\"rejected\":[{");
                upload.clear();
            }
        }
        return at;
    }

    private static void rate(TestUser user, Instant at, int flow) throws Exception {
        if (at.isAfter(Instant.now().minus(Duration.ofDays(7)))) {
            HttpResponse<String> rated =
                    user.post("/api/flow/feedback", "{\"at\": \"" + at + "\", \"flow\": " + flow + "}");
            assertThat(rated.statusCode()).as(rated.body()).isEqualTo(202);
        }
    }

    private static JsonNode ok(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
        return TestUser.JSON.readTree(response.body());
    }

    private Path export(TestUser user, String name) throws Exception {
        Path file = folder.resolve(name);
        new ExportDownload(api, user.token).download(ExportDownload.Format.JSON, false, file, _ -> {});
        return file;
    }

    private HistoryImport.Result importInto(TestUser user, Path file) throws Exception {
        return new HistoryImport(api, user.token).run(file, _ -> {});
    }

    private static JsonNode tree(Path file) {
        return TestUser.JSON.readTree(file.toFile());
    }

    /** Returns the file with all times of its log moved into the past. */
    private Path shifted(Path file) throws Exception {
        JsonNode export = tree(file);
        for (JsonNode row : export.path("log")) {
            for (String time : TIMES) {
                if (row.path(time).isString()) {
                    ((ObjectNode) row)
                            .put(
                                    time,
                                    Instant.parse(row.path(time).asString())
                                            .minus(SHIFT)
                                            .toString());
                }
            }
        }
        Path moved = folder.resolve("shifted.json");
        Files.writeString(moved, export.toString());
        return moved;
    }

    private void awaitEqual(TestUser expected, TestUser actual) throws Exception {
        Eventually.passes(TIMEOUT, () -> {
            Map<String, List<String>> want = tables(expected);
            Map<String, List<String>> have = tables(actual);
            for (String table : TABLES) {
                assertThat(have.get(table)).as(table).isEqualTo(want.get(table));
            }
            assertThat(want.get("minutes")).hasSizeGreaterThan(50);
            assertThat(want.get("periods")).isNotEmpty();
            assertThat(want.get("sessions")).isNotEmpty().noneMatch(row -> row.contains("\"status\":\"active\""));
        });
    }

    /** Reads an export at the pace of a full collection a mebibyte; returns the most live heap. */
    private long readMeasuringHeap(TestUser user, Path file) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(system.origin().resolve("/api/privacy/export"))
                .header("Authorization", "Bearer " + user.token)
                .build();
        HttpResponse<InputStream> response = api.http().send(request, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(response.statusCode()).isEqualTo(200);
        long most = 0;
        try (InputStream in = response.body();
                OutputStream out = Files.newOutputStream(file)) {
            for (byte[] part = in.readNBytes(1 << 20); part.length > 0; part = in.readNBytes(1 << 20)) {
                out.write(part);
                most = Math.max(most, usedAfterGc());
            }
        }
        return most;
    }

    /** Waits until the read models have all keystrokes of a typist, who deletes one session. */
    private static void awaitCounted(TestUser typist, Work work) throws Exception {
        long typed = (work.sessions - 1L) * work.batches * work.keystrokes;
        Eventually.passes(TIMEOUT, () -> assertThat(typist.keystrokesCounted()).isEqualTo(typed));
    }

    private void awaitSums(TestUser expected, TestUser actual) throws Exception {
        Eventually.passes(TIMEOUT, () -> assertThat(sums(actual)).isEqualTo(sums(expected)));
    }

    private List<Long> sums(TestUser user) throws Exception {
        JsonNode minutes = tree(export(user, user.id + ".json")).path("minutes");
        List<Long> sums = new ArrayList<>();
        for (String column : List.of("keystrokes", "errors", "active_ms", "flow_ms")) {
            long sum = 0;
            for (JsonNode minute : minutes) {
                sum += minute.path(column).asLong();
            }
            sums.add(sum);
        }
        return sums;
    }

    /** Returns the rows of each table, in an order of their own, with what both accounts have of ids. */
    private Map<String, List<String>> tables(TestUser user) throws Exception {
        JsonNode export = tree(export(user, user.id + ".json"));
        Map<String, List<String>> tables = new TreeMap<>();
        for (String table : TABLES) {
            List<String> rows = new ArrayList<>();
            for (JsonNode row : export.path(table)) {
                ObjectNode known = (ObjectNode) row;
                known.remove(NOT_COMPARED);
                if (known.has("session_id")) {
                    known.put("session_id", known.path("session_id").asString().substring(0, 18));
                }
                rows.add(known.toString());
            }
            rows.sort(null);
            tables.put(table, rows);
        }
        return tables;
    }

    private static long usedAfterGc() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
