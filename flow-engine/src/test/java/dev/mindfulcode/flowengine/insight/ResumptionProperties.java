package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.Resumption.Period;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ResumptionProperties {
    private static final long MINUTE_MS = 60_000;
    private static final long DAY_MS = 24 * 60 * MINUTE_MS;

    @Test
    void findsTheLag() {
        Resumption resumption = Resumption.of(life(10));
        assertThat(Objects.requireNonNull(resumption.lagMs()).value()).isEqualTo(5 * MINUTE_MS);
        assertThat(resumption.lagsMissing()).isZero();
    }

    @Test
    void reportsMissingInterruptionsOnly() {
        Resumption resumption = Resumption.of(life(6));
        assertThat(resumption.lagMs()).isNull();
        assertThat(resumption.lagsMissing()).isEqualTo(Survival.ENDS_MIN - 6);
        assertThat(Resumption.of(List.of())).isEqualTo(new Resumption(null, 8));
    }

    @Test
    void flowThatNeverReturnsHasNoLag() {
        List<Period> alike = new ArrayList<>();
        for (int day = 0; day < 40; day++) {
            alike.add(period(day, 0, 10, 60, Interruption.IDLE));
        }
        assertThat(Resumption.of(alike).lagsMissing()).isEqualTo(Survival.ENDS_MIN);
    }

    @Property(tries = 300)
    void resultIsIndependentOfOrder(@ForAll long seed, @ForAll @IntRange(max = 60) int size) {
        Random random = new Random(seed);
        List<Period> periods = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < size; i++) {
            at += 1 + random.nextInt(3_600_000);
            long end = at + random.nextInt(7_200_000);
            Interruption by = Interruption.values()[random.nextInt(Interruption.values().length)];
            periods.add(new Period(at, end, end + random.nextInt(3_600_000), random.nextInt(9), by));
        }
        Resumption resumption = Resumption.of(periods);
        assertThat(resumption.lagMs() == null).isEqualTo(resumption.lagsMissing() > 0);
        Collections.shuffle(periods, random);
        assertThat(Resumption.of(periods)).isEqualTo(resumption);
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
