package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Time limits of requests, which live connections do not have. With the real bound of half a minute, since the two were
 * once the same bound of the web server, and every live view ended with it.
 */
@Timeout(600)
@Execution(ExecutionMode.CONCURRENT) // it does nothing but wait
class TimeBoundsTest {

    private static final Duration BOUND_MAX = Duration.ofSeconds(60);

    @Test
    void timesOutSlowBodiesButNotLiveConnections() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        try (LiveSocket live = new LiveSocket(user, system.origin());
                ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = List.of(
                    clients.submit(() -> answerToHalfABody("/api/keystrokes", user, system.origin())),
                    clients.submit(() -> answerToHalfABody("/api/sessions/start", user, system.origin())));
            for (Future<String> answer : answers) {
                assertThat(answer.get())
                        .startsWith("HTTP/1.1 408 ")
                        .contains("application/problem+json", "request-timeout");
            }

            live.send("{\"type\":\"ping\"}");
            Eventually.holds(
                    "a pong after the bound", () -> !live.received("pong").isEmpty());
        }
    }

    private static String answerToHalfABody(String path, TestUser user, URI origin) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), origin.getPort())) {
            socket.setSoTimeout((int) BOUND_MAX.toMillis());
            String half = "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                    + user.token + "\r\nContent-Type: application/json\r\nContent-Length: 400\r\n\r\n{\"batch_id\":";
            socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
