package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;

class FlowStreamSettingsTest {

    private final Map<String, Object> variables = new HashMap<>(Map.of(
            "DATABASE_URL", "postgresql://user:hunter22@localhost:5432/mindful",
            "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092",
            "SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/registry/v3",
            "ENCRYPTION_KEY", Typing.ENCRYPTION_KEY,
            "MINDFUL_STATE_DIR", "/var/lib/mindful"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DATABASE_URL",
                "KAFKA_BOOTSTRAP_SERVERS",
                "SCHEMA_REGISTRY_URL",
                "ENCRYPTION_KEY",
                "MINDFUL_STATE_DIR"
            })
    void refusesToStartWithoutWhatItNeedsAndNamesIt(String missing) {
        variables.put(missing, "");

        assertThatThrownBy(this::settings)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing)
                .hasMessageNotContaining("hunter22");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 30_001})
    void refusesACommitIntervalThatTheTransactionWouldNotOutlive(long intervalMs) {
        variables.put("MINDFUL_COMMIT_INTERVAL_MS", intervalMs);

        assertThatThrownBy(this::settings).hasMessageContaining("MINDFUL_COMMIT_INTERVAL_MS");
    }

    @Test
    void runsExactlyOnceAndCommitsSeldomUnlessToldOtherwise() {
        StreamSettings stream = settings().stream();
        StreamMeters meters = new StreamMeters(new SimpleMeterRegistry());
        Properties properties =
                stream.properties(new DeadLetterFactory(StreamDriver.REGISTRY, () -> StreamDriver.START, meters));

        assertThat(stream.commitInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(properties.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG)).isEqualTo(StreamsConfig.EXACTLY_ONCE_V2);
        assertThat(properties.get(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG))
                .isEqualTo(true);
    }

    private FlowStreamSettings settings() {
        StandardEnvironment environment = new StandardEnvironment();
        environment.getPropertySources().addFirst(new MapPropertySource("test", variables));
        return FlowStreamSettings.of(environment);
    }
}
