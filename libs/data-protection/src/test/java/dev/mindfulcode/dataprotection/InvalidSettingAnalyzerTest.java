package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.core.io.support.SpringFactoriesLoader.FailureHandler;

class InvalidSettingAnalyzerTest {

    record Settings(JwtSettings jwt) {}

    record JwtSettings(String secret) {
        JwtSettings {
            throw new IllegalArgumentException("JWT_SECRET must have at least 32 bytes.");
        }
    }

    record PortSettings(int port) {}

    @Test
    void reportsTheMessageOfTheRecordWithoutTheValue() {
        BindException failure = failure(Map.of("jwt.secret", "hunter2"), Settings.class);

        assertThat(new InvalidSettingAnalyzer().analyze(failure))
                .extracting(FailureAnalysis::getDescription)
                .isEqualTo("JWT_SECRET must have at least 32 bytes.");
    }

    @Test
    void leavesValuesOfTheWrongTypeToSpringBoot() {
        BindException failure = failure(Map.of("port", "many"), PortSettings.class);

        assertThat(new InvalidSettingAnalyzer().analyze(failure)).isNull();
    }

    @Test
    void precedesTheAnalyzersOfSpringBoot() {
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, FailureHandler.handleMessage((message, failure) -> {})))
                .first()
                .isInstanceOf(InvalidSettingAnalyzer.class);
    }

    private static BindException failure(Map<String, String> properties, Class<?> settings) {
        return catchThrowableOfType(
                BindException.class,
                () -> new Binder(new MapConfigurationPropertySource(properties)).bind("", settings));
    }
}
