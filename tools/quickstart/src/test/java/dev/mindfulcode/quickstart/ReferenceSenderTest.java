package dev.mindfulcode.quickstart;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The senders that authors of extensions copy, through a server that is busy, and one whose answer is lost. */
@Timeout(600)
class ReferenceSenderTest {

    private static final Path SENDERS = Path.of("../../clients/reference").toAbsolutePath();
    private static final Duration TIMEOUT = Duration.ofMinutes(3);
    private static final int BEFORE_KILL = 500;
    private static final int AFTER_RESTART = 300;
    private static final int STEP_MS = 150;

    private final SharedSystem system = SharedSystem.get();

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"node, sender.mjs", "python3, sender.py"})
    void sendsEachKeystrokeOnceAcrossAKill(String program, String script) throws Exception {
        assumeTrue(isThere(program), "The reference sender was NOT tested: there is no " + program + ".");
        TestUser user = TestUser.register(system.origin());
        String key = TestUser.JSON
                .readTree(user.post("/api/keys", "{\"name\": \"editor\", \"scope\": \"ingest\"}")
                        .body())
                .path("key")
                .asString();
        Path queue = folder.resolve("queue.json");
        long startMs = System.currentTimeMillis() - (BEFORE_KILL + AFTER_RESTART) * STEP_MS;

        try (Front front = new Front(system.origin())) {
            front.isBusy = true;
            Process killed = start(program, script, queue, front, key);
            OutputStream typed = killed.getOutputStream();
            typed.write(keystrokes(startMs, BEFORE_KILL));
            typed.flush();
            Eventually.passes(TIMEOUT, () -> assertThat(batches(queue)).isEqualTo(3));
            Eventually.passes(TIMEOUT, () -> assertThat(front.refused).isPositive());
            killed.destroyForcibly().waitFor();

            front.isBusy = false;
            front.losesAnswer = true;
            Process restarted = start(program, script, queue, front, key);
            try (OutputStream rest = restarted.getOutputStream()) {
                rest.write(keystrokes(startMs + BEFORE_KILL * STEP_MS, AFTER_RESTART));
            }
            boolean ended = restarted.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            String printed = Files.readString(folder.resolve("printed"), UTF_8);
            assertThat(ended).as(printed).isTrue();
            assertThat(restarted.exitValue()).as(printed).isZero();
            assertThat(printed).isEmpty();
            assertThat(front.losesAnswer).as("an answer was lost").isFalse();
        }
        assertThat(batches(queue)).isZero();
        Eventually.passes(TIMEOUT, () -> assertThat(user.keystrokesCounted()).isEqualTo(BEFORE_KILL + AFTER_RESTART));
        JsonNode sessions =
                TestUser.JSON.readTree(user.get("/api/sessions/history").body()).path("sessions");
        assertThat(sessions.size()).isOne();
        assertThat(sessions.at("/0/reused_sequences").asInt()).isZero();
    }

    private Process start(String program, String script, Path queue, Front front, String key) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(program, SENDERS.resolve(script).toString(), queue.toString());
        builder.environment().put("MINDFUL_URL", front.url());
        builder.environment().put("MINDFUL_API_KEY", key);
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("printed").toFile())
                .start();
    }

    private static byte[] keystrokes(long fromMs, int count) {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < count; i++) {
            lines.append(fromMs + (long) i * STEP_MS).append(i % 6 == 5 ? " S\n" : " L\n");
        }
        return lines.toString().getBytes(UTF_8);
    }

    private static int batches(Path queue) throws IOException {
        return Files.exists(queue)
                ? TestUser.JSON
                        .readTree(Files.readString(queue))
                        .path("batches")
                        .size()
                : 0;
    }

    private static boolean isThere(String program) throws IOException, InterruptedException {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    /** Passes requests on to the system, unless it is busy; an answer that is lost was given. */
    private static final class Front implements AutoCloseable {
        private final HttpServer server;
        private final HttpClient client = HttpClient.newHttpClient();
        private final URI origin;

        volatile boolean isBusy;
        volatile boolean losesAnswer;
        volatile int refused;

        Front(URI origin) throws IOException {
            this.origin = origin;
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", this::handle);
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort();
        }

        private void handle(HttpExchange exchange) throws IOException {
            try (exchange) {
                byte[] body = exchange.getRequestBody().readAllBytes();
                if (isBusy) {
                    exchange.sendResponseHeaders(503, -1);
                    refused++;
                    return;
                }
                HttpResponse<byte[]> answer = passOn(exchange, body);
                String path = exchange.getRequestURI().getPath();
                boolean isAccepted =
                        answer.statusCode() == 202 && !new String(answer.body(), UTF_8).contains("unknown");
                if (losesAnswer && path.equals("/api/keystrokes") && isAccepted) {
                    losesAnswer = false;
                    return;
                }
                exchange.sendResponseHeaders(answer.statusCode(), answer.body().length);
                exchange.getResponseBody().write(answer.body());
            }
        }

        private HttpResponse<byte[]> passOn(HttpExchange exchange, byte[] body) throws IOException {
            HttpRequest.Builder request = HttpRequest.newBuilder(origin.resolve(exchange.getRequestURI()))
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            for (String header : List.of("Authorization", "Content-Type")) {
                request.header(header, exchange.getRequestHeaders().getFirst(header));
            }
            try {
                return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            } catch (InterruptedException e) {
                throw new UncheckedIOException(new IOException(e));
            }
        }

        @Override
        public void close() {
            server.stop(0);
            client.close();
        }
    }
}
