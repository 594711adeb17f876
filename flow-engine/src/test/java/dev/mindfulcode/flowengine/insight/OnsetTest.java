package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mindfulcode.flowengine.insight.Onset.Start;
import dev.mindfulcode.flowengine.insight.Onset.Way;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class OnsetTest {

    private static final long MINUTE_MS = 60_000;

    @Test
    void reportsMissingStartsAndSessions() {
        Onset onset = Onset.of(starts(4), List.of());
        assertThat(onset.ways()).isEmpty();
        assertThat(onset.startsMissing()).isEqualTo(6);
        assertThat(onset.firstFlowAfterMs()).isNull();
        assertThat(onset.firstsMissing()).isEqualTo(Survival.ENDS_MIN);
    }

    @Test
    void countsWaysByPositionInTheSession() {
        List<Start> starts = new ArrayList<>(starts(8));
        starts.add(new Start(11 * MINUTE_MS, true));
        starts.add(new Start(30 * MINUTE_MS, false));
        starts.add(new Start(5 * MINUTE_MS, false));
        assertThat(Onset.of(starts, List.of()).ways())
                .extracting(Onset.Began::way, Onset.Began::count)
                .containsExactly(
                        tuple(Way.WITH_THE_SESSION, 8),
                        tuple(Way.LATER_IN_THE_SESSION, 1),
                        tuple(Way.AFTER_AN_INTERRUPTION, 2));
    }

    @Test
    void sessionsWithoutFlowLengthenTheTimeToFirstFlow() {
        List<Survival.Observation> firsts = new ArrayList<>();
        for (int i = 1; i <= 10; i++) {
            firsts.add(new Survival.Observation(i * MINUTE_MS, true));
        }
        Estimate without = Objects.requireNonNull(Onset.of(List.of(), firsts).firstFlowAfterMs());
        for (int i = 0; i < 6; i++) {
            firsts.add(new Survival.Observation(60 * MINUTE_MS, false));
        }
        Estimate with = Objects.requireNonNull(Onset.of(List.of(), firsts).firstFlowAfterMs());
        assertThat(with.value()).isGreaterThan(without.value());
    }

    private static List<Start> starts(int count) {
        return Collections.nCopies(count, new Start(2 * MINUTE_MS, true));
    }
}
