package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.SimulatedLife.Effect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rates of sentences of simulated people of whom they are false, and of whom they are true. The rates are
 * in the output and in docs/insights.md.
 */
class InsightSimulationsTest {

    private static final int PEOPLE = 1_000;
    private static final int PEOPLE_WITH_EFFECT = 200;
    private static final double FALSE_ALARMS_MAX = 0.05;
    private static final double POWER_MIN = 0.15;

    /** Correlation of neighbours. */
    private static final double LIKENESS = 0.3;

    private static final Path PAGE = Path.of("..", "docs", "insights.md");

    @Test
    void sentencesAreRareWhereFalseAndCommonWhereTrue() throws IOException {
        Map<Effect, Integer> hits = new EnumMap<>(Effect.class);
        Simulation any = Simulation.run("false alarms, any sentence", PEOPLE, random -> {
            List<Effect> found = comparisons(random, Effect.NONE);
            found.forEach(effect -> hits.merge(effect, 1, Integer::sum));
            return !found.isEmpty();
        });
        List<Simulation> alarms = new ArrayList<>(List.of(any));
        List<Simulation> powers = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (Effect effect : Effect.values()) {
            if (effect != Effect.NONE) {
                Simulation alone = new Simulation("false alarms, " + effect.id(), hits.getOrDefault(effect, 0), PEOPLE);
                System.out.println(alone);
                Simulation power = Simulation.run(
                        "power, " + effect.id(),
                        PEOPLE_WITH_EFFECT,
                        random -> comparisons(random, effect).contains(effect));
                alarms.add(alone);
                powers.add(power);
                rows.add(row(effect.id(), alone) + String.format(Locale.ROOT, " %.1f %% |", 100 * power.share()));
            }
        }
        rows.add(row("any of them", any) + " |");
        assertThat(alarms).allSatisfy(one -> assertThat(one.atMost()).isLessThanOrEqualTo(FALSE_ALARMS_MAX));
        assertThat(powers).allSatisfy(one -> assertThat(one.share()).isGreaterThan(POWER_MIN));
        assertThat(rows).hasSize(Significance.COMPARISONS + 1);
        assertThat(Files.readAllLines(PAGE)).as(String.join("\n", rows)).containsAll(rows);
    }

    /** Near the minimum, where the mean of a group follows its few observations. */
    @ParameterizedTest
    @CsvSource({"12, 2", "9, 3", "9, 5", "2, 6", "4, 4"})
    void fewObservationsOfEachHourAreNoPeak(int hours, int days) {
        Simulation peaks = Simulation.run(
                "false alarms, peak-hour, " + hours + " hours on " + days + " days",
                4_000,
                random ->
                        PeakHours.of(few(random, hours, days)).hours().stream().anyMatch(PeakHours.Hour::peak));
        assertThat(peaks.atLeast()).as(peaks.toString()).isLessThanOrEqualTo(Significance.LEVEL);
    }

    /** Each hour resembles the same hour of the day before. */
    private static List<PeakHours.Observation> few(Random random, int hours, int days) {
        double[] wave = new double[hours];
        List<PeakHours.Observation> observations = new ArrayList<>();
        for (int day = 0; day < days; day++) {
            for (int hour = 0; hour < hours; hour++) {
                double before = day == 0 ? random.nextGaussian() : wave[hour];
                wave[hour] = LIKENESS * before + Math.sqrt(1 - LIKENESS * LIKENESS) * random.nextGaussian();
                observations.add(new PeakHours.Observation(hour, Math.clamp(0.5 + 0.1 * wave[hour], 0, 1)));
            }
        }
        return observations;
    }

    @ParameterizedTest
    @ValueSource(ints = {40, 200})
    void neitherOfTwoCausesWithAHalfEachEndsMost(int periods) {
        List<Interruption> halves = new ArrayList<>();
        for (int period = 0; period < periods; period++) {
            halves.add(period / 2 % 2 == 0 ? Interruption.IDLE : Interruption.CONTEXT_SWITCH);
        }
        assertThat(FlowEndings.of(halves).endings())
                .hasSize(2)
                .allSatisfy(ending -> assertThat(ending.mostP())
                        .as("one of the two has at least half")
                        .isEqualTo(1));
        assertThat(FlowEndings.of(Collections.nCopies(periods, Interruption.IDLE))
                        .endings()
                        .getFirst()
                        .mostP())
                .isLessThanOrEqualTo(Significance.LEVEL);
    }

    /** Days resemble each other, so that ten long ones of ten are no surprise. */
    @Test
    void tenLikeDaysAreNoHabit() {
        Simulation alarms = Simulation.run("false alarms, long-stretches, like days", 4_000, random -> {
            List<StrainIndicator.Day> days = new ArrayList<>();
            boolean isLong = random.nextBoolean();
            for (int day = 0; day < 28; day++) {
                isLong = random.nextDouble() < LIKENESS ? isLong : random.nextBoolean();
                if (day % 7 < 5) {
                    long[] active = new long[24];
                    active[9] = 1;
                    days.add(new StrainIndicator.Day(
                            day, active, 0, 0, 0, 0, isLong ? StrainIndicator.LONG_STRETCH_MS : 0));
                }
            }
            return StrainIndicator.of(days, 27, 0)
                    .get(StrainIndicator.Kind.LONG_STRETCHES.ordinal())
                    .isElevated();
        });
        assertThat(alarms.atMost()).as(alarms.toString()).isLessThanOrEqualTo(Significance.LEVEL);
    }

    private static String row(String id, Simulation alarms) {
        return String.format(
                Locale.ROOT, "| %s | %.1f %% | %.1f %% |", id, 100 * alarms.share(), 100 * alarms.atMost());
    }

    private static List<Effect> comparisons(Random random, Effect effect) {
        List<Effect> found = new ArrayList<>();
        for (Insight insight : Insights.from(new SimulatedLife(random, effect).history())) {
            if (insight.reference() != null) {
                found.add(Effect.of(insight.id()));
            }
        }
        return found;
    }
}
