package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random clients (clocks that are off by minutes, hours or weeks and step, restarts that count from 0 again,
 * resends in any order, renumbered queues, uploads of which a part is rejected, two editors at once), what was answered
 * 202 is counted once, at a plausible time, and no minute is longer than it is: over HTTP, through Kafka and the
 * stream, into Postgres, and the same by each way of reading.
 */
class RandomClientsTest {

    /** A client needs an account, which costs a third of a second of a core. */
    private static final int CLIENTS = 6;

    private static final int UPLOADS = 12;
    /** Some batches wait for 10 s for one that never comes. */
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);

    private static final long SEED = Long.getLong("seed", 12);
    /** Of the queues with which clients come; the last one is older than anything that is accepted as it is. */
    private static final List<Duration> AGES = List.of(Duration.ofMinutes(90), Duration.ofDays(3), Duration.ofDays(40));

    private static final Duration LATENESS_MAX = Duration.ofDays(31);
    private static final Duration EARLINESS_MAX = Duration.ofMinutes(1);
    private static final int ACTIVE_INTERVAL_MS_MAX = 15_000;
    private static final long SECOND_MS = 1_000;
    private static final long MINUTE_MS = 60_000;

    private final SharedSystem system = SharedSystem.get();

    @Test
    void countsAcceptedKeystrokesOnceAndNoMinuteTwice() throws Exception {
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                Random random = new Random(SEED + i);
                Callable<Void> client = () -> {
                    new Client(TestUser.register(system.origin()), random).run();
                    return null;
                };
                clients.add(threads.submit(client));
            }
            for (Future<Void> client : clients) {
                client.get();
            }
        }
    }

    /** A batch as its client has it, and by how much ingest moved it when it was first accepted. */
    private static final class TypedBatch {
        final ObjectNode json;
        boolean isAccepted;
        long shiftMs;

        TypedBatch(ObjectNode json) {
            this.json = json;
        }

        UUID sessionId() {
            return UUID.fromString(json.get("session_id").asString());
        }
    }

    private static final class Editor {
        final UUID session;
        long sequence;
        long typedUntilMs;

        Editor(UUID session, long typedUntilMs) {
            this.session = session;
            this.typedUntilMs = typedUntilMs;
        }
    }

    private static final class Client {
        final TestUser user;
        final Random random;
        final List<Editor> editors = new ArrayList<>();
        final List<TypedBatch> sent = new ArrayList<>();
        final boolean saysWhenItSends;
        long clockOffMs;

        Client(TestUser user, Random random) {
            this.user = user;
            this.random = random;
            this.saysWhenItSends = random.nextBoolean();
        }

        void run() throws Exception {
            long nowMs = System.currentTimeMillis();
            Duration age = AGES.get(random.nextInt(AGES.size()));
            long typedFromMs = nowMs - age.toMillis();
            editors.add(new Editor(user.startSession(), typedFromMs));
            editors.add(new Editor(user.startSession(), typedFromMs + random.nextLong(MINUTE_MS)));
            for (int i = 0; i < UPLOADS; i++) {
                step();
                upload(queue());
            }
            clockOffMs = 0;
            for (Editor editor : editors) {
                // Behind all that was sent again, so that once it shows the rest has been dealt with.
                editor.typedUntilMs = System.currentTimeMillis() - MINUTE_MS;
                editor.sequence = 1_000;
                upload(List.of(type(editor)));
            }
            assertCounted();
        }

        private void step() {
            switch (random.nextInt(6)) {
                case 0 ->
                    clockOffMs = random.nextLong(Duration.ofHours(4).toMillis())
                            - Duration.ofHours(2).toMillis();
                case 1 -> clockOffMs = random.nextLong(20_000) - 10_000;
                case 2 -> editors.get(random.nextInt(2)).sequence = 0;
                default -> {}
            }
        }

        private List<TypedBatch> queue() {
            List<TypedBatch> queue = new ArrayList<>();
            for (int i = random.nextInt(5); i >= 0; i--) {
                queue.add(type(editors.get(random.nextInt(2))));
            }
            for (int i = random.nextInt(3); i > 0 && !sent.isEmpty(); i--) {
                TypedBatch again = sent.get(random.nextInt(sent.size()));
                if (again.isAccepted) {
                    TypedBatch resent = new TypedBatch(again.json.deepCopy());
                    if (random.nextBoolean()) {
                        resent.json.put("sequence", random.nextInt(40));
                    }
                    resent.isAccepted = true;
                    queue.add(resent);
                }
            }
            Collections.shuffle(queue, random);
            return queue;
        }

        private TypedBatch type(Editor editor) {
            if (random.nextInt(5) == 0) {
                editor.typedUntilMs += random.nextLong(10 * MINUTE_MS) - MINUTE_MS;
            }
            long startedAtMs = editor.typedUntilMs;
            int keystrokes = 1 + random.nextInt(40);
            ObjectNode batch = TestUser.JSON.createObjectNode();
            ArrayNode intervals = batch.putArray("intervals_ms");
            for (int i = 0; i < keystrokes; i++) {
                int intervalMs = random.nextInt(12) == 0 ? random.nextInt(20_000) : random.nextInt(300);
                intervals.add(intervalMs);
                editor.typedUntilMs += intervalMs;
            }
            batch.put("batch_id", UUID.randomUUID().toString())
                    .put("session_id", editor.session.toString())
                    .put("sequence", editor.sequence++)
                    .put("started_at", startedAtMs + clockOffMs)
                    .put("key_classes", "L".repeat(keystrokes));
            return new TypedBatch(batch);
        }

        private void upload(List<TypedBatch> queue) throws Exception {
            ObjectNode body = TestUser.JSON.createObjectNode();
            if (saysWhenItSends) {
                body.put("sent_at", System.currentTimeMillis() + clockOffMs);
            }
            ArrayNode batches = body.putArray("batches");
            queue.forEach(typed -> batches.add(typed.json));
            boolean withABadOne = random.nextInt(4) == 0;
            if (withABadOne) {
                batches.add(queue.getFirst().json.deepCopy().put("sequence", -1));
            }
            HttpResponse<String> response = user.post("/api/keystrokes", body.toString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
            JsonNode verdict = TestUser.JSON.readTree(response.body());
            Set<Integer> rejected = new HashSet<>();
            verdict.get("rejected").forEach(one -> rejected.add(one.get("index").asInt()));
            assertThat(rejected.contains(queue.size())).isEqualTo(withABadOne);
            Map<UUID, Long> shiftsMs = new HashMap<>();
            verdict.get("moved")
                    .forEach(moved -> shiftsMs.put(
                            UUID.fromString(moved.get("session_id").asString()),
                            moved.get("shift_ms").asLong()));
            long receivedMs = System.currentTimeMillis();
            for (int i = 0; i < queue.size(); i++) {
                TypedBatch typed = queue.get(i);
                if (!rejected.contains(i) && !typed.isAccepted) {
                    typed.isAccepted = true;
                    typed.shiftMs = shiftsMs.getOrDefault(typed.sessionId(), 0L);
                    assertPlausible(typed, receivedMs);
                    sent.add(typed);
                }
            }
        }

        private static void assertPlausible(TypedBatch typed, long receivedMs) {
            long startedMs = typed.json.get("started_at").asLong() + typed.shiftMs;
            long endedMs = startedMs;
            for (JsonNode interval : typed.json.get("intervals_ms")) {
                endedMs += interval.asLong();
            }
            assertThat(startedMs).isGreaterThanOrEqualTo(receivedMs - LATENESS_MAX.toMillis() - MINUTE_MS);
            assertThat(endedMs).isLessThanOrEqualTo(receivedMs + EARLINESS_MAX.toMillis());
        }

        private void assertCounted() throws Exception {
            Map<Long, Integer> coveredMs = new TreeMap<>();
            Map<Instant, Long> keystrokes = new TreeMap<>();
            for (Editor editor : editors) {
                Map<Long, Integer> sessionCoveredMs = new HashMap<>();
                long expected = 0;
                for (TypedBatch typed : sent) {
                    if (typed.sessionId().equals(editor.session)) {
                        expected += typed.json.get("intervals_ms").size();
                        add(typed, keystrokes, sessionCoveredMs);
                    }
                }
                sessionCoveredMs.forEach((second, ms) -> coveredMs.merge(second, ms, Client::withinASecond));
                long counted = expected;
                Eventually.holds("all keystrokes of the session", () -> {
                    LockSupport.parkNanos(POLL_INTERVAL.toNanos());
                    return session(editor).get("keystrokes").asLong() == counted;
                });
                JsonNode session = session(editor);
                assertThat(session.get("active_ms").asLong())
                        .isEqualTo(sessionCoveredMs.values().stream()
                                .mapToLong(Integer::longValue)
                                .sum());
                assertThat(session.get("next_sequence").asLong()).isEqualTo(1_001);
            }
            Map<Instant, Long> activeMs = new TreeMap<>();
            coveredMs.forEach((second, ms) -> activeMs.merge(minuteOf(second * SECOND_MS), (long) ms, Long::sum));
            Set<Instant> days = new TreeSet<>();
            activeMs.keySet().forEach(minute -> days.add(minute.truncatedTo(ChronoUnit.DAYS)));
            keystrokes.keySet().forEach(minute -> days.add(minute.truncatedTo(ChronoUnit.DAYS)));
            Eventually.holds("all minutes", () -> minutes(days, "keystrokes", 1).equals(keystrokes));
            assertThat(minutes(days, "active_seconds", SECOND_MS)).isEqualTo(activeMs);
            assertThat(activeMs.values()).allMatch(ms -> ms <= MINUTE_MS);
            minutes(days, "flow_seconds", SECOND_MS)
                    .forEach((minute, ms) -> assertThat(ms).isLessThanOrEqualTo(activeMs.getOrDefault(minute, 0L)));
            JsonNode totals = json(user.get("/api/flow/analytics?days=60")).get("totals");
            assertThat(totals.get("active_ms").asLong())
                    .isEqualTo(activeMs.values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
            assertThat(totals.get("keystrokes").asLong())
                    .isEqualTo(keystrokes.values().stream()
                            .mapToLong(Long::longValue)
                            .sum());
            assertThat(graphActiveMs(days)).isEqualTo(activeMs);
        }

        private JsonNode session(Editor editor) throws Exception {
            return json(user.get("/api/sessions/" + editor.session));
        }

        private Map<Instant, Long> minutes(Set<Instant> days, String field, long unitMs) throws Exception {
            Map<Instant, Long> minutes = new TreeMap<>();
            for (Instant day : days) {
                JsonNode answer =
                        json(user.get("/api/flow/minutes?from=" + day + "&to=" + day.plus(Duration.ofDays(1))));
                for (JsonNode minute : answer.get("minutes")) {
                    long value = Math.round(minute.get(field).asDouble() * unitMs);
                    if (value > 0) {
                        minutes.put(Instant.parse(minute.get("minute").asString()), value);
                    }
                }
            }
            return minutes;
        }

        private Map<Instant, Long> graphActiveMs(Set<Instant> days) throws Exception {
            Map<Instant, Long> minutes = new TreeMap<>();
            for (Instant day : days) {
                String query = "{ flowMinutes(from: \\\"" + day + "\\\", to: \\\"" + day.plus(Duration.ofDays(1))
                        + "\\\") { minute activeSeconds } }";
                JsonNode answer = json(user.post("/graphql", "{\"query\": \"" + query + "\"}"));
                for (JsonNode minute : answer.at("/data/flowMinutes")) {
                    long value = Math.round(minute.get("activeSeconds").asDouble() * SECOND_MS);
                    if (value > 0) {
                        minutes.put(Instant.parse(minute.get("minute").asString()), value);
                    }
                }
            }
            return minutes;
        }

        private static JsonNode json(HttpResponse<String> response) {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return TestUser.JSON.readTree(response.body());
        }

        private static void add(TypedBatch typed, Map<Instant, Long> keystrokes, Map<Long, Integer> coveredMs) {
            long atMs = typed.json.get("started_at").asLong() + typed.shiftMs;
            for (JsonNode interval : typed.json.get("intervals_ms")) {
                long fromMs = interval.asInt() > ACTIVE_INTERVAL_MS_MAX ? atMs + interval.asLong() : atMs;
                atMs += interval.asLong();
                keystrokes.merge(minuteOf(atMs), 1L, Long::sum);
                while (fromMs < atMs) {
                    long second = fromMs / SECOND_MS;
                    long toMs = Math.min(atMs, (second + 1) * SECOND_MS);
                    coveredMs.merge(second, (int) (toMs - fromMs), Client::withinASecond);
                    fromMs = toMs;
                }
            }
        }

        private static int withinASecond(int a, int b) {
            return Math.min((int) SECOND_MS, a + b);
        }

        private static Instant minuteOf(long atMs) {
            return Instant.ofEpochMilli(atMs).truncatedTo(ChronoUnit.MINUTES);
        }
    }
}
