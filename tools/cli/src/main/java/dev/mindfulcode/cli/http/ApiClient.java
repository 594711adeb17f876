package dev.mindfulcode.cli.http;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of one system's public HTTP API. Thread-safe; calls block and are meant for virtual threads.
 *
 * <p>Requests must be safe to repeat: while the server is down, overloaded or starting, a call is retried until
 * {@code retryTimeout} has passed.
 */
public final class ApiClient implements AutoCloseable {

    /** For load generators: several times the duration of a restart after kill -9. */
    public static final Duration RETRY_TIMEOUT = Duration.ofMinutes(3);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);
    private static final int CONCURRENT_REQUESTS_MAX = 64;
    private static final long BACKOFF_MS_MIN = 50;
    private static final long BACKOFF_MS_MAX = 2_000;

    /** A server that fails is given up sooner than one that is down. */
    private static final int SERVER_ERROR_RETRIES_MAX = 5;

    private static final String EVENT_DATA = "data: ";
    private static final JsonMapper JSON = new JsonMapper();

    private final URI origin;
    private final Duration retryTimeout;
    private final Consumer<String> onRetry;
    private final HttpClient http;
    private final Semaphore requests = new Semaphore(CONCURRENT_REQUESTS_MAX);
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder retries = new LongAdder();

    /**
     * Creates a client that does not connect yet and retries for {@link #RETRY_TIMEOUT}.
     *
     * @param origin scheme, host and port, for example {@code http://localhost:3001}
     */
    public ApiClient(URI origin) {
        this(origin, RETRY_TIMEOUT, _ -> {});
    }

    /**
     * @param retryTimeout zero: a call fails at the first attempt
     * @param onRetry receives the reason of each retry
     */
    public ApiClient(URI origin, Duration retryTimeout, Consumer<String> onRetry) {
        this.origin = origin;
        this.retryTimeout = retryTimeout;
        this.onRetry = onRetry;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** A response that is not retried. */
    public record Response(int status, JsonNode body) {

        public boolean isSuccess() {
            return status / 100 == 2;
        }

        public Problem problem() {
            String type = Problem.codeOf(body.path("type").asString(""));
            return new Problem(
                    status,
                    type.isEmpty() || type.equals("about:blank") ? Integer.toString(status) : type,
                    body.path("detail").asString(""),
                    body.path("field").isString() ? body.path("field").asString() : null);
        }
    }

    /** Returns the number of calls that wait for a retry. */
    public int waitingCalls() {
        return waiting.get();
    }

    /** Returns the number of retries since this client was created. */
    public long retries() {
        return retries.sum();
    }

    public URI origin() {
        return origin;
    }

    public HttpClient http() {
        return http;
    }

    public static JsonMapper json() {
        return JSON;
    }

    public Response get(String path, @Nullable String token) throws ApiException, InterruptedException {
        return send("GET", path, token, BodyPublishers::noBody);
    }

    public Response post(String path, @Nullable String token, String json) throws ApiException, InterruptedException {
        return post(path, token, () -> json);
    }

    /** @param json called for each attempt */
    public Response post(String path, @Nullable String token, Supplier<String> json)
            throws ApiException, InterruptedException {
        return send("POST", path, token, () -> BodyPublishers.ofString(json.get(), StandardCharsets.UTF_8));
    }

    /** @param json null: no body */
    public Response send(String method, String path, @Nullable String token, @Nullable String json)
            throws ApiException, InterruptedException {
        return send(method, path, token, () -> json == null ? BodyPublishers.noBody() : BodyPublishers.ofString(json));
    }

    /**
     * Reads server-sent events until one of them is the last.
     *
     * @param isLast receives the data of each event
     * @return whether the last event came; false if the connection ended before
     */
    public boolean readEvents(String path, @Nullable String token, Predicate<JsonNode> isLast)
            throws InterruptedException {
        try {
            HttpResponse<Stream<String>> response =
                    http.send(request(path, token).build(), BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                for (Iterator<String> line = lines.iterator(); response.statusCode() == 200 && line.hasNext(); ) {
                    String text = line.next();
                    if (text.startsWith(EVENT_DATA)
                            && isLast.test(JSON.readTree(text.substring(EVENT_DATA.length())))) {
                        return true;
                    }
                }
            }
            return false;
        } catch (InterruptedIOException e) {
            throw (InterruptedException) new InterruptedException().initCause(e);
        } catch (IOException | UncheckedIOException e) {
            return false;
        }
    }

    private Response send(String method, String path, @Nullable String token, BodySupplier body)
            throws ApiException, InterruptedException {
        HttpRequest.Builder builder = request(path, token)
                .timeout(REQUEST_TIMEOUT)
                .header("Accept", "application/json, application/problem+json")
                .header("Content-Type", "application/json");
        long startedNs = System.nanoTime();
        int serverErrors = 0;
        for (int attempt = 0; ; attempt++) {
            String failure;
            long delayMs = backoffMs(attempt);
            try {
                HttpResponse<byte[]> response =
                        send(builder.method(method, body.get()).build());
                int status = response.statusCode();
                boolean isOverloaded = status == 503 || status == 429 || status == 502 || status == 504;
                boolean isServerError = status >= 500 && !isOverloaded && ++serverErrors < SERVER_ERROR_RETRIES_MAX;
                if (retryTimeout.isZero() || (!isOverloaded && !isServerError)) {
                    return new Response(status, parseJson(response.body()));
                }
                delayMs = Math.max(delayMs, retryAfterMs(response));
                failure = "status " + status;
            } catch (IOException e) {
                failure = e.getClass().getSimpleName();
            }
            if (System.nanoTime() - startedNs >= retryTimeout.toNanos()) {
                throw new ApiException(origin + " does not respond (" + failure + "). Is it running?");
            }
            retries.increment();
            onRetry.accept(method + " " + path + " failed (" + failure + "); retrying");
            delay(delayMs);
        }
    }

    @FunctionalInterface
    private interface BodySupplier extends Supplier<BodyPublisher> {}

    private HttpRequest.Builder request(String path, @Nullable String token) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(origin.resolve(path));
        return token == null ? builder : builder.header("Authorization", "Bearer " + token);
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws IOException, InterruptedException {
        requests.acquire();
        try {
            return http.send(request, BodyHandlers.ofByteArray());
        } finally {
            requests.release();
        }
    }

    private void delay(long ms) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            Thread.sleep(ms);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Doubles with each attempt; half of it is random, so that clients do not retry at the same time. */
    private static long backoffMs(int attempt) {
        long ms = Math.min(BACKOFF_MS_MIN << Math.min(attempt, 10), BACKOFF_MS_MAX);
        return ms / 2 + ThreadLocalRandom.current().nextLong(ms / 2 + 1);
    }

    private static long retryAfterMs(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("0");
        try {
            return Math.clamp(Long.parseLong(seconds.trim()) * 1_000, 0, RETRY_TIMEOUT.toMillis() / 4);
        } catch (NumberFormatException e) {
            return BACKOFF_MS_MAX; // a date
        }
    }

    private static JsonNode parseJson(byte[] body) {
        try {
            return body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
