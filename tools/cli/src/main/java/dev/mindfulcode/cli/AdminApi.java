package dev.mindfulcode.cli;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A running system as its operator speaks to it. */
public final class AdminApi implements AutoCloseable {

    private static final String PROJECTIONS = "/api/admin/projections";
    private static final Duration CONNECT_MAX = Duration.ofSeconds(5);
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final Duration WATCH_AGAIN_AFTER = Duration.ofMillis(500);
    private static final int LOST_MAX = 120;
    private static final String DATA = "data: ";
    private static final JsonMapper JSON = new JsonMapper();

    private final String origin;
    private final String token;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_MAX)
            .build();

    public AdminApi(RunningSystem system) {
        this(system.url(), system.operatorToken());
    }

    AdminApi(String origin, String token) {
        this.origin = origin;
        this.token = token;
    }

    /** Returns the builds of all projections. */
    public List<JsonNode> builds() {
        return list(send("GET", "", null));
    }

    /** Orders a build and returns its number. */
    public int order(String projection, int sharePercent) {
        return send("POST", "/" + projection + "/builds", share(sharePercent))
                .path("build")
                .asInt();
    }

    /** Orders that a build which is there takes the place of the one in use. */
    public void use(String projection, int build, int sharePercent) {
        send("POST", "/" + projection + "/builds/" + build + "/use", share(sharePercent));
    }

    public void drop(String projection, int build) {
        send("DELETE", "/" + projection + "/builds/" + build, null);
    }

    /** Hands each list of builds over until it is accepted; bears with a system that goes away for a while. */
    public void watch(Predicate<List<JsonNode>> isLast) {
        for (int lost = 0; lost < LOST_MAX; lost++) {
            try {
                HttpResponse<Stream<String>> events =
                        http.send(request("/stream").GET().build(), BodyHandlers.ofLines());
                try (Stream<String> lines = events.body()) {
                    if (events.statusCode() == 200) {
                        for (Iterator<String> line = lines.iterator(); line.hasNext(); ) {
                            String text = line.next();
                            if (text.startsWith(DATA)
                                    && isLast.test(list(JSON.readTree(text.substring(DATA.length()))))) {
                                return;
                            }
                            lost = 0;
                        }
                    }
                }
            } catch (IOException | java.io.UncheckedIOException e) {
                // It may come back: a rebuild goes on after a restart.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserErrorException("Interrupted; the build goes on without being watched");
            }
            try {
                Thread.sleep(WATCH_AGAIN_AFTER);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UserErrorException("Interrupted; the build goes on without being watched");
            }
        }
        throw new UserErrorException(origin + " does not answer any more");
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private static List<JsonNode> list(JsonNode answer) {
        return StreamSupport.stream(answer.path("builds").spliterator(), false).toList();
    }

    private static String share(int percent) {
        return "{\"share_percent\": " + percent + "}";
    }

    private JsonNode send(String method, String path, @Nullable String body) {
        try {
            HttpResponse<String> answer = http.send(
                    request(path)
                            .timeout(ANSWER_MAX)
                            .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode json = JSON.readTree(answer.body());
            if (answer.statusCode() / 100 != 2) {
                throw new UserErrorException(json.path("detail").asString("Answer " + answer.statusCode()));
            }
            return json;
        } catch (IOException | JacksonException e) {
            throw new UserErrorException(origin + " does not answer: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserErrorException("Interrupted");
        }
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(origin + PROJECTIONS + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json");
    }
}
