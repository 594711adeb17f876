package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Tests the effects of invalid records and failing registries, with a registry that knows no schema and counts
 * requests.
 */
final class RegistryLookupTest {

    /** Only for the registry that never responds: on a busy machine even a healthy one needs longer. */
    private static final Duration SHORT_TIMEOUT = Duration.ofMillis(300);

    private final AtomicInteger requests = new AtomicInteger();
    private volatile int status = 404;
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            requests.incrementAndGet();
            byte[] body = "{\"title\": \"no\"}".getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "application/problem+json");
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void requestsAnUnknownIdOnceForAThousandRecords() {
        try (Serde<KeystrokeBatch> serde = serde(server.getAddress().getPort())) {
            for (int i = 0; i < 1_000; i++) {
                assertThatThrownBy(() -> read(serde, 4711)).isExactlyInstanceOf(SerializationException.class);
            }
        }

        assertThat(requests).hasValue(1);
    }

    @Test
    void sharesOneHttpClientBetweenSerdes() {
        Set<String> before = httpClients();
        List<Serde<KeystrokeBatch>> serdes = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            serdes.add(serde(server.getAddress().getPort()));
        }

        assertThat(httpClients()).filteredOn(name -> !before.contains(name)).hasSizeLessThanOrEqualTo(1);
        serdes.forEach(Serde::close);
    }

    /** Returns the names of the threads that each HTTP client of the JDK has. */
    private static Set<String> httpClients() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("HttpClient-") && name.endsWith("-SelectorManager"))
                .collect(Collectors.toSet());
    }

    @Test
    void boundsRequestsForManyUnknownIds() {
        try (Serde<KeystrokeBatch> serde = serde(server.getAddress().getPort())) {
            for (int id = 0; id < 5_000; id++) {
                int unknown = id;
                assertThatThrownBy(() -> read(serde, unknown)).isExactlyInstanceOf(SerializationException.class);
            }
        }

        // A loop slowed down beyond ten seconds may reach a second period.
        assertThat(requests.get()).isBetween(1, 2 * UnknownSchemas.MISSES_MAX);
    }

    @Test
    void reportsAFailingRegistryAsUnavailable() {
        status = 500;
        try (Serde<KeystrokeBatch> serde = serde(server.getAddress().getPort())) {
            assertThatThrownBy(() -> read(serde, 1)).isInstanceOf(SchemaRegistryUnavailableException.class);
            assertThatThrownBy(() -> serde.serializer().serialize("keystrokes", Examples.batch()))
                    .isInstanceOf(SchemaRegistryUnavailableException.class);
        }
    }

    @Test
    void reportsAnAbsentRegistryAsUnavailable() {
        int port = server.getAddress().getPort();
        server.stop(0);
        try (Serde<KeystrokeBatch> serde = serde(port)) {
            assertThatThrownBy(() -> read(serde, 1)).isInstanceOf(SchemaRegistryUnavailableException.class);
        }
    }

    @Test
    void timesOutOnASilentRegistry() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                Serde<KeystrokeBatch> serde = serde(silent.getLocalPort(), SHORT_TIMEOUT)) {
            assertThatThrownBy(() -> read(serde, 1))
                    .isInstanceOf(SchemaRegistryUnavailableException.class)
                    .hasMessageContaining("300 ms");
            assertThatThrownBy(() -> serde.serializer().serialize("keystrokes", Examples.batch()))
                    .isInstanceOf(SchemaRegistryUnavailableException.class);
        }
    }

    private static Serde<KeystrokeBatch> serde(int port) {
        return serde(port, RegistryLookup.TIMEOUT);
    }

    private static Serde<KeystrokeBatch> serde(int port, Duration timeout) {
        return Topics.KEYSTROKES.valueSerde(
                new SchemaRegistry("http://localhost:" + port + "/apis/registry/v3", false), timeout);
    }

    private static KeystrokeBatch read(Serde<KeystrokeBatch> serde, int id) {
        byte[] bytes = ByteBuffer.allocate(64).put((byte) 0).putInt(id).array();
        return serde.deserializer().deserialize("keystrokes", bytes);
    }
}
