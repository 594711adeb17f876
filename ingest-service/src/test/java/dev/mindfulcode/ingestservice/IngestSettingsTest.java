package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class IngestSettingsTest {

    private static final String PASSWORD = "hunter2hunter2";
    private static final Map<String, Object> REQUIRED = Map.of(
            "ENCRYPTION_KEY",
            IngestServer.ENCRYPTION_KEY,
            "DATABASE_URL",
            "postgresql://mindful:" + PASSWORD + "@db:5433/mindful",
            "KAFKA_BOOTSTRAP_SERVERS",
            "kafka:9092",
            "SCHEMA_REGISTRY_URL",
            "http://registry:8080/apis/registry/v3");

    @Test
    void bindsRequiredVariablesAndDefaults() {
        IngestSettings settings = bind(REQUIRED);

        assertThat(settings.database().jdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/mindful");
        assertThat(settings.kafkaBootstrapServers()).isEqualTo("kafka:9092");
        assertThat(settings.schemaRegistry().url()).isEqualTo("http://registry:8080/apis/registry/v3");
        assertThat(settings.schemaRegistry().registersOnWrite()).isFalse();
        assertThat(settings.mindfulIngestInFlightBytes()).isEqualTo(32 << 20);
        assertThat(settings.jwtKey()).isNull();
        assertThat(settings.oidcIssuer()).isNull();
    }

    @Test
    void namesAMissingVariableWhenItStarts() {
        assertThat(catchThrowable(() -> IngestApplication.main(new String[0])))
                .rootCause()
                .hasMessageContaining("ENCRYPTION_KEY");
    }

    @Test
    void bindsOptionalVariables() {
        IngestSettings settings = bind(with(Map.of(
                "JWT_SECRET", IngestServer.JWT_SECRET,
                "OIDC_ISSUER_URI", "https://issuer.example",
                "OIDC_AUDIENCE", "mindful",
                "MINDFUL_REGISTER_SCHEMAS", "true",
                "MINDFUL_INGEST_IN_FLIGHT_BYTES", "2000000")));

        assertThat(settings.jwtKey()).isNotNull();
        assertThat(settings.oidcIssuer()).hasFieldOrPropertyWithValue("audience", "mindful");
        assertThat(settings.schemaRegistry().registersOnWrite()).isTrue();
        assertThat(settings.mindfulIngestInFlightBytes()).isEqualTo(2_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ENCRYPTION_KEY", "DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS", "SCHEMA_REGISTRY_URL"})
    void rejectsMissingVariables(String variable) {
        Map<String, Object> environment = new HashMap<>(REQUIRED);
        environment.remove(variable);

        assertThat(rootMessage(environment)).startsWith(variable + " is not set.");
        assertThat(rootMessage(with(Map.of(variable, " ")))).startsWith(variable + " is not set.");
    }

    @ParameterizedTest
    @CsvSource({
        "MINDFUL_INGEST_IN_FLIGHT_BYTES, 1048575, must be at least 1048576",
        "DATABASE_URL, mysql://mindful:hunter2hunter2@db/mindful, postgresql://user:password@host:5432/database",
        "ENCRYPTION_KEY, hunter2hunter2, openssl rand -base64 32",
        "JWT_SECRET, hunter2hunter2, openssl rand -base64 48",
        "OIDC_ISSUER_URI, http://issuer.example, https"
    })
    void rejectsInvalidValuesWithoutRepeatingSecrets(String variable, String value, String rule) {
        Map<String, Object> environment = with(Map.of(variable, value));

        assertThat(rootMessage(environment)).startsWith(variable).contains(rule);
        assertThat(catchThrowable(() -> bind(environment)).toString() + rootMessage(environment))
                .doesNotContain(PASSWORD, IngestServer.ENCRYPTION_KEY);
    }

    @Test
    void textContainsNoSecrets() {
        assertThat(bind(REQUIRED).toString()).contains("kafka:9092").doesNotContain(PASSWORD);
    }

    private static Map<String, Object> with(Map<String, Object> more) {
        Map<String, Object> environment = new HashMap<>(REQUIRED);
        environment.putAll(more);
        return environment;
    }

    private static String rootMessage(Map<String, Object> environment) {
        Throwable thrown = catchThrowable(() -> bind(environment));
        while (thrown.getCause() != null) {
            thrown = thrown.getCause();
        }
        return String.valueOf(thrown.getMessage());
    }

    private static IngestSettings bind(Map<String, Object> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        return Binder.get(environment).bindOrCreate("", IngestSettings.class);
    }
}
