package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Recommendations.Preferences;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class RecommendationsTest {
    private static final long DAY_MS = Recommendation.DAY_MS;

    private static FlowReading reading(boolean inFlow, float intensity, long flowMs) {
        FlowReading reading = new FlowReading();
        reading.setFeatures(0.2f, 0.2f, 0.2f, 0.9f, 0.5f);
        reading.confidence = 0.9f;
        reading.inFlow = inFlow;
        reading.intensity = intensity;
        reading.flowDurationMs = flowMs;
        return reading;
    }

    @Test
    void messagesWaitFromTheThreshold() {
        Preferences from70 = new Preferences(0.7, true, false);
        assertThat(Recommendations.of(reading(false, 0.69f, 0), from70)).noneMatch(text -> text.contains("messages"));
        assertThat(Recommendations.of(reading(false, 0.71f, 0), from70)).anyMatch(text -> text.contains("messages"));
        assertThat(Recommendations.of(reading(false, 0.99f, 0))).noneMatch(text -> text.contains("messages"));
    }

    @Test
    void breaksAreSuggestedUnlessUnwanted() {
        FlowReading longFlow = reading(true, 0.9f, 2 * 3_600_000);
        assertThat(Recommendations.of(longFlow)).anyMatch(text -> text.contains("break"));
        assertThat(Recommendations.of(longFlow, new Preferences(Double.NaN, false, false)))
                .noneMatch(text -> text.contains("break") || text.contains("pause:") || text.contains("to pause"));
    }

    @Test
    void focusModeSuppressesOtherTextsWhileMessagesWait() {
        Preferences focus = new Preferences(Double.NaN, true, true);
        assertThat(Recommendations.of(reading(true, 0.9f, 60_000), focus)).hasSize(1);
        assertThat(Recommendations.of(reading(false, 0.2f, 0), focus)).hasSize(3);
    }

    /** Daily for a year: respects cool-downs and the maximum, and shows all in turn. */
    @Property(tries = 200)
    void rotatesRecommendationsWithCoolDown(
            @ForAll @IntRange(min = 1, max = 8) int rules, @ForAll @IntRange(max = 3) int max) {
        List<Recommendation> found = java.util.stream.IntStream.range(0, rules)
                .mapToObj(i -> new Recommendation("r" + i, "t", "e", 7 * DAY_MS))
                .toList();
        Map<String, Long> shown = new HashMap<>();
        for (long day = 0; day < 365; day++) {
            List<Recommendation> chosen = Recommendation.choose(found, shown, day * DAY_MS, max);
            assertThat(chosen).hasSizeLessThanOrEqualTo(max).doesNotHaveDuplicates();
            for (Recommendation one : chosen) {
                Long before = shown.put(one.id(), day * DAY_MS);
                assertThat(before == null || day * DAY_MS - before >= 7 * DAY_MS)
                        .isTrue();
            }
        }
        assertThat(shown).hasSize(max == 0 ? 0 : rules);
    }
}
