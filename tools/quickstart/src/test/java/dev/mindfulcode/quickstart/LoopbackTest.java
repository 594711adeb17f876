package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The running system at both addresses of localhost. */
class LoopbackTest {

    private static SharedSystem system;
    private static TestUser user;

    @BeforeAll
    static void signIn() throws Exception {
        system = SharedSystem.get();
        user = TestUser.register(system.origin());
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "[::1]", "localhost"})
    void servesPagesUploadsAndLiveUpdates(String host) throws Exception {
        URI origin = URI.create("http://" + host + ":" + system.origin().getPort());
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page =
                    http.send(HttpRequest.newBuilder(origin.resolve("/")).build(), BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).contains("<title>Mindful Code</title>");

            UUID session = user.startSession();
            HttpResponse<String> upload = http.send(
                    HttpRequest.newBuilder(origin.resolve("/api/keystrokes"))
                            .header("Authorization", "Bearer " + user.token)
                            .header("Content-Type", "application/json")
                            .header("Origin", origin.toString())
                            .POST(BodyPublishers.ofString(TestUser.batch(session, 0, 3)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(upload.statusCode()).as(upload.body()).isEqualTo(202);
        }
        try (LiveSocket socket = new LiveSocket(user, origin)) {
            socket.send("{\"type\": \"ping\"}");
            Eventually.holds("a pong", () -> !socket.received("pong").isEmpty());
        }
    }
}
