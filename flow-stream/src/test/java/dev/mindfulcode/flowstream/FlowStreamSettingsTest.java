package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.schemas.KafkaCluster;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
    void rejectsMissingVariablesByName(String missing) {
        variables.put(missing, "");

        assertThatThrownBy(this::settings)
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(missing)
                .hasMessageNotContaining("hunter22");
    }

    @Test
    void namesAMissingVariableWhenItStarts() {
        assertThatThrownBy(() -> FlowStreamApplication.main(new String[0]))
                .rootCause()
                .hasMessageStartingWith("DATABASE_URL is not set");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 30_001})
    void rejectsCommitIntervalsLongerThanTheTransaction(long intervalMs) {
        variables.put("MINDFUL_COMMIT_INTERVAL_MS", intervalMs);

        assertThatThrownBy(this::settings)
                .rootCause()
                .hasMessage("MINDFUL_COMMIT_INTERVAL_MS is " + intervalMs + "; must be between 1 and 30000");
    }

    @Test
    void runsExactlyOnceAndCommitsEveryFiveSecondsByDefault() {
        StreamSettings stream = settings().stream();
        StreamMeters meters = new StreamMeters(new SimpleMeterRegistry());
        Properties properties =
                stream.properties(new DeadLetterFactory(StreamDriver.REGISTRY, () -> StreamDriver.START, meters));

        assertThat(stream.commitInterval()).isEqualTo(Duration.ofSeconds(5));
        assertThat(properties.get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG)).isEqualTo(StreamsConfig.EXACTLY_ONCE_V2);
        assertThat(properties.get(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG))
                .isEqualTo(true);
    }

    @Test
    void bindsEachVariableToItsSetting() {
        variables.putAll(Map.of(
                "MINDFUL_COMMIT_INTERVAL_MS", "250",
                "MINDFUL_STREAM_THREADS", "3",
                "MINDFUL_STREAM_STANDBYS", "1",
                "MINDFUL_INSTANCE_ID", "stream-1",
                "MINDFUL_TEAM_MEMBERS_MIN", "7",
                "TEAM_PRIVACY_RHO_PER_DAY", "0.25",
                "TEAM_PRIVACY_RHO_PER_MONTH", "2.5",
                "MINDFUL_REGISTER_SCHEMAS", "true"));

        FlowStreamSettings settings = settings();

        assertThat(settings.stream())
                .isEqualTo(new StreamSettings(
                        KafkaCluster.of("localhost:9092"),
                        Path.of("/var/lib/mindful"),
                        Duration.ofMillis(250),
                        3,
                        1,
                        "stream-1"));
        assertThat(settings.mindfulTeamMembersMin()).isEqualTo(7);
        assertThat(settings.teamPrivacyBudget()).isEqualTo(new PrivacyBudget(250_000, 2_500_000));
        assertThat(settings.mindfulRegisterSchemas()).isTrue();
        assertThat(settings).asString().doesNotContain("hunter22");
    }

    @ParameterizedTest
    @CsvSource({
        "MINDFUL_STREAM_THREADS, 0",
        "MINDFUL_STREAM_THREADS, 65",
        "MINDFUL_STREAM_STANDBYS, -1",
        "MINDFUL_STREAM_STANDBYS, 3",
        "MINDFUL_TEAM_MEMBERS_MIN, 4",
        "TEAM_PRIVACY_RHO_PER_DAY, 0",
        "TEAM_PRIVACY_RHO_PER_DAY, 8.1",
        "TEAM_PRIVACY_RHO_PER_DAY, 0.1234567",
        "TEAM_PRIVACY_RHO_PER_MONTH, 0.4",
        "TEAM_PRIVACY_RHO_PER_MONTH, 15.6"
    })
    void rejectsValuesOutsideTheirRange(String variable, String value) {
        variables.put(variable, value);

        assertThatThrownBy(this::settings).rootCause().hasMessageStartingWith(variable + " is " + value + "; must be");
    }

    @Test
    void budgetOfAMonthIsEnoughForEachDayByDefault() {
        assertThat(settings().teamPrivacyBudget()).isEqualTo(PrivacyBudget.DEFAULT);
    }

    private FlowStreamSettings settings() {
        return StreamProcess.settings(variables);
    }
}
