package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mindfulcode.flowengine.insight.Onset.LeadIn;
import dev.mindfulcode.flowengine.insight.Onset.Measure;
import dev.mindfulcode.flowengine.insight.Onset.Span;
import dev.mindfulcode.flowengine.insight.Onset.Start;
import dev.mindfulcode.flowengine.insight.Onset.Way;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OnsetTest {

    private static final long MINUTE_MS = 60_000;
    private static final Span USUAL = new Span(6_000 * MINUTE_MS, 100_000, 6_000, 1_800);

    @Test
    void reportsMissingStartsAndSessions() {
        Onset onset = Onset.of(starts(4, 1), List.of(), USUAL);
        assertThat(onset.ways()).isEmpty();
        assertThat(onset.leadIns()).isEmpty();
        assertThat(onset.startsMissing()).isEqualTo(6);
        assertThat(onset.firstFlowAfterMs()).isNull();
        assertThat(onset.firstsMissing()).isEqualTo(Survival.ENDS_MIN);
    }

    @Test
    void countsWaysByPositionInTheSession() {
        List<Start> starts = new ArrayList<>(starts(8, 1));
        starts.add(new Start(11 * MINUTE_MS, true, quiet(1)));
        starts.add(new Start(30 * MINUTE_MS, false, quiet(1)));
        starts.add(new Start(5 * MINUTE_MS, false, quiet(1)));
        assertThat(Onset.of(starts, List.of(), USUAL).ways())
                .extracting(Onset.Began::way, Onset.Began::count)
                .containsExactly(
                        tuple(Way.WITH_THE_SESSION, 8),
                        tuple(Way.LATER_IN_THE_SESSION, 1),
                        tuple(Way.AFTER_AN_INTERRUPTION, 2));
    }

    @Test
    void findsFewerSwitchesBeforeFlow() {
        LeadIn fewer = switches(Onset.of(starts(20, 1), List.of(), USUAL));
        assertThat(fewer.usually()).isEqualTo(3);
        assertThat(fewer.before().high()).isLessThan(3);
        assertThat(fewer.differs()).isTrue();
        assertThat(switches(Onset.of(starts(20, 3), List.of(), USUAL)).differs())
                .isFalse();
    }

    /** At one per hundred minutes, ten times ten minutes without any occur by chance in a third of all cases. */
    @Test
    void identicalStartsAreNotCertain() {
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            starts.add(new Start(2 * MINUTE_MS, true, quiet(0)));
        }
        LeadIn none = switches(Onset.of(starts, List.of(), new Span(6_000 * MINUTE_MS, 100_000, 6_000, 60)));
        assertThat(none.before().value()).isZero();
        assertThat(none.before().high()).isBetween(0.3, 0.4);
        assertThat(none.differs()).isFalse();
    }

    @Test
    void ignoresStartsWithoutActivityBefore() {
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            starts.add(new Start(0, true, new Span(0, 0, 0, 0)));
        }
        assertThat(Onset.of(starts, List.of(), USUAL).leadIns()).isEmpty();
    }

    @Test
    void sessionsWithoutFlowLengthenTheTimeToFirstFlow() {
        List<Survival.Observation> firsts = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            firsts.add(new Survival.Observation(i * MINUTE_MS, true));
        }
        Estimate without =
                Objects.requireNonNull(Onset.of(List.of(), firsts, USUAL).firstFlowAfterMs());
        for (int i = 0; i < 6; i++) {
            firsts.add(new Survival.Observation(60 * MINUTE_MS, false));
        }
        Estimate with =
                Objects.requireNonNull(Onset.of(List.of(), firsts, USUAL).firstFlowAfterMs());
        assertThat(with.value()).isGreaterThan(without.value());
    }

    private static LeadIn switches(Onset onset) {
        return onset.leadIns().stream()
                .filter(leadIn -> leadIn.measure() == Measure.CONTEXT_SWITCHES)
                .findFirst()
                .orElseThrow();
    }

    /** The number of switches before varies by one around a mean. */
    private static List<Start> starts(int count, int switches) {
        List<Start> starts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            starts.add(new Start(2 * MINUTE_MS, true, quiet(switches + i % 3 - 1)));
        }
        return starts;
    }

    private static Span quiet(int switches) {
        return new Span(10 * MINUTE_MS, 400, 24, switches);
    }
}
