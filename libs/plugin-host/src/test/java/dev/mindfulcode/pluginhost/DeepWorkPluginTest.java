package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.pluginhost.Outcome.Ok;
import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import java.io.IOException;
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
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compares plugins/deep-work over simulated weeks with a Java reference. */
class DeepWorkPluginTest {
    private static final Path FOLDER = Path.of("..", "..", "plugins", "deep-work");
    private static final Duration BLOCK_MIN = Duration.ofMinutes(25);

    private final PluginHost host = new PluginHost(PluginLimits.standard());

    @AfterEach
    void close() {
        host.close();
    }

    /** One stretch of flow, as it was made up. */
    private record Period(UUID session, Instant from, Duration length) {}

    private record Week(long blocks, long minutes, long longestMinutes) {}

    @Test
    void matchesJavaReferenceInFourTimeZones() throws Exception {
        long seed = 1;
        for (String zone : List.of("Europe/Zurich", "America/New_York", "Pacific/Apia", "Asia/Kolkata")) {
            Random random = new Random(seed++);
            ZoneId zoneId = ZoneId.of(zone);
            List<Period> periods = periods(random, zoneId);
            List<FlowAnalysis> readings = readings(random, periods, zoneId);

            assertThat(byPlugin(readings))
                    .as(zone)
                    .isEqualTo(inJava(periods, zoneId))
                    .hasSizeGreaterThan(20);
        }
    }

    @Test
    void countsBlocksOfAtLeast25Minutes() throws Exception {
        Instant monday = Instant.parse("2026-01-26T09:00:00Z");
        ZoneId utc = ZoneId.of("UTC");
        UUID session = new UUID(1, 1);
        for (long millis : new long[] {BLOCK_MIN.toMillis() - 1, BLOCK_MIN.toMillis()}) {
            List<FlowAnalysis> readings = new ArrayList<>();
            readings.add(reading(session, monday.plusMillis(millis), true, millis, utc));
            readings.add(reading(session, monday.plusMillis(millis + 1_000), false, 0, utc));

            assertThat(byPlugin(readings))
                    .isEqualTo(
                            millis < BLOCK_MIN.toMillis()
                                    ? Map.of()
                                    : Map.of(LocalDate.parse("2026-01-26"), new Week(1, 25, 25)));
        }
    }

    @Test
    void summarizesAllWeeks() throws Exception {
        ZoneId zone = ZoneId.of("UTC");
        List<Period> periods = periods(new Random(9), zone);
        Map<LocalDate, Week> weeks = inJava(periods, zone);
        try (PluginRun run = plugin().open(0, Long.MAX_VALUE)) {
            foldAll(run, readings(new Random(9), periods, zone));
            Ok summary = (Ok) run.result().get();
            Map<String, ?> fields =
                    PluginJson.object(summary.results().getFirst().json());

            assertThat(fields.get("blocks")).isEqualTo((double)
                    weeks.values().stream().mapToLong(Week::blocks).sum());
        }
    }

    /** Half a year from before a change of the clocks; two sessions at a time now and then. */
    private static List<Period> periods(Random random, ZoneId zone) {
        List<Period> periods = new ArrayList<>();
        Instant at = LocalDate.parse("2025-10-01").atStartOfDay(zone).toInstant();
        Instant end = at.plus(Duration.ofDays(180));
        while (at.isBefore(end)) {
            UUID session = new UUID(random.nextLong(), random.nextLong());
            for (int i = random.nextInt(4); i >= 0; i--) {
                Duration length = Duration.ofSeconds(60 + random.nextInt(4_800));
                periods.add(new Period(session, at, length));
                if (random.nextInt(6) == 0) {
                    periods.add(new Period(
                            new UUID(random.nextLong(), 7),
                            at.plusSeconds(random.nextInt(600)),
                            Duration.ofSeconds(60 + random.nextInt(4_800))));
                }
                at = at.plus(length).plusSeconds(120 + random.nextInt(2_000));
            }
            at = at.plusSeconds(random.nextInt(50_000));
        }
        return periods;
    }

    /**
     * About one a minute while in flow, the last at the period's end, and then one that says it is over, or the session
     * ended.
     */
    private static List<FlowAnalysis> readings(Random random, List<Period> periods, ZoneId zone) {
        List<FlowAnalysis> readings = new ArrayList<>();
        for (Period period : periods) {
            Duration in = Duration.ofSeconds(random.nextInt(50));
            while (in.compareTo(period.length()) < 0) {
                readings.add(reading(period.session(), period.from().plus(in), true, in.toMillis(), zone));
                in = in.plusSeconds(30 + random.nextInt(60));
            }
            Instant end = period.from().plus(period.length());
            readings.add(reading(period.session(), end, true, period.length().toMillis(), zone));
            readings.add(reading(period.session(), end.plusSeconds(60), false, 0, zone));
        }
        readings.sort(Comparator.comparingLong(FlowAnalysis::atMs));
        return readings;
    }

    private static FlowAnalysis reading(UUID session, Instant at, boolean inFlow, long lastsMs, ZoneId zone) {
        int offsetMinutes = zone.getRules().getOffset(at).getTotalSeconds() / 60;
        return new FlowAnalysis(
                session,
                at.toEpochMilli(),
                offsetMinutes,
                1,
                inFlow,
                new FlowAnalysis.Features(0.8f, 0.9f, 0.5f, 0.5f, 0.5f, 0.1f, 0.5f),
                lastsMs,
                new FlowAnalysis.Totals(0, 0, 0, 0, 0, 0, 0));
    }

    private static Map<LocalDate, Week> inJava(List<Period> periods, ZoneId zone) {
        Map<LocalDate, List<Duration>> blocks = new TreeMap<>();
        for (Period period : periods) {
            if (period.length().compareTo(BLOCK_MIN) >= 0) {
                LocalDate monday = LocalDate.ofInstant(period.from(), zone)
                        .with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                blocks.computeIfAbsent(monday, _ -> new ArrayList<>()).add(period.length());
            }
        }
        Map<LocalDate, Week> weeks = new TreeMap<>();
        blocks.forEach((monday, lengths) -> weeks.put(
                monday,
                new Week(
                        lengths.size(),
                        lengths.stream().reduce(Duration.ZERO, Duration::plus).toMinutes(),
                        lengths.stream()
                                .max(Comparator.naturalOrder())
                                .orElseThrow()
                                .toMinutes())));
        return weeks;
    }

    private Map<LocalDate, Week> byPlugin(List<FlowAnalysis> readings) throws Exception {
        Map<LocalDate, Week> weeks = new TreeMap<>();
        try (PluginRun run = plugin().open(0, Long.MAX_VALUE)) {
            for (String result : foldAll(run, readings)) {
                Map<String, ?> row = PluginJson.object(result);
                weeks.put(
                        LocalDate.parse((String) row.get("key")),
                        new Week(number(row, "blocks"), number(row, "minutes"), number(row, "longest_minutes")));
            }
        }
        return weeks;
    }

    private List<String> foldAll(PluginRun run, List<FlowAnalysis> readings) throws Exception {
        List<String> results = new ArrayList<>();
        int batch = host.limits().call().recordsMax();
        for (int from = 0; from < readings.size(); from += batch) {
            Outcome outcome = run.fold(readings.subList(from, Math.min(readings.size(), from + batch)))
                    .get();
            assertThat(outcome).isInstanceOf(Ok.class);
            ((Ok) outcome).results().forEach(result -> results.add(result.json()));
        }
        return results;
    }

    private static long number(Map<String, ?> row, String field) {
        return row.get(field) instanceof Double value ? value.longValue() : -1;
    }

    private Plugin plugin() throws IOException, PluginRefusedException {
        Manifest manifest = Manifest.parse(Files.readAllBytes(FOLDER.resolve("manifest.json")));
        return host.load(manifest, Files.readAllBytes(FOLDER.resolve("deep-work.wasm")), manifest.capabilities());
    }
}
