package dev.mindfulcode.webkit.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.RawHttp;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** Timeouts of real connections whose clients stop reading or send nothing. */
class LivenessTest {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final String UPGRADE = " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private static final int PING = 0x89;

    private final CountDownLatch ended = new CountDownLatch(1);
    private DisposableServer server = serve(new ConnectionLimits(
            Duration.ofMillis(50), Duration.ofMillis(400), Duration.ofMillis(400), Duration.ofHours(1)));

    private DisposableServer serve(ConnectionLimits rules) {
        Flux<String> endless = Flux.generate(sink -> sink.next("x".repeat(10_000)));
        return HttpTransport.configure(HttpServer.create().host("127.0.0.1").port(0), rules, new AtomicInteger())
                .route(routes -> routes.get(
                                "/stream",
                                (_, response) ->
                                        response.sendString(endless).then().doFinally(_ -> ended.countDown()))
                        .get(
                                "/large",
                                (_, response) -> response.sendString(Mono.just("x".repeat(50_000_000)))
                                        .then()
                                        .doFinally(_ -> ended.countDown()))
                        .ws(
                                "/endless",
                                (_, out) -> out.sendString(endless).then().doFinally(_ -> ended.countDown()))
                        .ws(
                                "/silent",
                                (in, out) -> out.sendString(Flux.never())
                                        .then()
                                        .and(in.receive().then())
                                        .doFinally(_ -> ended.countDown())))
                .bindNow(STOP_TIMEOUT);
    }

    @AfterEach
    void stop() {
        server.disposeNow(STOP_TIMEOUT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/stream HTTP/1.1\r\nHost: x\r\n\r\n", "/large HTTP/1.1\r\nHost: x\r\n\r\n", "/endless" + UPGRADE
            })
    void disconnectsAClientThatStopsReading(String request) throws Exception {
        try (RawHttp _ = new RawHttp(server.port(), 4_096).send("GET " + request)) {
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closesAWebSocketWithoutPongs() throws Exception {
        try (RawHttp client = new RawHttp(server.port()).send("GET /silent" + UPGRADE)) {
            assertThat(client.answer().status()).isEqualTo(101);
            assertThat(client.in().read()).isEqualTo(PING);
            assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void keepsAWebSocketThatAnswersPings() throws Exception {
        try (RawHttp client = new RawHttp(server.port()).send("GET /silent" + UPGRADE)) {
            assertThat(client.answer().status()).isEqualTo(101);
            // Twice as many as the idle timeout has room for.
            for (int pings = 0; pings < 16; pings++) {
                assertThat(client.in().readNBytes(2)).containsExactly(PING, 0);
                client.send(new byte[] {(byte) 0x8A, (byte) 0x80, 0, 0, 0, 0});
            }
            assertThat(ended.getCount()).isOne();
        }
    }

    @Test
    void keepsASlowReader() throws IOException {
        try (RawHttp client = new RawHttp(server.port(), 4_096).send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n")) {
            assertThat(client.answer().body()).hasSize(50_000_000);
        }
    }
}
