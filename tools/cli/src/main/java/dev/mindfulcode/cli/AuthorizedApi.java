package dev.mindfulcode.cli;

import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import dev.mindfulcode.cli.http.Problem;
import java.net.URI;
import java.time.Duration;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The API of one system with one token, for commands: a request that fails ends the command with the reason. */
public final class AuthorizedApi implements AutoCloseable {

    private static final Duration RECONNECT_DELAY = Duration.ofMillis(500);
    private static final int RECONNECTS_MAX = 120;

    private final ApiClient client;
    private final String token;

    public AuthorizedApi(String origin, String token) {
        this.client = new ApiClient(URI.create(origin), Duration.ZERO, _ -> {});
        this.token = token;
    }

    public JsonNode get(String path) {
        return send("GET", path, null);
    }

    public JsonNode post(String path, JsonNode body) {
        return send("POST", path, body);
    }

    public JsonNode put(String path, JsonNode body) {
        return send("PUT", path, body);
    }

    public void delete(String path) {
        send("DELETE", path, null);
    }

    /** Reads server-sent events until one is the last; reconnects while the system restarts. */
    public void awaitEvent(String path, Predicate<JsonNode> isLast) {
        boolean[] isConnected = new boolean[1];
        try {
            for (int failures = 0; failures < RECONNECTS_MAX; failures = isConnected[0] ? 0 : failures + 1) {
                isConnected[0] = false;
                boolean isDone = client.readEvents(path, token, event -> {
                    isConnected[0] = true;
                    return isLast.test(event);
                });
                if (isDone) {
                    return;
                }
                Thread.sleep(RECONNECT_DELAY);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
        throw new UserErrorException(client.origin() + " does not respond. Is it running?");
    }

    private JsonNode send(String method, String path, @Nullable JsonNode body) {
        try {
            ApiClient.Response response = client.send(method, path, token, body == null ? null : body.toString());
            if (response.isSuccess()) {
                return response.body();
            }
            Problem problem = response.problem();
            String detail = problem.detail().isEmpty() ? method + " " + path + " failed: " + problem : problem.detail();
            throw new UserErrorException(problem.field() == null ? detail : problem.field() + ": " + detail);
        } catch (ApiException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static UserErrorException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new UserErrorException("Interrupted", e);
    }

    @Override
    public void close() {
        client.close();
    }
}
