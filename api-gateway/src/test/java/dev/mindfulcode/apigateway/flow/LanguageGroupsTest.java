package dev.mindfulcode.apigateway.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.flow.HistoryQueries.LanguageTyping;
import dev.mindfulcode.flowengine.insight.Languages;
import dev.mindfulcode.flowengine.insight.Languages.Language;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class LanguageGroupsTest {

    private static final long HOUR_MS = 3_600_000;

    @Test
    void languagesIgnoreCaseAndUseTheLatestSpelling() {
        List<LanguageTyping> typing = new ArrayList<>();
        for (String spelling : List.of(" TypeScript", "typescript", "TYPESCRIPT", "Ｔｙｐｅｓｃｒｉｐｔ")) {
            for (int i = 0; i < 3; i++) {
                typing.add(new LanguageTyping(UUID.randomUUID(), spelling, HOUR_MS, HOUR_MS / (2 + i)));
            }
        }
        assertThat(InsightInputs.languages(typing).languages())
                .extracting(Language::name)
                .containsExactly("TypeScript");
    }

    @Test
    void twoSpellingsWithinASessionAreOneObservation() {
        UUID session = UUID.randomUUID();
        Languages languages = InsightInputs.languages(List.of(
                new LanguageTyping(session, "Java", 4 * 60_000, 4 * 60_000),
                new LanguageTyping(session, "java", 4 * 60_000, 0)));
        assertThat(languages.mean()).as("of eight minutes, four in flow").isEqualTo(0.5);
    }
}
