package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.insight.StrainIndicator.Day;
import dev.mindfulcode.flowengine.insight.StrainIndicator.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class StrainIndicatorProperties {
    private static final long HOUR_MS = 3_600_000;
    /** A Monday. */
    private static final long FIRST_DAY = 20_003 - Math.floorMod(20_003 + 3, 7);

    private static final int WEEKS = 40;
    private static final long TODAY = FIRST_DAY + 7 * WEEKS;

    @Test
    void constantValuesAreNotElevated() {
        assertThat(StrainIndicator.of(life(false), TODAY, 0))
                .hasSize(Kind.values().length)
                .allSatisfy(indicator -> {
                    assertThat(indicator.value()).isNotNull();
                    assertThat(indicator.isElevated()).as(indicator.toString()).isFalse();
                });
    }

    /** Alternating values: the interval of the median slope includes zero. */
    @Test
    void alternatingWeeksAreNoTrend() {
        List<Day> days = new ArrayList<>();
        for (int week = 0; week < WEEKS; week++) {
            int swing = week % 2;
            long[] hours = new long[24];
            hours[10] = HOUR_MS;
            days.add(new Day(
                    FIRST_DAY + 7L * week,
                    hours,
                    HOUR_MS / 2 - swing * 600_000L,
                    10_000,
                    800 + 200 * swing,
                    40 + 9 * swing,
                    0));
        }
        assertThat(StrainIndicator.of(days, TODAY, 0).subList(3, 6)).allSatisfy(indicator -> {
            assertThat(indicator.value()).isNotNull();
            assertThat(indicator.isElevated()).as(indicator.toString()).isFalse();
        });
    }

    @Test
    void reportsEachChangeWithItsNumbers() {
        assertThat(StrainIndicator.of(life(true), TODAY, 0))
                .allSatisfy(indicator -> assertThat(indicator.isElevated())
                        .as(indicator.toString())
                        .isTrue());
    }

    /** Flow before a change of the model says nothing about flow after it; errors and switches do not depend on it. */
    @Test
    void changeOfTheModelBreaksTheTrendOfFlow() {
        List<StrainIndicator> broken = StrainIndicator.of(life(true), TODAY, TODAY - 7 * 10);
        assertThat(broken.get(Kind.FALLING_FLOW.ordinal()).missing()).isEqualTo(Trend.VALUES_MIN - 9);
        assertThat(broken.get(Kind.FALLING_FLOW.ordinal()).isElevated()).isFalse();
        assertThat(broken.get(Kind.RISING_ERRORS.ordinal()).isElevated()).isTrue();
    }

    @Test
    void reportsMissingDaysOnly() {
        List<Day> days = life(true).subList(0, 4);
        assertThat(StrainIndicator.of(days, TODAY, 0)).allSatisfy(indicator -> {
            assertThat(indicator.value()).isNull();
            assertThat(indicator.isElevated()).isFalse();
            assertThat(indicator.missing()).isPositive();
        });
        List<StrainIndicator> none = StrainIndicator.of(List.of(), TODAY, 0);
        assertThat(none).extracting(StrainIndicator::missing).containsExactly(20, 16, 10, 12, 12, 12);
    }

    @Property(tries = 200)
    void valuesAreFiniteForAnyDays(@ForAll long seed) {
        Random random = new Random(seed);
        List<Day> days = new ArrayList<>();
        for (long day = TODAY - 100; day < TODAY + 3; day++) {
            long[] hours = new long[24];
            for (int i = random.nextInt(5); i > 0; i--) {
                hours[random.nextInt(24)] = random.nextInt(4_000_000);
            }
            days.add(new Day(
                    day, hours, random.nextInt(4_000_000), random.nextInt(3), random.nextInt(9), 7, random.nextInt()));
        }
        for (StrainIndicator indicator : StrainIndicator.of(days, TODAY, 0)) {
            assertThat(indicator.value() == null).isEqualTo(indicator.missing() > 0);
            if (indicator.value() != null) {
                assertThat(indicator.value().value()).isFinite();
                assertThat(indicator.unfavourableP()).isBetween(0.0, 1.0);
            }
        }
    }

    /**
     * Nine to five on weekdays, or the same with late hours, weekends, no breaks, less flow, more errors and switches
     * toward the end.
     */
    private static List<Day> life(boolean turns) {
        List<Day> days = new ArrayList<>();
        for (int i = 0; i < 7 * WEEKS; i++) {
            int week = i / 7;
            boolean late = turns && week >= WEEKS - StrainIndicator.RECENT_WEEKS;
            if (i % 7 >= 5 && !late) {
                continue;
            }
            long[] hours = new long[24];
            for (int hour = 9; hour < 17; hour++) {
                hours[hour] = HOUR_MS / 2;
            }
            if (turns && week >= WEEKS - 2) {
                hours[22] = HOUR_MS;
                hours[23] = HOUR_MS;
            }
            int worse = turns ? week : 0;
            days.add(new Day(
                    FIRST_DAY + i,
                    hours,
                    (50 - worse) * HOUR_MS / 20,
                    10_000,
                    800 + 60 * worse,
                    40 + 5 * worse,
                    late ? 3 * HOUR_MS : HOUR_MS));
        }
        return days;
    }
}
