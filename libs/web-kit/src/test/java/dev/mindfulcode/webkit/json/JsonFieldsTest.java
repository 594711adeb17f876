package dev.mindfulcode.webkit.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.problems.ProblemException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonFieldsTest {

    /** Numbers as Lua writes them. */
    @ParameterizedTest
    @CsvSource({"4,4", "4.0,4", "-4.00,-4", "1.7e12,1700000000000", "0.0,0", "40e-1,4"})
    void readsANumberWhoseFractionIsZeroAsAnInteger(String json, long value) {
        assertThat(fields(json).integer("n", Long.MIN_VALUE, Long.MAX_VALUE)).isEqualTo(value);
        assertThat(fields(json).members().get("n")).isIn((int) value, value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"4.5", "1e300", "1e999", "9223372036854775808", "\"4\"", "true", "[]"})
    void rejectsOtherNumbersAsIntegers(String json) {
        assertThatThrownBy(() -> fields(json).integer("n", Long.MIN_VALUE, Long.MAX_VALUE))
                .isInstanceOf(ProblemException.class);
    }

    @Test
    void retainsFractions() {
        assertThat(fields("4.5").members()).containsEntry("n", 4.5);
    }

    private static JsonFields fields(String json) {
        return Json.object(("{\"n\":" + json + "}").getBytes(StandardCharsets.UTF_8));
    }
}
