package dev.mindfulcode.benchmarks.plugins;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.benchmarks.aalto.AaltoFolder;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.SessionPlan;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun.TypedBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The plugins of this repository compared with the same analyses in Java: on weeks of generated typing,
 * and on real typing where the data is there (MINDFUL_DATA).
 */
class ExamplePluginsTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Path PLUGINS = Path.of("..", "..", "plugins");
    private static final ZoneId ZONE = ZoneId.of("Europe/Zurich");
    private static final int AALTO_PEOPLE = 120;
    private static final int PEOPLE_A_SESSION = 6;

    private record Sample(String name, List<TypedBatch> typed) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** One stretch of flow as it was seen with the ends of batches. */
    private record Period(UUID session, long startMs, long endMs) {}

    /** The state after a batch, or after the silence that ended flow. */
    private record Reading(UUID session, long atMs, boolean isInFlow, long flowStartedAtMs, long interruptions) {}

    private static Stream<Sample> samples() throws Exception {
        List<Sample> samples = new ArrayList<>();
        for (long seed = 1; seed <= 3; seed++) {
            samples.add(new Sample("made up from " + seed, SampleTyping.weeks(5, seed)));
        }
        String data = System.getenv("MINDFUL_DATA");
        if (data != null && Files.isDirectory(Path.of(data, "aalto136m", "keystroke-samples"))) {
            samples.add(new Sample("Aalto", aalto(Path.of(data, "aalto136m", "keystroke-samples"))));
        }
        return samples.stream();
    }

    @ParameterizedTest
    @MethodSource("samples")
    void deepWorkMatchesJava(Sample sample) throws Exception {
        Map<String, String> expected = new TreeMap<>();
        Map<String, List<Long>> weeks = new TreeMap<>();
        for (Period period : periods(sample.typed)) {
            long lasted = period.endMs - period.startMs;
            if (lasted >= Duration.ofMinutes(25).toMillis()) {
                weeks.computeIfAbsent(monday(period.startMs), _ -> new ArrayList<>())
                        .add(lasted);
            }
        }
        weeks.forEach((monday, lengths) -> expected.put(
                monday,
                lengths.size() + " blocks of "
                        + lengths.stream().mapToLong(Long::longValue).sum() / 60_000 + " minutes, the longest "
                        + lengths.stream().mapToLong(Long::longValue).max().orElseThrow() / 60_000));
        Map<String, String> found = new TreeMap<>();
        rows("deep-work", sample)
                .forEach((key, row) -> found.put(
                        key,
                        row.path("blocks").asInt() + " blocks of "
                                + row.path("minutes").asInt() + " minutes, the longest "
                                + row.path("longest_minutes").asInt()));

        assertThat(found).isEqualTo(expected);
        if (!sample.name.equals("Aalto")) {
            assertThat(found).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void timeToResumeMatchesJava(Sample sample) throws Exception {
        Map<String, List<Long>> lags = new TreeMap<>();
        Map<String, Integer> interruptions = new TreeMap<>();
        Map<UUID, Long> counted = new HashMap<>();
        Map<UUID, Long> lastInFlow = new HashMap<>();
        long interruptedAtMs = 0;
        for (Reading reading : readings(sample.typed)) {
            Long before = counted.put(reading.session, reading.interruptions);
            if (reading.interruptions > (before == null ? 0 : before)) {
                // A period between two readings has no reading in flow: it ends at this reading.
                interruptedAtMs = lastInFlow.getOrDefault(reading.session, reading.atMs);
                interruptions.merge(monday(interruptedAtMs), 1, Integer::sum);
            }
            if (reading.isInFlow) {
                long lag = reading.flowStartedAtMs - interruptedAtMs;
                if (interruptedAtMs != 0 && lag >= 0) {
                    if (lag <= Duration.ofHours(4).toMillis()) {
                        lags.computeIfAbsent(monday(interruptedAtMs), _ -> new ArrayList<>())
                                .add(lag);
                    }
                    interruptedAtMs = 0;
                }
                lastInFlow.put(reading.session, reading.atMs);
            }
        }
        Map<String, JsonNode> rows = rows("time-to-resume", sample);

        assertThat(rows.keySet()).isEqualTo(interruptions.keySet());
        rows.forEach((monday, row) -> {
            List<Long> theirs = lags.getOrDefault(monday, List.of());
            assertThat(row.path("interruptions").asInt()).as(monday).isEqualTo(interruptions.get(monday));
            assertThat(row.path("resumed").asInt()).as(monday).isEqualTo(theirs.size());
            assertThat(row.path("mean_minutes").asLong())
                    .as(monday)
                    .isEqualTo(
                            theirs.isEmpty()
                                    ? 0
                                    : theirs.stream().mapToLong(Long::longValue).sum() / theirs.size() / 60_000);
        });
    }

    @ParameterizedTest
    @MethodSource("samples")
    void typingFatigueMatchesJava(Sample sample) throws Exception {
        Map<UUID, List<TypedBatch>> sessions = new LinkedHashMap<>();
        sample.typed.forEach(each -> sessions.computeIfAbsent(each.sessionId(), _ -> new ArrayList<>())
                .add(each));
        Map<String, JsonNode> rows = rows("typing-fatigue", sample);
        int emitted = 0;
        for (Map.Entry<UUID, List<TypedBatch>> session : sessions.entrySet()) {
            List<double[]> paced = new ArrayList<>();
            List<double[]> all = new ArrayList<>();
            long activeMs = 0;
            for (TypedBatch batch : session.getValue()) {
                KeystrokePayload payload = batch.payload();
                for (int i = 0; i < payload.keystrokes(); i++) {
                    int interval = payload.intervalsMs()[i];
                    activeMs += interval <= 15_000 ? interval : 0;
                    int key = payload.keyClasses()[i];
                    all.add(new double[] {activeMs / 3_600_000.0, key == 6 || key == 9 ? 100 : 0});
                    if (interval <= 1_000) {
                        paced.add(new double[] {activeMs / 3_600_000.0, interval});
                    }
                }
            }
            JsonNode row = rows.get(session.getKey().toString());
            if (activeMs < Duration.ofMinutes(20).toMillis()) {
                assertThat(row).isNull();
            } else {
                emitted++;
                JsonNode found = Objects.requireNonNull(row);
                assertThat(found.path("interval_drift_ms").asDouble()).isCloseTo(slope(paced), within(0.0011));
                assertThat(found.path("corrections_drift_percent").asDouble()).isCloseTo(slope(all), within(0.0011));
            }
        }
        assertThat(emitted).isEqualTo(rows.size()).isGreaterThan(5);
    }

    private static Map<String, JsonNode> rows(String plugin, Sample sample) throws Exception {
        Path folder = PLUGINS.resolve(plugin);
        PluginDryRun.Result result = PluginDryRun.run(
                Files.readAllBytes(folder.resolve("manifest.json")),
                Files.readAllBytes(folder.resolve(plugin + ".wasm")),
                _ -> sample.typed,
                ZONE);
        assertThat(result.failure()).isNull();
        Map<String, JsonNode> rows = new TreeMap<>();
        result.rows().forEach((key, row) -> rows.put(key, JSON.readTree(row)));
        return rows;
    }

    private static List<Period> periods(List<TypedBatch> typed) {
        Map<String, Period> periods = new LinkedHashMap<>();
        for (Reading reading : readings(typed)) {
            if (reading.isInFlow) {
                periods.put(
                        reading.session + "/" + reading.flowStartedAtMs,
                        new Period(reading.session, reading.flowStartedAtMs, reading.atMs));
            }
        }
        return periods.values().stream()
                .sorted(Comparator.comparingLong(Period::startMs))
                .toList();
    }

    /** Applies each session, pauses included, to its own engine state and reads it after each batch. */
    private static List<Reading> readings(List<TypedBatch> typed) {
        Map<UUID, byte[]> states = new HashMap<>();
        List<Reading> readings = new ArrayList<>();
        byte @Nullable [] latest = null;
        SessionState engine = new SessionState();
        for (TypedBatch batch : typed) {
            // What a break says of its user is known before the next session begins with it.
            tick(engine, states, batch.startedAtMs(), readings);
            byte[] state = states.get(batch.sessionId());
            if (state == null) {
                state = latest == null ? SessionState.fresh() : SessionState.freshAfter(latest);
                states.put(batch.sessionId(), state);
                latest = state;
            }
            play(engine.wrap(state), batch);
            readings.add(new Reading(
                    batch.sessionId(),
                    engine.lastActivityAtMs(),
                    engine.isInFlow(),
                    engine.flowStartedAtMs(),
                    engine.interruptions()));
        }
        tick(engine, states, typed.getLast().startedAtMs() + Duration.ofDays(1).toMillis(), readings);
        return readings;
    }

    /** Lets time pass in all sessions, and adds a reading of those whose flow it ends. */
    private static void tick(SessionState engine, Map<UUID, byte[]> states, long atMs, List<Reading> readings) {
        states.forEach((session, state) -> {
            long before = engine.wrap(state).interruptions();
            engine.tick(atMs);
            if (engine.interruptions() > before) {
                readings.add(new Reading(session, atMs, false, engine.flowStartedAtMs(), engine.interruptions()));
            }
        });
    }

    private static void play(SessionState engine, TypedBatch batch) {
        KeystrokePayload payload = batch.payload();
        long sinceMs = 0;
        int signal = 0;
        for (int i = 0; i < payload.keystrokes(); i++) {
            sinceMs += payload.intervalsMs()[i];
            for (; signal < payload.signals() && payload.signalAtMs()[signal] <= sinceMs; signal++) {
                engine.signal(
                        batch.startedAtMs() + payload.signalAtMs()[signal],
                        payload.signalKinds()[signal],
                        payload.signalValues()[signal]);
            }
            engine.keystroke(batch.startedAtMs() + sinceMs, payload.intervalsMs()[i], payload.keyClasses()[i], -1);
        }
    }

    private static String monday(long atMs) {
        LocalDate day = Instant.ofEpochMilli(atMs).atZone(ZONE).toLocalDate();
        return day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)).toString();
    }

    private static double slope(List<double[]> points) {
        double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double above = points.stream()
                .mapToDouble(point -> (point[0] - x) * (point[1] - y))
                .sum();
        return above
                / points.stream()
                        .mapToDouble(point -> (point[0] - x) * (point[0] - x))
                        .sum();
    }

    /** Several people after each other make a session: none of them typed for long. */
    private static List<TypedBatch> aalto(Path folder) throws Exception {
        AaltoFolder people = AaltoFolder.open(folder, AALTO_PEOPLE);
        List<TypedBatch> typed = new ArrayList<>();
        long atMs = Instant.parse("2026-01-05T08:00:00Z").toEpochMilli();
        UUID session = new UUID(1, 1);
        int sequence = 0;
        for (int person = 0; person < people.people(); person++) {
            if (person % PEOPLE_A_SESSION == 0) {
                session = new UUID(1, person);
                sequence = 0;
                atMs += Duration.ofHours(5).toMillis();
            }
            Recording recording = people.read(person);
            for (SessionPlan plan : SessionPlan.of(recording, recording.name(), 0)) {
                long shiftMs = atMs - plan.startedAtMs();
                for (Batch batch : plan.batches()) {
                    typed.add(new TypedBatch(
                            session,
                            sequence++,
                            batch.startedAtMs() + shiftMs,
                            new KeystrokePayload(
                                    batch.intervalsMs(),
                                    batch.keyClasses(),
                                    batch.dwellsMs(),
                                    new int[0],
                                    new byte[0],
                                    new int[0])));
                    atMs = batch.startedAtMs() + shiftMs;
                    for (int interval : batch.intervalsMs()) {
                        atMs += interval;
                    }
                }
                atMs += 2_000;
            }
        }
        return typed;
    }
}
