package dev.mindfulcode.apigateway.accounts;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ZoneChoiceTest {

    @Test
    void defaultsToUtcWithoutANotice() {
        assertThat(ZoneChoice.of(null)).isEqualTo(new ZoneChoice("UTC", null));
        assertThat(ZoneChoice.of("Europe/Berlin")).isEqualTo(new ZoneChoice("Europe/Berlin", null));
    }

    @Test
    void reportsTheIdThatAnAliasIsStoredAs() {
        assertThat(ZoneChoice.of("EST").name()).isEqualTo("America/Panama");
        assertThat(ZoneChoice.of("EST").notice()).isEqualTo("Time zone \"EST\" is stored as America/Panama.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "Etc/Unknown", "undefined", "\u0000", "Mars/Olympus"})
    void fallsBackToUtcWithANotice(String sent) {
        ZoneChoice choice = ZoneChoice.of(sent);
        assertThat(choice.name()).isEqualTo("UTC");
        assertThat(choice.notice()).contains("\"" + sent + "\"").contains("PATCH /api/account");
    }

    @Test
    void cutsALongNameInTheNotice() {
        assertThat(ZoneChoice.of("x".repeat(10_000)).notice()).hasSizeLessThan(200);
    }
}
