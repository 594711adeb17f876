package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.operations.Readiness;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.security.core.context.SecurityContext;

class OperationsTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void reportsHealthWithCounts() {
        User ada = gateway.user();
        Answer started = api.post("/api/sessions/start", ada.token(), "{}");
        api.get("/api/sessions/history", ada.token(), "X-Read-After", started.header("X-Read-After"));
        long active = gateway.count("select count(*) from readmodel.coding_sessions where status = 'active'");
        long engines = gateway.count("select count(*) from readmodel.coding_sessions"
                + " where status <> 'ended' and first_activity_at is not null");
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token());
                EventStreamClient events = EventStreamClient.connect(api, ada.token())) {
            client.send("ping");
            client.next(LiveWebSocketClient.ofType("pong"));
            Answer health = healthOnce(api, answer -> services(answer, "websocket_connections") >= 2);
            assertThat(health.status()).isEqualTo(200);
            assertThat(health.text("status")).isEqualTo("ok");
            assertThat(health.json().path("timestamp").isIntegralNumber()).isTrue();
            assertThat(Instant.ofEpochMilli(health.json().path("timestamp").asLong()))
                    .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(1));
            assertThat(health.json().path("database").path("status").asString()).isEqualTo("healthy");
            assertThat(health.json().path("registry").path("status").asString()).isEqualTo("healthy");
            assertThat(health.json().path("database").path("pool_size").asInt()).isPositive();
            assertThat(health.json().path("database").path("idle_connections").isIntegralNumber())
                    .isTrue();
            assertThat(services(health, "active_sessions")).isEqualTo(active).isPositive();
            assertThat(services(health, "flow_engines")).isEqualTo(engines);
            assertThat(events.response.statusCode()).isEqualTo(200);
        }
        healthOnce(api, answer -> services(answer, "websocket_connections") == 0);
    }

    @Test
    void servesTheDashboardWithAStrictContentSecurityPolicy() {
        Answer page = api.get("/", null);
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.header("Content-Security-Policy")).contains("default-src 'self'");
        assertThat(new String(page.body(), StandardCharsets.UTF_8))
                .contains("<script")
                .doesNotContainPattern("<script>|<style|\\son[a-z]+=|style=");
    }

    @Test
    void servesEachFileOfTheDashboardOnce() throws IOException {
        Answer page = api.get("/", null, "Accept-Encoding", "gzip");
        assertThat(page.header("Content-Encoding")).isEqualTo("gzip");
        assertThat(page.header("Cache-Control")).isEqualTo("no-cache");
        Answer again = api.get("/", null, "Accept-Encoding", "gzip", "If-None-Match", page.header("ETag"));
        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.header("Cache-Control")).isEqualTo("no-cache");

        String path = "/" + GatewayUnderTest.dashboardAssets(api) + "/js/main.js";
        Answer script = api.get(path, null, "Accept-Encoding", "gzip, br");
        assertThat(script.status()).isEqualTo(200);
        assertThat(script.header("Content-Type")).contains("javascript");
        assertThat(script.header("Cache-Control")).isEqualTo("max-age=31536000, public, immutable");
        assertThat(script.header("Vary")).isEqualTo("Accept-Encoding");
        byte[] plain = api.get(path, null).body();
        assertThat(new GZIPInputStream(new ByteArrayInputStream(script.body())).readAllBytes())
                .isEqualTo(plain)
                .hasSizeGreaterThan(2 * script.body().length);
        api.get("/assets/of-another-build/js/main.js", null).isProblem(404, "not-found");
        api.get(path.replace("main.js", ""), null).isProblem(404, "not-found");
        api.get("/js/main.js", null).isProblem(404, "not-found");
    }

    @Test
    void servesMetricsWithoutUserData() {
        User ada = gateway.user();
        String id = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        api.get("/api/sessions/" + id, ada.token());
        api.get("/guessed/" + id, null);
        Answer metrics = api.get("/metrics", null);
        String text = new String(metrics.body(), StandardCharsets.UTF_8);
        assertThat(metrics.status()).isEqualTo(200);
        assertThat(metrics.header("Content-Type")).startsWith("text/plain");
        assertThat(text)
                .contains("mindful_gateway_requests_total{method=\"GET\",route=\"/api/sessions/{id}\",status=\"200\"}")
                .contains(
                        "mindful_gateway_request_duration_seconds_bucket{method=\"POST\",route=\"/api/sessions/start\"")
                .contains("mindful_gateway_dependency_up{dependency=\"kafka\"} 1")
                .contains("route=\"/api/sessions/{id}\"")
                .contains("mindful_gateway_live_connections")
                .contains("mindful_database_connections{pool=\"gateway\",state=\"idle\"}")
                .contains("jvm_memory_used_bytes", "jvm_gc_memory_allocated_bytes", "jvm_threads_live_threads")
                .doesNotContain(id, ada.id().toString(), ada.email(), "guessed");
    }

    @Test
    void measuresDeclaredRoutesOnly() {
        Set<String> declared = gateway.context.getBean(Endpoints.class).all().stream()
                .map(endpoint -> endpoint.method() + " " + endpoint.path())
                .collect(Collectors.toSet());

        String metrics = new String(api.get("/metrics", null).body(), StandardCharsets.UTF_8);
        assertThat(Pattern.compile("request_duration_seconds_count\\{method=\"(.*?)\",route=\"(.*?)\"}")
                        .matcher(metrics)
                        .results()
                        .map(match -> match.group(1) + " " + match.group(2)))
                .isNotEmpty()
                .isSubsetOf(declared);
    }

    /** With one active user, sums over all users are the data of that user. */
    @Test
    void allowsMetricsForOperatorAndLocalhost() {
        assertThat(api.get("/metrics", null).status()).isEqualTo(200);
        for (String header : List.of("X-Forwarded-For", "Forwarded")) {
            String value = header.equals("Forwarded") ? "for=192.0.2.7" : "192.0.2.7";
            assertThat(metricsThrough(header, value, null)).isEqualTo(401);
            assertThat(metricsThrough(header, value, gateway.user().token())).isEqualTo(403);
            assertThat(metricsThrough(header, value, GatewayUnderTest.OPERATOR_TOKEN))
                    .isEqualTo(200);
        }
    }

    private int metricsThrough(String header, String value, @Nullable String token) {
        return api.send(api.request("/metrics", token).header(header, value).build())
                .status();
    }

    @Test
    void reportsAnUnresponsiveDatabase() throws IOException {
        URI database = URI.create(gateway.databaseUrl);
        try (Proxy proxy = new Proxy(database.getPort())) {
            Map<String, Object> environment = new HashMap<>(gateway.environment);
            environment.put(
                    "DATABASE_URL",
                    "postgresql://" + database.getRawUserInfo() + "@127.0.0.1:" + proxy.port() + database.getRawPath());
            try (ConfigurableApplicationContext context =
                    GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment)) {
                Api other = new Api(GatewayUnderTest.port(context));
                assertThat(other.get("/health", null).status()).isEqualTo(200);
                User ada = other.register(java.util.UUID.randomUUID() + "@example.org");

                proxy.goDeaf(true);
                Answer degraded = healthOnce(other, answer -> answer.status() == 503);
                assertThat(degraded.text("status")).isEqualTo("degraded");
                assertThat(degraded.json().path("database").path("status").asString())
                        .isEqualTo("unreachable");
                assertThat(degraded.json().path("kafka").path("status").asString())
                        .isEqualTo("healthy");
                assertThat(degraded.json().path("services").has("active_sessions"))
                        .as("omitted, not zero")
                        .isFalse();
                other.get("/api/sessions/history", ada.token()).isProblem(503, "unavailable");

                proxy.goDeaf(false);
                healthOnce(other, answer -> answer.status() == 200);
            }
        }
    }

    @Test
    void reportsUnresponsiveKafkaAndRejectsCommands() {
        Map<String, Object> environment = new HashMap<>(gateway.environment);
        environment.put("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1");
        environment.put("MANAGEMENT_PORT", "0");
        try (ConfigurableApplicationContext context =
                GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment)) {
            Api other = new Api(GatewayUnderTest.port(context));
            Answer health = other.get("/health", null);
            assertThat(health.status()).isEqualTo(503);
            assertThat(health.json().path("kafka").path("status").asString()).isEqualTo("unreachable");
            User ada = gateway.user();
            Answer refused =
                    other.post("/api/sessions/start", ada.token(), "{}").isProblem(503, "unavailable");
            assertThat(refused.header("Retry-After")).isNotEmpty();
            staysLiveWithoutBeingReady(context);
        }
    }

    private static void staysLiveWithoutBeingReady(ConfigurableApplicationContext context) {
        ManagementServer server = new GatewayManagement()
                .gatewayManagement(
                        context.getBean(GatewaySettings.class),
                        context.getBean(Readiness.class),
                        context.getBean(ServiceMetrics.class));
        server.start();
        try {
            Api management = new Api(server.port());
            assertThat(management.get("/livez", null).status()).isEqualTo(200);
            Answer ready = management.get("/readyz", null);
            assertThat(ready.status()).isEqualTo(503);
            assertThat(ready.json().path("kafka").path("status").asString()).isEqualTo("unhealthy");
            assertThat(ready.json().path("database").path("status").asString()).isEqualTo("healthy");
        } finally {
            server.stop();
        }
    }

    @Test
    void endsLiveConnectionsOnShutdown() {
        ConfigurableApplicationContext context =
                GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, gateway.environment);
        Api other = new Api(GatewayUnderTest.port(context));
        String token = gateway.user().token();
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(other, token);
                EventStreamClient events = EventStreamClient.connect(other, token)) {
            context.close();
            assertThat(client.next(LiveWebSocketClient.ofType("system_message"))
                            .path("code")
                            .asString())
                    .isEqualTo("going_away");
            assertThat(client.closeStatus()).isEqualTo(1001);
            assertThat(events.upTo(LiveWebSocketClient.ofType("system_message")))
                    .hasSize(1);
        }
    }

    @Test
    void leavesTheContextRegistryOfTheProcessAlone() {
        List<Object> keys = ContextRegistry.getInstance().getThreadLocalAccessors().stream()
                .map(ThreadLocalAccessor::key)
                .toList();

        assertThat(keys).contains("micrometer.observation", SecurityContext.class.getName());
    }

    private static Answer healthOnce(Api api, Predicate<Answer> condition) {
        long deadlineNs = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        Answer health = api.get("/health", null);
        while (!condition.test(health)) {
            assertThat(System.nanoTime() - deadlineNs)
                    .as("in time, but " + health)
                    .isNegative();
            health = api.get("/health", null);
        }
        return health;
    }

    private static long services(Answer health, String name) {
        return health.json().path("services").path(name).asLong(-1);
    }
}
