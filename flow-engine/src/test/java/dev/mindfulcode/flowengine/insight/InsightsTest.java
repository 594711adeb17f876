package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.Insights.History;
import dev.mindfulcode.flowengine.insight.StrainIndicator.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class InsightsTest {

    private static final Survival NO_PERIODS = Survival.of(List.of());
    private static final Resumption NO_LAG = Resumption.of(List.of());

    @Test
    void hasNoInsightsWithoutData() {
        assertThat(Insights.from(history(PeakHours.of(List.of()), NO_LAG, StrainIndicator.of(List.of(), 20_000, 0))))
                .isEmpty();
    }

    @Test
    void reportsElevatedIndicatorsWithNumbersAndSuggestion() {
        List<StrainIndicator> all = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            double side = kind == Kind.FALLING_FLOW ? -1 : 1;
            all.add(new StrainIndicator(
                    kind, new Estimate(side * 0.3, side * 0.3 - 0.1, side * 0.3 + 0.1, 12), 0, 0.001, 0));
        }
        List<Insight> insights = Insights.from(history(PeakHours.of(List.of()), NO_LAG, all));
        assertThat(insights).hasSize(Kind.values().length);
        assertThat(insights).extracting(Insight::id).doesNotHaveDuplicates();
        assertThat(insights).extracting(Insight::text).doesNotHaveDuplicates();
        assertThat(insights).allSatisfy(one -> {
            assertThat(one.confidence()).isBetween(0.98, Insight.CONFIDENCE_MAX);
            Recommendation suggestion = Objects.requireNonNull(one.suggestion());
            assertThat(suggestion.id()).isEqualTo(one.id());
            assertThat(suggestion.coolDownMs()).isGreaterThanOrEqualTo(7 * Recommendation.DAY_MS);
            assertThat(suggestion.evidence()).contains("95 % interval", "n = 12");
        });
    }

    @Test
    void reportsTheLagAsAnAmount() {
        Resumption lag = new Resumption(new Estimate(1e5, 5e4, 3e5, 20), 0);
        List<Insight> insights = Insights.from(history(PeakHours.of(List.of()), lag, List.of()));
        assertThat(insights).extracting(Insight::id).containsExactly("resumption-lag");
        assertThat(insights.getFirst().confidence()).isEqualTo(0.95);
    }

    @Test
    void comparesOnlyBeyondTheLevelOfAllComparisonsTogether() {
        assertThat(ofPeak(Significance.LEVEL * 1.01)).isEmpty();
        assertThat(ofPeak(Significance.LEVEL * 0.99).getFirst().confidence()).isBetween(0.95, 0.951);
        assertThat(ofPeak(0).getFirst().confidence()).isEqualTo(Insight.CONFIDENCE_MAX);
    }

    @Test
    void reportsTheUsualEndingOnlyIfItIsMostOfThem() {
        FlowEndings half = endings(Interruption.IDLE, 11, Interruption.ERRORS, 9);
        assertThat(Insights.from(history(half))).isEmpty();
        FlowEndings most = endings(Interruption.IDLE, 40, Interruption.ERRORS, 9);
        assertThat(Insights.from(history(most))).extracting(Insight::id).containsExactly("usual-ending");
        FlowEndings unknown = endings(Interruption.UNKNOWN, 40, Interruption.ERRORS, 0);
        assertThat(Insights.from(history(unknown))).isEmpty();
    }

    private static List<Insight> ofPeak(double p) {
        PeakHours hours = new PeakHours(0.5, List.of(new PeakHours.Hour(10, new Estimate(0.6, 0.5, 0.7, 20), p)), 0);
        return Insights.from(history(hours, NO_LAG, List.of()));
    }

    private static FlowEndings endings(Interruption most, int mostCount, Interruption other, int otherCount) {
        List<Interruption> causes = new ArrayList<>();
        for (int i = 0; i < mostCount + otherCount; i++) {
            causes.add(
                    i * otherCount / (mostCount + otherCount) == (i + 1) * otherCount / (mostCount + otherCount)
                            ? most
                            : other);
        }
        return FlowEndings.of(causes);
    }

    private static History history(FlowEndings endings) {
        return new History(PeakHours.of(List.of()), NO_PERIODS, endings, NO_LAG, Languages.of(List.of()), List.of());
    }

    private static History history(PeakHours hours, Resumption resumption, List<StrainIndicator> indicators) {
        return new History(
                hours, NO_PERIODS, FlowEndings.of(List.of()), resumption, Languages.of(List.of()), indicators);
    }
}
