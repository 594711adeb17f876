package dev.mindfulcode.benchmarks.load;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small real HTTP server with the part of the public contract that the client uses, in memory: what it stores is what
 * a correct pipeline would store. Its misbehaviour is set by the test.
 */
final class StubServer implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long MINUTE_MS = 60_000;

    /** Number of requests to answer with 503. */
    final AtomicInteger overloaded = new AtomicInteger();

    /** Number of requests whose connection is closed after the work is done. */
    final AtomicInteger answersLost = new AtomicInteger();

    /** Keystroke requests until all access tokens run out; negative is never. */
    final AtomicInteger tokensRunOutAfter = new AtomicInteger(-1);

    final AtomicInteger registrations = new AtomicInteger();
    final AtomicInteger keystrokeRequests = new AtomicInteger();

    final Queue<Long> sentAtMs = new ConcurrentLinkedQueue<>();

    /** Batches to reject, by their sequence. */
    volatile Predicate<JsonNode> refused = batch -> false;

    private final Map<String, String> passwords = new ConcurrentHashMap<>();
    private final Map<String, String> emailOfToken = new ConcurrentHashMap<>();
    private final Map<String, String> ownerOfSession = new ConcurrentHashMap<>();
    private final Map<String, Map<Long, Long>> minutesOfEmail = new HashMap<>();
    private final Set<String> batchesSeen = new HashSet<>();
    private final Map<String, String> bodiesSeen = new LinkedHashMap<>();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpServer server;

    StubServer() throws IOException {
        this(0);
    }

    StubServer(int port) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/", this::handle);
        server.setExecutor(threads);
        server.start();
    }

    URI uri() {
        return URI.create("http://localhost:" + server.getAddress().getPort());
    }

    /** Returns the text of each batch as first seen, by session and sequence. */
    synchronized Map<String, String> batches() {
        return new LinkedHashMap<>(bodiesSeen);
    }

    synchronized long keystrokes() {
        return minutesOfEmail.values().stream()
                .flatMap(minutes -> minutes.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    int sessions() {
        return ownerOfSession.size();
    }

    private void handle(HttpExchange exchange) {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            if (overloaded.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                exchange.getResponseHeaders().add("Retry-After", "0");
                answer(exchange, 503, problem("overloaded", null));
                return;
            }
            String path = exchange.getRequestURI().getPath();
            JsonNode json = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
            switch (path) {
                case "/api/auth/register" -> register(exchange, json);
                case "/api/auth/login" -> login(exchange, json);
                case "/api/auth/refresh" -> refresh(exchange, json);
                default -> authenticated(exchange, path, json);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void register(HttpExchange exchange, JsonNode json) throws IOException {
        registrations.incrementAndGet();
        String email = json.path("email").asString();
        if (passwords.putIfAbsent(email, json.path("password").asString()) == null) {
            tokens(exchange, 201, email);
        } else {
            answer(exchange, 409, problem("email-taken", "email"));
        }
    }

    private void login(HttpExchange exchange, JsonNode json) throws IOException {
        String email = json.path("email").asString();
        if (json.path("password").asString().equals(passwords.get(email))) {
            tokens(exchange, 200, email);
        } else {
            answer(exchange, 401, problem("wrong-credentials", null));
        }
    }

    private void refresh(HttpExchange exchange, JsonNode json) throws IOException {
        String email = emailOfToken.remove("r" + json.path("refresh_token").asString());
        if (email == null) {
            answer(exchange, 401, problem("refresh-token-reused", null));
        } else {
            tokens(exchange, 200, email);
        }
    }

    private void tokens(HttpExchange exchange, int status, String email) throws IOException {
        String access = UUID.randomUUID().toString();
        String refresh = UUID.randomUUID().toString();
        emailOfToken.put("a" + access, email);
        emailOfToken.put("r" + refresh, email);
        answer(
                exchange,
                status,
                JSON.createObjectNode()
                        .put("access_token", access)
                        .put("refresh_token", refresh)
                        .put("expires_in", 900));
    }

    private void authenticated(HttpExchange exchange, String path, JsonNode json) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        String email = header == null ? null : emailOfToken.get("a" + header.substring("Bearer ".length()));
        if (email == null) {
            answer(exchange, 401, problem("unauthenticated", null));
        } else if (path.equals("/api/sessions/start")) {
            String id = json.path("session_id").asString();
            String owner = ownerOfSession.putIfAbsent(id, email);
            if (owner == null || owner.equals(email)) {
                Instant.parse(json.path("started_at").asString());
                answer(
                        exchange,
                        owner == null ? 201 : 200,
                        JSON.createObjectNode().put("session_id", id));
            } else {
                answer(exchange, 404, problem("unknown-session", "session_id"));
            }
        } else if (path.equals("/api/keystrokes")) {
            sentAtMs.add(json.path("sent_at").asLong());
            keystrokes(exchange, email, (ArrayNode) json.path("batches"));
        } else if (path.equals("/api/features")) {
            keystrokes(exchange, email, (ArrayNode) json.path("reports"));
        } else if (path.equals("/api/flow/minutes")) {
            minutes(exchange, email);
        } else {
            answer(exchange, 404, problem("not-found", null));
        }
    }

    private void keystrokes(HttpExchange exchange, String email, ArrayNode batches) throws IOException {
        keystrokeRequests.incrementAndGet();
        if (tokensRunOutAfter.getAndDecrement() == 0) {
            emailOfToken.keySet().removeIf(token -> token.startsWith("a"));
            answer(exchange, 401, problem("unauthenticated", null));
            return;
        }
        ArrayNode rejected = JSON.createArrayNode();
        for (int i = 0; i < batches.size(); i++) {
            if (!email.equals(
                    ownerOfSession.get(batches.get(i).path("session_id").asString()))) {
                rejected.add(problem("unknown-session", "session_id").put("index", i));
            } else if (refused.test(batches.get(i))) {
                rejected.add(problem("invalid-batch", "intervals_ms[3]").put("index", i));
            } else {
                store(email, batches.get(i));
            }
        }
        ObjectNode verdict = JSON.createObjectNode().put("accepted", batches.size() - rejected.size());
        verdict.set("rejected", rejected);
        answer(exchange, 202, verdict);
    }

    private synchronized void store(String email, JsonNode batch) {
        String key = batch.path("session_id").asString() + "/"
                + batch.path("sequence").asLong();
        if (!batchesSeen.add(key)) {
            return;
        }
        bodiesSeen.put(key, batch.toString());
        long at = batch.path("started_at").asLong();
        if (batch.has("scores")) {
            long end = at + batch.path("duration_ms").asLong();
            minutesOfEmail
                    .computeIfAbsent(email, any -> new HashMap<>())
                    .merge(
                            Math.floorDiv(end, MINUTE_MS) * MINUTE_MS,
                            batch.path("keystrokes").asLong(),
                            Long::sum);
        }
        for (JsonNode interval : batch.path("intervals_ms")) {
            at += interval.asLong();
            minutesOfEmail
                    .computeIfAbsent(email, any -> new HashMap<>())
                    .merge(Math.floorDiv(at, MINUTE_MS) * MINUTE_MS, 1L, Long::sum);
        }
    }

    private synchronized void minutes(HttpExchange exchange, String email) throws IOException {
        Map<String, String> query = new HashMap<>();
        for (String part : exchange.getRequestURI().getQuery().split("&", -1)) {
            query.put(part.substring(0, part.indexOf('=')), part.substring(part.indexOf('=') + 1));
        }
        long from = instantMs(query.get("from"));
        long to = instantMs(query.get("to"));
        ObjectNode body = JSON.createObjectNode();
        ArrayNode rows = body.putArray("minutes");
        minutesOfEmail.getOrDefault(email, Map.of()).forEach((minute, keystrokes) -> {
            if (minute >= from && minute < to) {
                rows.addObject()
                        .put("minute", Instant.ofEpochMilli(minute).toString())
                        .put("keystrokes", keystrokes);
            }
        });
        answer(exchange, 200, body);
    }

    private static long instantMs(@Nullable String text) {
        return Instant.parse(String.valueOf(text)).toEpochMilli();
    }

    private static ObjectNode problem(String type, @Nullable String field) {
        ObjectNode problem = JSON.createObjectNode().put("type", "https://mindfulcode.dev/problems/" + type);
        return field == null ? problem : problem.put("field", field);
    }

    private void answer(HttpExchange exchange, int status, JsonNode json) throws IOException {
        if (answersLost.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            return; // closing the exchange without an answer closes the connection
        }
        byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
