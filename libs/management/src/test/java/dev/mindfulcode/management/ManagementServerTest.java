package dev.mindfulcode.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.support.StaticApplicationContext;

class ManagementServerTest {

    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochMilli(1_769_848_200_000L));

    private final ServiceMetrics metrics = new ServiceMetrics();
    private final HttpClient http = HttpClient.newHttpClient();
    private Health live = Health.OK;
    private Health ready = Health.of("database", true);
    private static final InetSocketAddress FREE_PORT = ManagementServer.address(null, 0);

    private final ManagementServer server = new ManagementServer(FREE_PORT, () -> live, () -> ready, metrics, CLOCK);

    @AfterEach
    void stop() {
        server.stop();
        metrics.close();
        http.shutdownNow();
    }

    @Test
    void staysLiveWhileADependencyIsUnavailable() throws Exception {
        server.start();
        ready = Health.of("database", false).and("kafka", true);

        assertThat(get("/readyz").statusCode()).isEqualTo(503);
        assertThat(get("/readyz").body())
                .isEqualTo("{\"status\":\"unavailable\",\"timestamp\":1769848200000,"
                        + "\"database\":{\"status\":\"unhealthy\"},\"kafka\":{\"status\":\"healthy\"}}");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/livez").body())
                .isEqualTo("{\"status\":\"ok\",\"timestamp\":1769848200000,\"threads\":{\"status\":\"healthy\"}}");
    }

    @Test
    void answersWhileOtherClientsStopInTheMiddle() throws Exception {
        server.start();
        List<Socket> stopped = new ArrayList<>();
        try {
            for (int i = 0; i < 8; i++) {
                Socket client = new Socket("localhost", server.port());
                stopped.add(client);
                client.getOutputStream().write("GET /metrics HTTP/1.1\r\nHost:".getBytes(StandardCharsets.US_ASCII));
            }
            assertThat(get("/livez").statusCode()).isEqualTo(200);
        } finally {
            for (Socket client : stopped) {
                client.close();
            }
        }
    }

    @Test
    void answersLivenessWhileChecksOfReadinessWait() throws Exception {
        CountDownLatch checked = new CountDownLatch(8);
        CountDownLatch answers = new CountDownLatch(1);
        ManagementServer waiting = new ManagementServer(
                FREE_PORT,
                () -> live,
                () -> {
                    checked.countDown();
                    await(answers);
                    return ready;
                },
                metrics,
                CLOCK);
        waiting.start();
        try {
            HttpRequest probe = request(waiting, "/readyz");
            for (int i = 0; i < 8; i++) {
                http.sendAsync(probe, HttpResponse.BodyHandlers.discarding());
            }
            assertThat(checked.await(1, TimeUnit.MINUTES)).isTrue();
            assertThat(http.send(request(waiting, "/livez"), HttpResponse.BodyHandlers.discarding())
                            .statusCode())
                    .isEqualTo(200);
        } finally {
            answers.countDown();
            waiting.stop();
        }
    }

    private static HttpRequest request(ManagementServer server, String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + server.port() + path))
                .timeout(Duration.ofMinutes(1))
                .build();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void reportsAServiceThatGaveUp() throws Exception {
        server.start();
        live = Health.of("stream", false);

        assertThat(get("/livez").statusCode()).isEqualTo(503);
    }

    @Test
    void isLiveAndNotReadyWhileTheContextStops() throws Exception {
        server.start();
        server.onApplicationEvent(new ContextClosedEvent(new StaticApplicationContext()));

        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz").statusCode()).isEqualTo(503);
    }

    @Test
    void showsStableMetricsOnly() throws Exception {
        metrics.registry().counter("mindful.test").increment();
        metrics.registry().counter("kafka.producer.record.send.total").increment();
        server.start();

        HttpResponse<String> response = get("/metrics");

        assertThat(response.headers().firstValue("Content-Type")).hasValue(ServiceMetrics.CONTENT_TYPE);
        assertThat(response.body())
                .contains("mindful_test_total 1.0", "jvm_memory_used_bytes", "process_files_open_files")
                .doesNotContain("kafka_", "process_cpu_time", "system_cpu_count");
    }

    @Test
    void refusesOtherPathsAndMethods() throws Exception {
        server.start();

        assertThat(get("/").statusCode()).isEqualTo(404);
        assertThat(get("/metrics/more").statusCode()).isEqualTo(404);
        HttpResponse<String> posted = send(HttpRequest.newBuilder(uri("/livez"))
                .POST(HttpRequest.BodyPublishers.ofString("{}"))
                .build());
        assertThat(posted.statusCode()).isEqualTo(405);
        assertThat(posted.headers().firstValue("Allow")).hasValue("GET, HEAD");
    }

    @Test
    void countsAsUnavailableIfACheckFails() throws Exception {
        Supplier<Health> failing = () -> {
            throw new IllegalStateException("this check fails");
        };
        ManagementServer other = new ManagementServer(FREE_PORT, () -> live, failing, metrics, CLOCK);
        other.start();
        try {
            HttpResponse<String> response =
                    send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/readyz"))
                            .build());
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).doesNotContain("this check fails");
        } finally {
            other.stop();
        }
    }

    @Test
    void namesTheSettingIfThePortIsTaken() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            ManagementServer refused = new ManagementServer(
                    ManagementServer.address(null, taken.getLocalPort()), () -> live, () -> ready, metrics, CLOCK);
            assertThatThrownBy(refused::start)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("MANAGEMENT_PORT " + taken.getLocalPort() + " cannot be opened");
        }
    }

    @Test
    void listensOnTheAddressOfItsSetting() throws Exception {
        ManagementServer loopback =
                new ManagementServer(ManagementServer.address("127.0.0.2", 0), () -> live, () -> ready, metrics, CLOCK);
        loopback.start();
        try {
            assertThat(send(HttpRequest.newBuilder(URI.create("http://127.0.0.2:" + loopback.port() + "/livez"))
                                    .build())
                            .statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> new Socket("127.0.0.1", loopback.port()).close())
                    .isInstanceOf(ConnectException.class);
        } finally {
            loopback.stop();
        }
    }

    @Test
    void rejectsATextThatIsNoAddress() {
        assertThatThrownBy(() -> ManagementServer.address("localhost:1", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("MANAGEMENT_ADDRESS is localhost:1; must be an IP address");
        assertThatThrownBy(() -> ManagementServer.address(" ", 65_536))
                .hasMessage("MANAGEMENT_PORT is 65536; must be between 0 and 65535");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return send(HttpRequest.newBuilder(uri(path)).build());
    }

    private HttpResponse<String> send(HttpRequest request) throws Exception {
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.port() + path);
    }
}
