package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import dev.mindfulcode.webkit.problems.CorrelationId;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.MDC;
import org.springframework.boot.logging.logback.StructuredLogEncoder;
import org.springframework.core.env.Environment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.http.HttpHeaders;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The formats of docs/metrics.md, as Spring Boot writes them with the variable of docker-compose.yml. */
class JsonLogTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final String ID = "0f3c9a7d5e";

    private final LoggerContext context = new LoggerContext();

    @ParameterizedTest
    @CsvSource({
        "ecs, correlation_id, /error/stack_trace",
        "logstash, correlation_id, /stack_trace",
        "gelf, _correlation_id, /_error_stack_trace"
    })
    void writesAFailureWithItsCorrelationIdAsOneLineOfJson(String format, String idField, String traceField) {
        StructuredLogEncoder encoder = encoder(Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", format));
        HttpHeaders request = new HttpHeaders();
        request.set("X-Request-Id", ID);

        String line = CorrelationId.log(
                request,
                new HttpHeaders(),
                () -> encoded(
                        encoder, event("Request failed: \"quoted\"\nand more", new IllegalStateException("why"))));

        assertThat(line).endsWith("\n").doesNotContain("\r").containsOnlyOnce("\n");
        JsonNode json = JSON.readTree(line);
        assertThat(json.path(idField).asString()).isEqualTo(ID);
        assertThat(json.path(format.equals("gelf") ? "short_message" : "message")
                        .asString())
                .isEqualTo("Request failed: \"quoted\"\nand more");
        assertThat(json.at(traceField).asString())
                .contains("java.lang.IllegalStateException: why\n")
                .contains(JsonLogTest.class.getName());
    }

    @Test
    void writesNoCorrelationIdOfAnotherRequest() {
        StructuredLogEncoder encoder = encoder(Map.of("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"));

        JsonNode json = JSON.readTree(encoded(encoder, event("Started", null)));

        assertThat(json.has("correlation_id")).isFalse();
        assertThat(json.at("/log/level").asString()).isEqualTo("WARN");
        assertThat(json.at("/log/logger").asString()).isEqualTo(JsonLogTest.class.getName());
    }

    private StructuredLogEncoder encoder(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
        context.putObject(Environment.class.getName(), environment);
        StructuredLogEncoder encoder = new StructuredLogEncoder();
        encoder.setContext(context);
        encoder.setFormat(environment.getRequiredProperty("logging.structured.format.console"));
        encoder.start();
        return encoder;
    }

    private LoggingEvent event(String message, @Nullable Throwable failure) {
        LoggingEvent event = new LoggingEvent(
                JsonLogTest.class.getName(),
                context.getLogger(JsonLogTest.class),
                Level.WARN,
                message,
                failure,
                new Object[0]);
        Map<String, String> mdc = MDC.getCopyOfContextMap();
        event.setMDCPropertyMap(mdc == null ? Map.of() : mdc);
        return event;
    }

    private static String encoded(StructuredLogEncoder encoder, ILoggingEvent event) {
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }
}
