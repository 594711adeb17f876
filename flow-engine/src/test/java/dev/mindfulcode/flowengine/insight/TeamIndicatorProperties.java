package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.insight.TeamIndicator.Day;
import dev.mindfulcode.flowengine.insight.TeamIndicator.Figure;
import dev.mindfulcode.flowengine.insight.TeamIndicator.Hour;
import dev.mindfulcode.flowengine.insight.TeamIndicator.Kind;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TeamIndicatorProperties {

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final int WEEKS = 10;
    private static final int RECENT_DAYS = 14;

    /** A Monday, and the Monday ten weeks later. */
    private static final long START_MS = LocalDate.parse("2026-01-05").toEpochDay() * DAY_MS;

    private static final long END_MS = START_MS + WEEKS * 7 * DAY_MS;

    @Test
    void constantValuesAreNotElevated() {
        Life life = new Life();
        weekdays(life, WEEKS, 9, 17);
        assertThat(all(life, ZoneOffset.UTC)).hasSize(Kind.values().length).allSatisfy(indicator -> {
            assertThat(indicator.value()).as(indicator.toString()).isNotNull();
            assertThat(indicator.isElevated()).as(indicator.toString()).isFalse();
        });
    }

    @Test
    void reportsEachChangeWithItsNumbers() {
        Life life = new Life();
        weekdays(life, WEEKS - 2, 9, 17);
        for (int day = 7 * (WEEKS - 2); day < 7 * WEEKS; day++) {
            for (int hour = 10; hour < 16; hour++) {
                life.hour(day, hour, 0.8);
            }
            life.hour(day, 22, 0.8);
            life.day(day, 0.1 + 0.01 * (day % 3), 40 + day % 5);
        }
        List<TeamIndicator> all = all(life, ZoneOffset.UTC);

        assertThat(all)
                .filteredOn(indicator -> indicator.kind() != Kind.WEEKEND_SHARE)
                .allSatisfy(indicator -> assertThat(indicator.isElevated())
                        .as(indicator.toString())
                        .isTrue());
        TeamIndicator outside = all.get(Kind.OUTSIDE_USUAL_HOURS.ordinal());
        assertThat(value(outside).value()).isEqualTo(1.0 / 7, within(1e-9));
        assertThat(outside.from()).isEqualTo("2026-03-02");
        assertThat(outside.to()).isEqualTo("2026-03-15");
        assertThat(value(outside).samples()).isEqualTo(14);
        TeamIndicator weekend = all.get(Kind.WEEKEND_SHARE.ordinal());
        assertThat(value(weekend).value()).isEqualTo(2.0 / 7, within(1e-9));
        assertThat(weekend.reference()).isZero();
        assertThat(all)
                .allSatisfy(indicator -> assertThat(indicator.confidence()).isBetween(0.5, 0.99));
    }

    /** Sums of equal numbers differ in their last bits, which must not be reported. */
    @Test
    void equalPeriodsAreZeroAndNotElevated() {
        Life life = new Life();
        for (int day = 0; day < 7 * WEEKS; day++) {
            life.day(day, 0.3, 7);
        }
        for (Kind kind : List.of(Kind.FALLING_FLOW, Kind.RISING_FRAGMENTATION)) {
            TeamIndicator indicator =
                    TeamIndicator.of(kind, life.hours, life.days, END_MS, RECENT_DAYS, ZoneOffset.UTC, 0);
            assertThat(value(indicator)).isEqualTo(new Estimate(0, 0, 0, 70));
            assertThat(indicator.isElevated()).isFalse();
            assertThat(indicator.text()).doesNotContain("0.0", "-");
        }
    }

    /** Eleven at night in Greenwich is the afternoon in Los Angeles, and the last day there is not over yet. */
    @Test
    void usesHoursOfTheZone() {
        Life life = new Life();
        for (int day = 0; day < 7 * WEEKS; day++) {
            life.hour(day, day < 7 * (WEEKS - 2) ? 23 : 1, 0.5);
        }
        ZoneId zone = ZoneId.of("America/Los_Angeles");
        TeamIndicator there =
                TeamIndicator.of(Kind.OUTSIDE_USUAL_HOURS, life.hours, life.days, END_MS, RECENT_DAYS, zone, 0);
        assertThat(value(there).value())
                .as("the first of the fourteen days there has the afternoon of the weeks before, too")
                .isEqualTo(14.0 / 15, within(1e-9));
        assertThat(there.to())
                .as("the last day that is over everywhere in the windows")
                .isEqualTo("2026-03-14");
    }

    /** Without noise the change is elevated; with the noise of a small team its interval contains no change. */
    @Test
    void intervalsIncludeTheNoiseOfTheFigures() {
        Life exact = new Life();
        Life noisy = new Life();
        noisy.margin = 20_000;
        for (int day = 0; day < 7 * WEEKS; day++) {
            double flowShare = (day < 7 * (WEEKS - 2) ? 0.4 : 0.3) + 0.001 * (day % 3);
            exact.day(day, flowShare, 20 + day % 2);
            noisy.day(day, flowShare, 20 + day % 2);
        }
        TeamIndicator certain =
                TeamIndicator.of(Kind.FALLING_FLOW, exact.hours, exact.days, END_MS, RECENT_DAYS, ZoneOffset.UTC, 0);
        TeamIndicator uncertain =
                TeamIndicator.of(Kind.FALLING_FLOW, noisy.hours, noisy.days, END_MS, RECENT_DAYS, ZoneOffset.UTC, 0);

        assertThat(certain.isElevated()).isTrue();
        assertThat(uncertain.isElevated()).isFalse();
        assertThat(value(uncertain).value()).isEqualTo(value(certain).value());
        // The noise of the mean of 14 days is 20,000/√14 = 5,345 s, of 36,000 s; and some of the past and of the ratio.
        assertThat(value(uncertain).high() - value(uncertain).value()).isBetween(0.15, 0.21);
    }

    /** The past begins after the change of the model, and ten days of it are needed. */
    @Test
    void flowIsNotComparedAcrossAChangeOfTheModel() {
        Life life = new Life();
        int changed = 7 * (WEEKS - 4);
        for (int day = 0; day < 7 * WEEKS; day++) {
            life.day(day, (day < changed ? 0.6 : 0.3) + 0.001 * (day % 3), (day < changed ? 5 : 30) + day % 2);
        }
        for (Kind kind : List.of(Kind.FALLING_FLOW, Kind.RISING_FRAGMENTATION)) {
            assertThat(value(since(kind, life, 0)).value()).isGreaterThan(0.1);
            TeamIndicator after = since(kind, life, changed);
            assertThat(value(after).samples()).isEqualTo(RECENT_DAYS + 14);
            assertThat(value(after).value()).isCloseTo(0, within(0.01));
            assertThat(since(kind, life, changed + 5).missing()).isEqualTo(1);
        }
    }

    private static TeamIndicator since(Kind kind, Life life, int day) {
        long changedMs = START_MS + day * DAY_MS;
        return TeamIndicator.of(kind, life.hours, life.days, END_MS, RECENT_DAYS, ZoneOffset.UTC, changedMs);
    }

    @Test
    void sumsBelowTheirNoiseAreMissingData() {
        Life life = new Life();
        life.margin = 500_000;
        weekdays(life, WEEKS, 9, 17);
        assertThat(all(life, ZoneOffset.UTC)).allSatisfy(indicator -> {
            assertThat(indicator.value()).isNull();
            assertThat(indicator.missing()).isEqualTo(1);
        });
    }

    @Test
    void reportsMissingDataOnly() {
        Life life = new Life();
        weekdays(life, 1, 9, 17);
        assertThat(all(life, ZoneOffset.UTC)).allSatisfy(indicator -> {
            assertThat(indicator.value()).isNull();
            assertThat(indicator.isElevated()).isFalse();
            assertThat(indicator.missing()).isPositive();
            assertThat(indicator.text()).contains("Not enough");
        });
        assertThat(all(new Life(), ZoneOffset.UTC))
                .extracting(TeamIndicator::missing)
                .containsExactly(20, 4, 10, 10);
    }

    @Property(tries = 100)
    void ignoresOrderAndLaterWindows(@ForAll long seed) {
        Random random = new Random(seed);
        Life life = new Life();
        for (int day = 0; day < 7 * WEEKS; day++) {
            for (int hour = random.nextInt(24); hour < 24; hour += 1 + random.nextInt(6)) {
                life.hour(day, hour, random.nextDouble());
            }
            life.day(day, random.nextDouble(), random.nextInt(50));
        }
        ZoneId zone = random.nextBoolean() ? ZoneOffset.UTC : ZoneId.of("Asia/Kolkata");
        List<TeamIndicator> before = all(life, zone);
        assertThat(before).allSatisfy(indicator -> {
            if (indicator.value() != null) {
                assertThat(indicator.value().low()).isFinite();
                assertThat(indicator.value().high()).isFinite();
            }
        });

        Collections.shuffle(life.hours, random);
        Collections.shuffle(life.days, random);
        for (int day = 7 * WEEKS; day < 7 * WEEKS + 3; day++) {
            life.hour(day, 3, 1);
            life.day(day, 1, 1_000);
        }
        assertThat(all(life, zone)).isEqualTo(before);
    }

    /** Days resemble their neighbours, hours and weekends change at random, and figures have the noise of a release. */
    @Test
    void teamsWithoutChangesAreSeldomMarked() {
        for (int recentDays : new int[] {7, 14, 28}) {
            Map<Kind, Integer> hits = new EnumMap<>(Kind.class);
            Simulation any =
                    Simulation.run("false alarms, team, any indicator, " + recentDays + " days", 600, random -> {
                        List<Kind> marked = marked(random, recentDays, null);
                        marked.forEach(kind -> hits.merge(kind, 1, Integer::sum));
                        return !marked.isEmpty();
                    });
            assertThat(any.atMost()).as(any.toString()).isLessThanOrEqualTo(0.05);
            for (Kind kind : Kind.values()) {
                System.out.println(new Simulation(
                        "false alarms, team, " + kind.text() + ", " + recentDays + " days",
                        hits.getOrDefault(kind, 0),
                        600));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void teamsThatChangeAreMarked(Kind kind) {
        Simulation power = Simulation.run(
                "power, team, " + kind.text() + ", 28 days",
                200,
                random -> marked(random, 28, kind).contains(kind));
        assertThat(power.share()).as(power.toString()).isGreaterThan(kind == Kind.WEEKEND_SHARE ? 0.3 : 0.5);
    }

    private static List<Kind> marked(Random random, int recentDays, @Nullable Kind changed) {
        Life life = new Life();
        life.margin = 2_000;
        double flow = random.nextGaussian();
        double interruptions = random.nextGaussian();
        double evening = random.nextGaussian();
        double weekend = random.nextGaussian();
        for (int day = 0; day < 7 * WEEKS; day++) {
            boolean isChanged = day >= 7 * WEEKS - recentDays;
            flow = wave(random, flow);
            interruptions = wave(random, interruptions);
            evening = wave(random, evening);
            weekend = day % 7 == 0 ? wave(random, weekend) : weekend;
            double late = 0.1 * Math.max(0, evening) + (isChanged && changed == Kind.OUTSIDE_USUAL_HOURS ? 0.3 : 0);
            double active = day % 7 < 5
                    ? 1
                    : 0.15 * Math.max(0, 1 + weekend) + (isChanged && changed == Kind.WEEKEND_SHARE ? 0.7 : 0);
            for (int hour = 9; hour < 17; hour++) {
                life.hour(day, hour, active * (0.6 + 0.1 * random.nextGaussian()));
            }
            life.hour(day, 21, active * late);
            double share = 0.35 + 0.05 * flow - (isChanged && changed == Kind.FALLING_FLOW ? 0.08 : 0);
            double perDay = 30 + 5 * interruptions + (isChanged && changed == Kind.RISING_FRAGMENTATION ? 10 : 0);
            life.day(day, active, share, Math.round(active * Math.max(0, perDay)), random);
        }
        return Arrays.stream(Kind.values())
                .filter(kind -> TeamIndicator.of(kind, life.hours, life.days, END_MS, recentDays, ZoneOffset.UTC, 0)
                        .isElevated())
                .toList();
    }

    private static double wave(Random random, double previous) {
        return 0.4 * previous + Math.sqrt(1 - 0.4 * 0.4) * random.nextGaussian();
    }

    @Test
    void thresholdsHaveFixedSteps() {
        assertThat(Kind.WEEKEND_SHARE.allows(0.15)).isTrue();
        assertThat(Kind.WEEKEND_SHARE.allows(0.151)).isFalse();
        assertThat(Kind.WEEKEND_SHARE.allows(0)).isFalse();
        assertThat(Kind.WEEKEND_SHARE.allows(1.05)).isFalse();
        assertThat(Kind.WEEKEND_SHARE.allows(Double.NaN)).isFalse();
        assertThat(Kind.RISING_FRAGMENTATION.allows(12.5)).isTrue();
        assertThat(Kind.parse("weekend_share")).isEqualTo(Kind.WEEKEND_SHARE);
        assertThat(Kind.parse("WEEKEND_SHARE")).isNull();
    }

    private static Estimate value(TeamIndicator indicator) {
        return Objects.requireNonNull(indicator.value());
    }

    private static List<TeamIndicator> all(Life life, ZoneId zone) {
        return Arrays.stream(Kind.values())
                .map(kind -> TeamIndicator.of(kind, life.hours, life.days, END_MS, RECENT_DAYS, zone, 0))
                .toList();
    }

    private static void weekdays(Life life, int weeks, int fromHour, int toHour) {
        for (int day = 0; day < 7 * weeks; day++) {
            if (day % 7 < 5) {
                for (int hour = fromHour; hour < toHour; hour++) {
                    life.hour(day, hour, 0.5);
                }
                life.day(day, 0.4 + 0.01 * (day % 3), 16 + day % 5);
            }
        }
    }

    private static final class Life {

        private static final int MEMBERS = 6;

        final List<Hour> hours = new ArrayList<>();
        final List<Day> days = new ArrayList<>();
        double margin;

        void hour(int day, int hour, double activeShare) {
            hours.add(new Hour(START_MS + day * DAY_MS + hour * HOUR_MS, figure(activeShare * MEMBERS * 3_600)));
        }

        void day(int day, double flowShare, long interruptions) {
            days.add(new Day(
                    START_MS + day * DAY_MS,
                    figure(36_000),
                    figure(flowShare * 36_000),
                    new Figure(interruptions, margin / 1_000)));
        }

        /** @param active 1 for a whole day of the team */
        void day(int day, double active, double flowShare, long interruptions, Random noise) {
            days.add(new Day(
                    START_MS + day * DAY_MS,
                    noisy(active * 36_000, margin, noise),
                    noisy(active * flowShare * 36_000, margin, noise),
                    noisy(interruptions, margin / 1_000, noise)));
        }

        private static Figure noisy(double value, double margin, Random noise) {
            return new Figure(value + margin / 1.96 * noise.nextGaussian(), margin);
        }

        private Figure figure(double value) {
            return new Figure(value, margin);
        }
    }
}
