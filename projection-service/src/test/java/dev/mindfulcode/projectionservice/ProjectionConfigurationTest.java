package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.projectionservice.fold.SampleEvents;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;

class ProjectionConfigurationTest {

    private final Pipeline pipeline = new Pipeline();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final Map<String, Object> environment = new HashMap<>(Map.of(
            "DATABASE_URL", pipeline.database.url(),
            "KAFKA_BOOTSTRAP_SERVERS", Pipeline.bootstrapServers(),
            "SCHEMA_REGISTRY_URL", Pipeline.registryUrl(),
            "ENCRYPTION_KEY", pipeline.database.encryptionKey(),
            "MANAGEMENT_PORT", "0"));

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void namesAMissingVariableWhenItStarts() {
        assertThatThrownBy(() -> ProjectionApplication.main(new String[0]))
                .rootCause()
                .hasMessageStartingWith("DATABASE_URL is not set");
    }

    @Test
    void startsAndStopsWithContextAndReportsState() throws Exception {
        UUID user = pipeline.newUser().userId();
        pipeline.publish(Topics.FLOW_MINUTES, user, SampleEvents.minute(Instant.parse("2026-03-02T09:00:00Z"), 1, 5));
        ProjectionService service;
        ManagementServer management;
        try (ServiceMetrics metrics = new ServiceMetrics();
                AnnotationConfigApplicationContext context = context()) {
            service = context.getBean(ProjectionService.class);
            management = new ProjectionManagement()
                    .projectionManagement(context.getBean(ProjectionSettings.class), service, metrics);
            management.start();
            Eventually.holds("caught up", service::isCaughtUp);
            assertThat(status(management, "/livez")).isEqualTo(200);
            assertThat(status(management, "/readyz")).isEqualTo(200);
            assertThat(service.isFollowing()).isTrue();
            assertThat(pipeline.database.number("SELECT count(*) FROM readmodel.flow_minutes"))
                    .isEqualTo(1);
            assertThat(meters.get("mindful.projection.rows")
                            .tag("projection", "flow_minutes")
                            .tag("loop", "streamed")
                            .counter()
                            .count())
                    .isEqualTo(1);
            assertThat(meters.get("mindful.projection.lag")
                            .tag("projection", "flow_minutes")
                            .tag("loop", "streamed")
                            .gauge()
                            .value())
                    .isZero();
            assertThat(meters.get("mindful.projection.commit.age")
                            .tag("loop", "streamed")
                            .gauge()
                            .value())
                    .isBetween(0.0, 60.0);
        }
        assertThat(service.isRunning()).isFalse();
        assertThat(service.isCaughtUp()).isFalse();
        assertThat(service.isFollowing()).isFalse();
        assertThat(status(management, "/livez")).isEqualTo(200);
        assertThat(status(management, "/readyz")).isEqualTo(503);
        management.stop();
    }

    private static int status(ManagementServer management, String path) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + management.port() + path);
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        }
    }

    @Test
    void rejectsMissingOrWeakSettingsWithFix() {
        assertRefusedWithout("DATABASE_URL", "DATABASE_URL is not set");
        assertRefusedWithout("KAFKA_BOOTSTRAP_SERVERS", "localhost:9092");
        assertRefusedWithout("SCHEMA_REGISTRY_URL", "/apis/registry/v3");
        assertRefusedWithout("ENCRYPTION_KEY", "openssl rand -base64 32");
        environment.put("MINDFUL_PLUGIN_RUNS", "1001");
        assertThatThrownBy(() -> context().close())
                .rootCause()
                .hasMessageContaining("MINDFUL_PLUGIN_RUNS is 1001; must be between 1 and 1000");
    }

    private void assertRefusedWithout(String name, String fix) {
        Object value = environment.remove(name);
        assertThat(value).isNotNull();
        assertThatThrownBy(() -> context().close())
                .rootCause()
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(fix);
        environment.put(name, String.valueOf(value));
    }

    private AnnotationConfigApplicationContext context() {
        AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
        context.getEnvironment()
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", environment));
        context.registerBean(MeterRegistry.class, () -> meters);
        context.register(ProjectionConfiguration.class);
        context.refresh();
        return context;
    }
}
