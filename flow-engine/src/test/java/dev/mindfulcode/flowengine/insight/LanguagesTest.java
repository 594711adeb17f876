package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.insight.Languages.Language;
import dev.mindfulcode.flowengine.insight.Languages.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LanguagesTest {

    private final Random random = new Random(5);
    private final List<Observation> sessions = new ArrayList<>();

    @Test
    void reportsMissingSessionsOnly() {
        add("java", 9, 0.4);
        Languages languages = Languages.of(sessions);
        assertThat(languages.languages()).isEmpty();
        assertThat(languages.sessionsMissing()).isEqualTo(2);
        assertThat(Languages.of(List.of()).mean()).isZero();
    }

    @Test
    void doesNotCompareLanguagesOfOneSession() {
        for (int i = 0; i < 12; i++) {
            add("language " + i, 1, 0.4);
        }
        assertThat(Languages.of(sessions).languages()).isEmpty();
        assertThat(Languages.of(sessions).sessionsMissing()).isEqualTo(Languages.SESSIONS_MIN);
    }

    @Test
    void shrinksALanguageOfTwoSessionsToTheMean() {
        add("java", 60, 0.4);
        add("python", 40, 0.4);
        sessions.add(new Observation("zig", 0.75));
        sessions.add(new Observation("zig", 0.8));
        Language zig = language("zig");
        assertThat(zig.flowShare().value()).isLessThan(0.7);
        assertThat(zig.flowShare().samples()).isEqualTo(2);
        assertThat(zig.flowShare().high() - zig.flowShare().low())
                .isGreaterThan(language("java").flowShare().high()
                        - language("java").flowShare().low());
    }

    @Test
    void findsABetterLanguageAndSortsBySessions() {
        add("java", 50, 0.3);
        add("sql", 20, 0.35);
        add("rust", 40, 0.6);
        assertThat(Languages.of(sessions).languages().getFirst().name()).isEqualTo("java");
        assertThat(language("rust").above()).isTrue();
        assertThat(language("java").above()).isFalse();
    }

    @Test
    void singleLanguageIsNotAboveTheMean() {
        add("java", 12, 0.4);
        Language java = language("java");
        assertThat(java.above()).isFalse();
        assertThat(java.flowShare().value()).isCloseTo(0.4, within(0.1));
        assertThat(java.flowShare().high() - java.flowShare().low()).isGreaterThan(0.01);
    }

    private Language language(String name) {
        return Languages.of(sessions).languages().stream()
                .filter(language -> language.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private void add(String language, int count, double mean) {
        for (int i = 0; i < count; i++) {
            sessions.add(new Observation(language, Math.clamp(mean + 0.1 * random.nextGaussian(), 0, 1)));
        }
    }
}
