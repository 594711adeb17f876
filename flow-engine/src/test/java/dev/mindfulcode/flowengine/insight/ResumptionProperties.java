package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.Resumption.Period;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResumptionProperties {
    private static final long MINUTE_MS = 60_000;
    private static final long DAY_MS = 24 * 60 * MINUTE_MS;

    /**
     * Interrupted after 10 minutes and back 5 later; undisturbed periods last 40: 5 of the next 30 minutes are lost.
     */
    @Test
    void recoversBuiltInLagAndCost() {
        Resumption resumption = Resumption.of(life(10), 400 * DAY_MS);
        Estimate lag = java.util.Objects.requireNonNull(resumption.lagMs());
        assertThat(lag.value()).isEqualTo(5 * MINUTE_MS);
        Estimate cost = java.util.Objects.requireNonNull(resumption.costMs());
        assertThat(cost.value()).isEqualTo(5.0 * MINUTE_MS);
        assertThat(cost.samples()).isEqualTo(10);
        assertThat(resumption.lagsMissing()).isZero();
        assertThat(resumption.pairsMissing()).isZero();
    }

    @Test
    void reportsMissingInterruptionsOnly() {
        Resumption resumption = Resumption.of(life(6), 400 * DAY_MS);
        assertThat(resumption.lagMs()).isNull();
        assertThat(resumption.lagsMissing()).isEqualTo(Survival.ENDS_MIN - 6);
        assertThat(resumption.costMs()).isNull();
        assertThat(resumption.pairsMissing()).isEqualTo(Resumption.PAIRS_MIN - 6);
        assertThat(Resumption.of(List.of(), 0)).isEqualTo(new Resumption(null, 8, null, 8));
    }

    @Test
    void costIsUnknownWithoutMatches() {
        List<Period> alike = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            alike.add(period(day, 0, 10, 60, Interruption.IDLE));
        }
        Resumption resumption = Resumption.of(alike, 400 * DAY_MS);
        assertThat(resumption.pairsMissing()).isEqualTo(Resumption.PAIRS_MIN);
        // Flow never returned: all lags are censored.
        assertThat(resumption.lagsMissing()).isEqualTo(Survival.ENDS_MIN);
    }

    @Property(tries = 300)
    void resultsAreFiniteInRangeAndIndependentOfOrder(@ForAll long seed, @ForAll @IntRange(max = 60) int size) {
        Random random = new Random(seed);
        List<Period> periods = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < size; i++) {
            at += 1 + random.nextInt(3_600_000);
            long end = at + random.nextInt(7_200_000);
            Interruption by = Interruption.values()[random.nextInt(Interruption.values().length)];
            periods.add(new Period(at, end, end + random.nextInt(3_600_000), random.nextInt(9), by));
        }
        Resumption resumption = Resumption.of(periods, at);
        if (resumption.costMs() != null) {
            assertThat(resumption.costMs().low()).isGreaterThanOrEqualTo(-Resumption.HORIZON_MS);
            assertThat(resumption.costMs().high()).isLessThanOrEqualTo(Resumption.HORIZON_MS);
        }
        assertThat(resumption.costMs() == null).isEqualTo(resumption.pairsMissing() > 0);
        assertThat(resumption.lagMs() == null).isEqualTo(resumption.lagsMissing() > 0);
        Collections.shuffle(periods, random);
        assertThat(Resumption.of(periods, at)).isEqualTo(resumption);
    }

    private static List<Period> life(int interruptions) {
        List<Period> periods = new ArrayList<>();
        for (int i = 0; i < interruptions; i++) {
            periods.add(period(3 * i, 0, 10, 60, Interruption.CONTEXT_SWITCH));
            periods.add(period(3 * i, 15, 60, 60, Interruption.SESSION_ENDED));
            periods.add(period(3 * i + 1, 0, 40, 60, Interruption.SESSION_ENDED));
        }
        return periods;
    }

    private static Period period(int day, int fromMinute, int toMinute, int sessionToMinute, Interruption by) {
        long start = day * DAY_MS;
        return new Period(
                start + fromMinute * MINUTE_MS,
                start + toMinute * MINUTE_MS,
                start + sessionToMinute * MINUTE_MS,
                day,
                by);
    }
}
