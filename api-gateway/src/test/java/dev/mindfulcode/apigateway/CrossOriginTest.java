package dev.mindfulcode.apigateway;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.http.CrossOrigins;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** CORS over sockets, since the JDK's client cannot set Origin. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CrossOriginTest {

    private static final String FRIEND = "https://app.example.org";

    private final GatewayUnderTest shared = GatewayUnderTest.shared();
    private ConfigurableApplicationContext context;
    private int port;

    @BeforeAll
    void start() {
        Map<String, Object> environment = new HashMap<>(shared.environment);
        environment.put("CORS_ORIGINS", FRIEND + ", http://localhost:5173");
        context = GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment);
        port = GatewayUnderTest.port(context);
    }

    @AfterAll
    void stop() {
        context.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "POST", "PUT", "PATCH", "DELETE"})
    void allowsConfiguredOrigins(String method) throws IOException {
        String sent = "authorization, content-type, x-read-after, idempotency-key, last-event-id";
        assertThat(preflight(port, FRIEND, method, sent))
                .startsWith("http/1.1 200")
                .contains("access-control-allow-origin: " + FRIEND)
                .contains("access-control-max-age: 3600")
                .contains("access-control-allow-headers: " + sent)
                .doesNotContain("allow-credentials");
    }

    @Test
    void exposesProblemsToConfiguredOrigins() throws IOException {
        assertThat(send(port, "GET /api/account", "Origin: " + FRIEND))
                .startsWith("http/1.1 401")
                .contains("access-control-allow-origin: " + FRIEND)
                .contains("access-control-expose-headers: x-read-after, x-export-id, ratelimit, ratelimit-policy,"
                        + " retry-after, location\r\n")
                .doesNotContain("allow-credentials");
    }

    @Test
    void servesOtherOriginsWithoutHeaders() throws IOException {
        for (String origin : new String[] {
            "https://evil.example", "https://app.example.org.evil.example", "http://app.example.org", "null"
        }) {
            assertThat(preflight(port, origin, "GET", "authorization"))
                    .as(origin)
                    .doesNotContain("access-control-");
            assertThat(send(port, "GET /health", "Origin: " + origin))
                    .as(origin)
                    .startsWith("http/1.1 200")
                    .doesNotContain("access-control-allow-origin");
        }
    }

    @Test
    void allowsNoOriginByDefault() throws IOException {
        int other = shared.api.uri("http", "/").getPort();
        assertThat(preflight(other, FRIEND, "GET", "authorization")).doesNotContain("access-control-");
        assertThat(send(other, "GET /health", "Origin: " + FRIEND))
                .startsWith("http/1.1 200")
                .doesNotContain("access-control-");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "null",
                "app.example.org",
                "https://a.example/",
                "https://u@a.example",
                "ftp://a.example",
                "https://"
            })
    void rejectsInvalidOrigins(String origins) {
        assertThatThrownBy(() -> CrossOrigins.filter(origins, List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CORS_ORIGINS")
                .hasMessageContaining("https://app.example.org");
    }

    @Test
    void rejectsMoreThanAHundredOrigins() {
        String hundred = IntStream.range(0, 100)
                .mapToObj(i -> "https://" + i + ".example")
                .collect(joining(","));
        assertThat(CrossOrigins.filter(hundred, List.of())).isNotNull();
        assertThatThrownBy(() -> CrossOrigins.filter(hundred + ",https://more.example", List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("at most 100");
    }

    private static String preflight(int port, String origin, String method, String headers) throws IOException {
        return send(
                port,
                "OPTIONS /api/account",
                "Origin: " + origin,
                "Access-Control-Request-Method: " + method,
                "Access-Control-Request-Headers: " + headers);
    }

    /** Returns the head and body of the response in lower case. */
    private static String send(int port, String request, String... headers) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(10_000);
            String head = request + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + String.join("\r\n", headers) + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                    .toLowerCase(java.util.Locale.ROOT);
        }
    }
}
