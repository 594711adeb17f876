package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.limits.Quota;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class GatewaySettingsTest {

    private static final String ENCRYPTION_KEY = "q83vEjRWeJq83vEjRWeJASNFZ4mrze8BI0VniavN7zI=";

    private final Map<String, Object> variables = new HashMap<>(Map.of(
            "DATABASE_URL", "postgresql://ada:secret@localhost/mindful",
            "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092",
            "SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/registry/v3",
            "ENCRYPTION_KEY", ENCRYPTION_KEY));

    @Test
    void bindsEnvironmentVariables() {
        variables.putAll(Map.of(
                "MINDFUL_REGISTER_SCHEMAS", "true",
                "MAX_CONNECTIONS", "7",
                "OIDC_ISSUER_URI", "https://issuer.example.org",
                "OIDC_AUDIENCE", "mindful",
                "CORS_ORIGINS", "http://localhost:5173",
                "PORT", 4000));

        GatewaySettings settings = bind();

        assertThat(settings.database().parsed().user()).isEqualTo("ada");
        assertThat(settings.kafka().bootstrapServers()).isEqualTo("localhost:9092");
        assertThat(settings.registry().url()).isEqualTo("http://localhost:8081/apis/registry/v3");
        assertThat(settings.mindful().registerSchemas()).isTrue();
        assertThat(settings.maxConnections()).isEqualTo(7);
        assertThat(settings.port()).isEqualTo(4000);
        assertThat(settings.cors().origins()).isEqualTo("http://localhost:5173");
        assertThat(String.valueOf(settings.tokenTrust().issuer())).contains("issuer.example.org", "mindful");
        assertThat(settings.toString()).doesNotContain("secret@", ENCRYPTION_KEY);
    }

    @Test
    void namesAMissingVariableWhenItStarts() {
        assertThatThrownBy(() -> GatewayApplication.main(new String[0]))
                .rootCause()
                .hasMessageStartingWith("DATABASE_URL is not set");
    }

    @Test
    void usesDefaultsForUnsetAndBlankVariables() {
        variables.put("MAX_CONNECTIONS", "");
        variables.put("RATE_LIMIT_ADDRESS", "");
        variables.put("RATE_LIMIT_ACCOUNT", "off");

        GatewaySettings settings = bind();

        assertThat(settings.maxConnections()).isEqualTo(20);
        assertThat(settings.port()).isEqualTo(3001);
        assertThat(settings.mindful().registerSchemas()).isFalse();
        assertThat(settings.tokenTrust().secret()).isNull();
        assertThat(settings.limits().address()).isEqualTo(new Quota("address", 3000, Duration.ofMinutes(1)));
        assertThat(settings.limits().signIn()).isEqualTo(new Quota("sign-in", 60, Duration.ofMinutes(5)));
        assertThat(settings.limits().account()).isNull();
        assertThat(settings.limits().redisUrl()).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "null",
            value = {
                "JWT_SECRET | too short | at least 32",
                "JWT_SECRET | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | not random",
                "OIDC_ISSUER_URI | http://issuer.example.org | https",
                "ENCRYPTION_KEY | null | openssl",
                "ENCRYPTION_KEY | AAAA | 32",
                "DATABASE_URL | null | postgresql://",
                "DATABASE_URL | mysql://root:secret@localhost/db | postgresql://",
                "DATABASE_REPLICA_URL | mysql://root:secret@localhost/db | postgresql://",
                "KAFKA_BOOTSTRAP_SERVERS | null | localhost:9092",
                "SCHEMA_REGISTRY_URL | null | http",
                "OPERATOR_TOKEN | guessable | openssl",
                "MAX_CONNECTIONS | 0 | 1 to 1000",
                "PORT | 99999 | 65535",
                "MANAGEMENT_PORT | 99999 | 65535",
                "RATE_LIMIT_USER | many | requests/seconds",
                "RATE_LIMIT_EXEMPT | 10.0.0.0/99 | networks",
                "TRUSTED_PROXIES | anybody | networks",
                "WEBHOOK_ALLOWED_NETWORKS | anybody | networks",
                "SMTP_URL | mail.example.org | smtp://",
                "SMTP_URL | http://user:secret@mail.example.org | smtp://",
                "SMTP_URL | smtp://secret@mail.example.org | smtp://",
                "SMTP_URL | smtp://user:secret@mail.example.org:99999 | smtp://",
                "SMTP_URL | smtp://user:secret@mail.example.org?from=a | smtp://",
                "SMTP_FROM | nobody | address",
                "REDIS_URL | http://user:secret@localhost | redis://",
            })
    void rejectsInvalidSettingsWithTheFix(String name, @Nullable String value, String fix) {
        if (value == null) {
            variables.remove(name);
        } else {
            variables.put(name, value);
        }
        if (name.equals("SMTP_FROM")) {
            variables.put("SMTP_URL", "smtp://mail.example.org");
        }

        assertThatThrownBy(this::bind).rootCause().message().contains(name, fix).doesNotContain("secret@", "aaaaaaaa");
    }

    @Test
    void namesTheSettingThatIsNoNumber() {
        variables.put("MAX_CONNECTIONS", "many");

        assertThatThrownBy(this::bind)
                .hasMessageContaining("max-connections")
                .rootCause()
                .hasMessageContaining("many");
    }

    private GatewaySettings bind() {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables));
        return Binder.get(environment).bind("", GatewaySettings.class).get();
    }
}
