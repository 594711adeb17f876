package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class DemoUserTest {

    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Pattern LINK = Pattern.compile("(http://\\S+)/sign-in#(\\S+)");

    @TempDir
    Path folder;

    @Test
    void hasSixWeeksBehindThemAndALinkThatSignsInOnce() throws Exception {
        SharedSystem system = SharedSystem.get();
        URI origin = system.origin();
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        try (DemoUser demo = DemoUser.start(origin, data)) {
            Matcher link = LINK.matcher(demo.invitation());
            assertThat(link.find()).isTrue();
            assertThat(link.group(1)).isEqualTo(origin.toString());
            HttpResponse<String> signedIn = redeem(origin, link.group(2));
            assertThat(signedIn.statusCode()).as(signedIn.body()).isEqualTo(200);
            assertThat(redeem(origin, link.group(2)).statusCode()).as("again").isEqualTo(401);
            String token =
                    TestUser.JSON.readTree(signedIn.body()).path("access_token").asString();

            Eventually.holds(
                    "the import is complete",
                    () -> Files.readString(folder.resolve("data/demo-history.txt"))
                            .startsWith("complete"));
            Eventually.holds("flow in the fifth week before now", () -> flowSeconds(origin, token) > 0);
        }
    }

    private static HttpResponse<String> redeem(URI origin, String secret) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(origin.resolve("/api/auth/link"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"secret\":\"" + secret + "\"}"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static long flowSeconds(URI origin, String token) throws Exception {
        Instant to = Instant.now().minus(Duration.ofDays(28));
        String path = "/api/flow/minutes?from=" + to.minus(Duration.ofDays(7)) + "&to=" + to;
        HttpResponse<String> minutes = HTTP.send(
                HttpRequest.newBuilder(origin.resolve(path))
                        .header("Authorization", "Bearer " + token)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(minutes.statusCode()).as(minutes.body()).isEqualTo(200);
        long flowSeconds = 0;
        for (JsonNode minute : TestUser.JSON.readTree(minutes.body()).path("minutes")) {
            flowSeconds += minute.path("flow_seconds").asLong();
        }
        return flowSeconds;
    }
}
