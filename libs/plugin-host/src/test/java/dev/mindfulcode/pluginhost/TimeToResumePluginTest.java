package dev.mindfulcode.pluginhost;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.pluginhost.PluginRecord.FlowAnalysis;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compares plugins/time-to-resume over simulated months with a Java reference. */
class TimeToResumePluginTest {
    private static final Duration READ_EVERY = Duration.ofSeconds(10);

    /** One stretch of flow, as it was made up. */
    private record Period(UUID session, Instant from, Instant to, boolean isInterrupted) {}

    private record Week(long interruptions, long resumed, long meanMinutes, long within15Minutes) {}

    @ParameterizedTest
    @ValueSource(strings = {"Europe/Zurich", "America/New_York", "Pacific/Apia", "Asia/Kolkata"})
    void agreesWithJavaOverMonths(String zone) throws Exception {
        ZoneId zoneId = ZoneId.of(zone);
        List<Period> periods = periods(new Random(zone.hashCode()), zoneId);
        Map<LocalDate, Week> weeks = new TreeMap<>();
        ExamplePlugin.fold("time-to-resume", readings(periods, zoneId)).forEach((key, row) -> {
            if (!key.isEmpty()) {
                weeks.put(
                        LocalDate.parse(key),
                        new Week(
                                number(row, "interruptions"),
                                number(row, "resumed"),
                                number(row, "mean_minutes"),
                                number(row, "within_15_minutes")));
            }
        });

        assertThat(weeks).isEqualTo(inJava(periods, zoneId)).hasSizeGreaterThan(12);
    }

    private static List<Period> periods(Random random, ZoneId zone) {
        List<Period> periods = new ArrayList<>();
        Instant at = LocalDate.parse("2025-09-15").atStartOfDay(zone).toInstant();
        Instant end = at.plus(Duration.ofDays(100));
        long interruptionsOfSession = 0;
        UUID session = new UUID(1, 1);
        while (at.isBefore(end)) {
            if (interruptionsOfSession++ % 5 == 0) {
                session = new UUID(random.nextLong(), random.nextLong());
            }
            Instant to = at.plus(READ_EVERY.multipliedBy(1 + random.nextInt(400)));
            boolean isInterrupted = interruptionsOfSession % 5 != 0;
            periods.add(new Period(session, at, to, isInterrupted));
            at = to.plus(READ_EVERY.multipliedBy(
                    1 + (random.nextInt(8) == 0 ? random.nextInt(6_000) : random.nextInt(200))));
        }
        return periods;
    }

    private static List<FlowAnalysis> readings(List<Period> periods, ZoneId zone) {
        List<FlowAnalysis> readings = new ArrayList<>();
        Map<UUID, Long> interruptions = new TreeMap<>();
        for (Period period : periods) {
            for (Instant at = period.from; !at.isAfter(period.to); at = at.plus(READ_EVERY)) {
                long lasts = Duration.between(period.from, at).toMillis();
                readings.add(reading(
                        period.session, at, 1, true, lasts, interruptions.getOrDefault(period.session, 0L), zone));
            }
            if (period.isInterrupted) {
                interruptions.merge(period.session, 1L, Long::sum);
            }
            readings.add(reading(
                    period.session,
                    period.to.plusMillis(READ_EVERY.toMillis() / 2),
                    period.isInterrupted ? 1 : 3,
                    false,
                    0,
                    interruptions.getOrDefault(period.session, 0L),
                    zone));
        }
        return readings;
    }

    private static Map<LocalDate, Week> inJava(List<Period> periods, ZoneId zone) {
        Map<LocalDate, List<Duration>> lags = new TreeMap<>();
        Map<LocalDate, Long> interruptions = new TreeMap<>();
        for (int i = 0; i < periods.size(); i++) {
            Period period = periods.get(i);
            if (period.isInterrupted) {
                LocalDate monday =
                        period.to.atZone(zone).toLocalDate().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                interruptions.merge(monday, 1L, Long::sum);
                if (i + 1 < periods.size()) {
                    Duration lag = Duration.between(period.to, periods.get(i + 1).from);
                    if (lag.compareTo(Duration.ofHours(4)) <= 0) {
                        lags.computeIfAbsent(monday, _ -> new ArrayList<>()).add(lag);
                    }
                }
            }
        }
        Map<LocalDate, Week> weeks = new TreeMap<>();
        interruptions.forEach((monday, count) -> {
            List<Duration> theirs = lags.getOrDefault(monday, List.of());
            long meanMs = theirs.isEmpty()
                    ? 0
                    : theirs.stream().mapToLong(Duration::toMillis).sum() / theirs.size();
            weeks.put(
                    monday,
                    new Week(
                            count,
                            theirs.size(),
                            Duration.ofMillis(meanMs).toMinutes(),
                            theirs.stream()
                                    .filter(lag -> lag.compareTo(Duration.ofMinutes(15)) <= 0)
                                    .count()));
        });
        return weeks;
    }

    private static FlowAnalysis reading(
            UUID session, Instant at, int status, boolean inFlow, long lastsMs, long interruptions, ZoneId zone) {
        return new FlowAnalysis(
                session,
                at.toEpochMilli(),
                zone.getRules().getOffset(at).getTotalSeconds() / 60,
                status,
                inFlow,
                new FlowAnalysis.Features(0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f, 0.5f),
                inFlow ? lastsMs : 0,
                new FlowAnalysis.Totals(0, 0, 0, 0, 0, 0, interruptions));
    }

    private static long number(Map<String, ?> row, String field) {
        return row.get(field) instanceof Double value ? value.longValue() : -1;
    }
}
