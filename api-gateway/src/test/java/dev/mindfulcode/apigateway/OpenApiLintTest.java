package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lints the served document with Redocly, which {@code ./mindful test} installs. */
class OpenApiLintTest {

    /** All recommended rules as errors. A WebSocket has no 2xx, and {@code /health} no 4xx. */
    private static final String RULES = """
            extends: [recommended-strict]
            rules:
              operation-2xx-response: off
              operation-4xx-response: off
            """;

    @Test
    @Timeout(300)
    void passesTheLinter() throws Exception {
        String linter = System.getenv().getOrDefault("MINDFUL_OPENAPI_LINTER", "");
        assumeTrue(
                !linter.isEmpty(),
                "OpenAPI document NOT linted: MINDFUL_OPENAPI_LINTER is not set; ./mindful test installs redocly.");
        Path folder = Files.createTempDirectory("mindful-lint-");
        Path document = folder.resolve("openapi.json");
        Files.write(
                document,
                GatewayUnderTest.shared().api.get("/v3/api-docs", null).body());
        Path rules = Files.writeString(folder.resolve("redocly.yaml"), RULES);
        Path report = folder.resolve("output");
        ProcessBuilder lint = new ProcessBuilder(
                        linter, "lint", "--config", rules.toString(), "--format", "stylish", document.toString())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(report.toFile());
        lint.environment().put("REDOCLY_TELEMETRY", "off");
        lint.environment().put("REDOCLY_SUPPRESS_UPDATE_NOTICE", "true");
        Process process = lint.start();
        assertThat(process.waitFor(240, TimeUnit.SECONDS)).isTrue();
        String output = Files.readString(report, StandardCharsets.UTF_8);
        assertThat(process.exitValue()).as(output).isZero();
    }
}
