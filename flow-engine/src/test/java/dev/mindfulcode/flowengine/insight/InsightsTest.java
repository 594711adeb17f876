package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.Insights.History;
import dev.mindfulcode.flowengine.insight.StrainIndicator.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InsightsTest {

    private static final Survival NO_PERIODS = Survival.of(List.of());
    private static final Onset NO_ONSET = Onset.of(List.of(), List.of(), new Onset.Span(0, 0, 0, 0));

    @Test
    void hasNoInsightsWithoutData() {
        assertThat(Insights.from(history(
                        PeakHours.of(List.of()), Resumption.of(List.of(), 0), StrainIndicator.of(List.of(), 20_000))))
                .isEmpty();
    }

    @Test
    void reportsElevatedIndicatorsWithNumbersAndSuggestion() {
        List<StrainIndicator> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            double side = kind == Kind.FALLING_FLOW ? -1 : 1;
            all.add(new StrainIndicator(
                    kind, new Estimate(side * 0.3, side * 0.3 - 0.1, side * 0.3 + 0.1, 12), 0, true, 0));
        }
        List<Insight> insights = Insights.from(history(PeakHours.of(List.of()), Resumption.of(List.of(), 0), all));
        assertThat(insights).hasSize(Kind.values().length);
        assertThat(insights).extracting(Insight::id).doesNotHaveDuplicates();
        assertThat(insights).extracting(Insight::text).doesNotHaveDuplicates();
        assertThat(insights).allSatisfy(one -> {
            assertThat(one.confidence()).isBetween(0.975, Insight.CONFIDENCE_MAX);
            Recommendation suggestion = Objects.requireNonNull(one.suggestion());
            assertThat(suggestion.id()).isEqualTo(one.id());
            assertThat(suggestion.coolDownMs()).isGreaterThanOrEqualTo(7 * Recommendation.DAY_MS);
            assertThat(suggestion.evidence()).contains("95 % interval", "n = 12");
        });
    }

    @Test
    void ignoresIntervalsThatIncludeZero() {
        Resumption unsure = new Resumption(null, 1, new Estimate(5e5, -1, 9e5, 9), 0);
        assertThat(Insights.from(history(PeakHours.of(List.of()), unsure, List.of())))
                .isEmpty();
        Resumption sure = new Resumption(new Estimate(1e5, 5e4, 3e5, 20), 0, new Estimate(5e5, 1, 9e5, 9), 0);
        assertThat(Insights.from(history(PeakHours.of(List.of()), sure, List.of())))
                .extracting(Insight::id)
                .containsExactly("interruption-cost", "resumption-lag");
    }

    @Test
    void confidenceGrowsWithTheDistanceFromTheReference() {
        assertThat(confidenceOfPeak(0.60)).isLessThan(confidenceOfPeak(0.65)).isGreaterThan(0.975);
        Insight amount =
                Insight.amount("id", "text", "measure_ms", new Estimate(1, 0, 2, 3), Insight.Basis.PERIODS, null);
        assertThat(amount.confidence()).isEqualTo(0.95);
        Insight barely =
                Insight.side("id", "text", "measure", new Estimate(0.1, -1.9, 2.1, 3), 0, Insight.Basis.PERIODS, null);
        assertThat(barely.confidence()).isBetween(0.5, 0.55);
    }

    @Test
    void reportsTheUsualEndingOnlyIfItIsMostOfThem() {
        FlowEndings half = FlowEndings.of(Map.of(Interruption.IDLE, 11, Interruption.ERRORS, 9));
        assertThat(Insights.from(history(half))).isEmpty();
        FlowEndings most = FlowEndings.of(Map.of(Interruption.IDLE, 40, Interruption.ERRORS, 9));
        assertThat(Insights.from(history(most))).extracting(Insight::id).containsExactly("usual-ending");
        FlowEndings unknown = FlowEndings.of(Map.of(Interruption.UNKNOWN, 40));
        assertThat(Insights.from(history(unknown))).isEmpty();
    }

    private static double confidenceOfPeak(double value) {
        PeakHours hours = new PeakHours(
                0.5, List.of(new PeakHours.Hour(10, new Estimate(value, value - 0.095, value + 0.095, 20), true)), 0);
        return Insights.from(history(hours, Resumption.of(List.of(), 0), List.of()))
                .getFirst()
                .confidence();
    }

    private static History history(FlowEndings endings) {
        return new History(
                PeakHours.of(List.of()),
                NO_PERIODS,
                endings,
                NO_ONSET,
                Resumption.of(List.of(), 0),
                Languages.of(List.of()),
                List.of());
    }

    private static History history(PeakHours hours, Resumption resumption, List<StrainIndicator> indicators) {
        return new History(
                hours, NO_PERIODS, FlowEndings.of(Map.of()), NO_ONSET, resumption, Languages.of(List.of()), indicators);
    }
}
