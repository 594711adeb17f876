package dev.mindfulcode.benchmarks.client;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The way to one server's public HTTP API, shared by all simulated people. Thread-safe; calls block and are meant for
 * virtual threads.
 *
 * <p>Whatever is sent may be sent again: while the server is away, overloaded or starting, a call waits and repeats
 * until {@link #PATIENCE} has gone by without an answer.
 */
public final class MindfulApi implements AutoCloseable {

    /** For how long a call bears with a server that does not answer: a restart after kill -9 takes a fraction of it. */
    static final Duration PATIENCE = Duration.ofMinutes(3);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /** Requests under way at one time: enough to keep two cores busy, few enough to be no flood of connections. */
    private static final int REQUESTS_MAX = 64;

    /** Password hashes are made slow on purpose, and more of them at a time than cores only adds up their memory. */
    private static final int SIGN_INS_MAX = 4;

    private static final long BACKOFF_MS_MIN = 50;
    private static final long BACKOFF_MS_MAX = 2_000;

    /** A server error is repeated as it may pass, but not for as long as a server that is starting. */
    private static final int SERVER_ERRORS_MAX = 5;

    private static final JsonMapper JSON = new JsonMapper();

    private final URI origin;
    private final Consumer<String> onRepeat;
    private final HttpClient http;
    private final Semaphore requests = new Semaphore(REQUESTS_MAX);
    private final Semaphore signIns = new Semaphore(SIGN_INS_MAX);
    private final AtomicInteger waiting = new AtomicInteger();
    private final LongAdder repeats = new LongAdder();

    /**
     * Connects to nothing yet.
     *
     * @param origin scheme, host and port, for example {@code http://localhost:3001}
     */
    public MindfulApi(URI origin) {
        this(origin, _ -> {});
    }

    /** @param onRepeat is told each time why a request has to be sent again */
    public MindfulApi(URI origin, Consumer<String> onRepeat) {
        this.origin = origin;
        this.onRepeat = onRepeat;
        this.http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /** An answer below 500. */
    record Answer(int status, JsonNode body) {

        boolean isSuccess() {
            return status / 100 == 2;
        }

        Problem problem() {
            String type = Problem.nameOf(body.path("type").asString(""));
            return new Problem(
                    status,
                    type.isEmpty() || type.equals("about:blank") ? Integer.toString(status) : type,
                    body.path("detail").asString(""),
                    body.path("field").isString() ? body.path("field").asString() : null);
        }
    }

    /**
     * Signs in, or registers who is not known yet.
     *
     * @param isNew whether to try registering first: spares a password hash for people who most likely have no account
     * @throws ApiException when the account exists and the password is not its own
     */
    public Account signIn(Credentials credentials, boolean isNew) throws ApiException, InterruptedException {
        signIns.acquire();
        try {
            return Account.signIn(this, credentials, isNew);
        } finally {
            signIns.release();
        }
    }

    /** Returns how many calls wait for a server that is away or overloaded, at this moment. */
    public int waiting() {
        return waiting.get();
    }

    /** Returns how often a request was sent again, so far. */
    public long repeats() {
        return repeats.sum();
    }

    public URI origin() {
        return origin;
    }

    Answer get(String path, @Nullable String token) throws ApiException, InterruptedException {
        return call("GET", path, token, HttpRequest.BodyPublishers::noBody);
    }

    Answer post(String path, @Nullable String token, String json) throws ApiException, InterruptedException {
        return post(path, token, () -> json);
    }

    /** @param json made again for each attempt */
    Answer post(String path, @Nullable String token, Supplier<String> json) throws ApiException, InterruptedException {
        return call("POST", path, token, () -> HttpRequest.BodyPublishers.ofString(json.get(), StandardCharsets.UTF_8));
    }

    private Answer call(String method, String path, @Nullable String token, Supplier<HttpRequest.BodyPublisher> body)
            throws ApiException, InterruptedException {
        HttpRequest.Builder builder = HttpRequest.newBuilder(origin.resolve(path))
                .timeout(REQUEST_TIMEOUT)
                .header("Accept", "application/json, application/problem+json")
                .header("Content-Type", "application/json");
        if (token != null) {
            builder.header("Authorization", "Bearer " + token);
        }
        long startedNs = System.nanoTime();
        int serverErrors = 0;
        for (int attempt = 0; ; attempt++) {
            String trouble;
            long pauseMs = backoffMs(attempt);
            try {
                HttpResponse<byte[]> response =
                        exchange(builder.method(method, body.get()).build());
                int status = response.statusCode();
                boolean overloaded = status == 503 || status == 429 || status == 502 || status == 504;
                boolean broken = status >= 500 && !overloaded && ++serverErrors < SERVER_ERRORS_MAX;
                if (!overloaded && !broken) {
                    return new Answer(status, parse(response.body()));
                }
                pauseMs = Math.max(pauseMs, retryAfterMs(response));
                trouble = "status " + status;
            } catch (IOException e) {
                trouble = e.getClass().getSimpleName();
            }
            if (System.nanoTime() - startedNs > PATIENCE.toNanos()) {
                throw new ApiException("no answer from " + origin + " for " + PATIENCE.toMinutes() + " minutes ("
                        + trouble + "). Is it running?");
            }
            repeats.increment();
            onRepeat.accept("no answer to " + method + " " + path + " (" + trouble + "); trying again");
            pause(pauseMs);
        }
    }

    private HttpResponse<byte[]> exchange(HttpRequest request) throws IOException, InterruptedException {
        requests.acquire();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        } finally {
            requests.release();
        }
    }

    private void pause(long ms) throws InterruptedException {
        waiting.incrementAndGet();
        try {
            Thread.sleep(ms);
        } finally {
            waiting.decrementAndGet();
        }
    }

    /** Doubles from attempt to attempt, and spreads over half of it so that the waiting do not come back as one. */
    private static long backoffMs(int attempt) {
        long ms = Math.min(BACKOFF_MS_MIN << Math.min(attempt, 10), BACKOFF_MS_MAX);
        return ms / 2 + ThreadLocalRandom.current().nextLong(ms / 2 + 1);
    }

    private static long retryAfterMs(HttpResponse<?> response) {
        String seconds = response.headers().firstValue("Retry-After").orElse("0");
        try {
            return Math.clamp(Long.parseLong(seconds.trim()) * 1_000, 0, PATIENCE.toMillis() / 4);
        } catch (NumberFormatException e) {
            return BACKOFF_MS_MAX; // a date: not worth a parser here
        }
    }

    private static JsonNode parse(byte[] body) {
        try {
            return body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    HttpClient http() {
        return http;
    }

    static JsonMapper json() {
        return JSON;
    }

    @Override
    public void close() {
        http.shutdownNow();
        http.close();
    }
}
