package dev.mindfulcode.webkit.problems;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import org.springframework.http.HttpHeaders;

class CorrelationIdTest {

    private final HttpHeaders request = new HttpHeaders();
    private final HttpHeaders response = new HttpHeaders();

    @Test
    void marksLogLinesAndTheResponseWithTheIdOfTheProxy() {
        request.set("X-Request-Id", "0f3c9a7d5e");

        String logged = CorrelationId.log(request, response, () -> MDC.get("correlation_id"));

        assertThat(logged).isEqualTo("0f3c9a7d5e");
        assertThat(response.getFirst("X-Request-Id")).isEqualTo(logged);
        assertThat(MDC.get("correlation_id")).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "short", "ada@example.org", "two lines\nof a log", "a b c d e f g h"})
    void replacesAnIdThatCouldBePersonalOrForgeALine(String requested) {
        assertThat(UUID.fromString(CorrelationId.of(requested))).isNotNull();
    }
}
