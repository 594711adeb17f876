package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Tries each row of the table in docs/limits.md: at the bound, and one above it. */
class LimitsTest {

    private static final Path TABLE = Path.of("../docs/limits.md");
    private static final String START = "/api/sessions/start";
    private static final String LOGIN = "/api/auth/login";

    private static final GatewayUnderTest GATEWAY = GatewayUnderTest.shared();
    private static final Api API = GATEWAY.api;
    private static final User ADA = GATEWAY.user();

    /** The requests for each bound, by size. */
    private static final Map<String, LongFunction<Outcome>> TRIES = new TreeMap<>(Map.ofEntries(
            Map.entry("request-line", bytes -> {
                int rest = Math.toIntExact(bytes) - "GET /health?x= HTTP/1.1".length();
                return raw("GET /health?x=" + "x".repeat(rest) + " HTTP/1.1\r\n", "");
            }),
            Map.entry("headers", bytes -> {
                // Line ends do not count.
                String others = "Host: localhost" + "Connection: close" + "X-Much: ";
                int rest = Math.toIntExact(bytes) - others.length();
                return raw("GET /health HTTP/1.1\r\n", "X-Much: " + "x".repeat(rest) + "\r\n");
            }),
            Map.entry("body", bytes -> start(" ".repeat(Math.toIntExact(bytes) - 2) + "{}")),
            Map.entry("json-depth", levels -> {
                int inner = Math.toIntExact(levels) - 1;
                return start("{\"ignored\": " + "[".repeat(inner) + "]".repeat(inner) + "}");
            }),
            Map.entry("json-number", digits -> start("{\"ignored\": " + "9".repeat(Math.toIntExact(digits)) + "}")),
            Map.entry("json-name", length -> start("{\"" + "x".repeat(Math.toIntExact(length)) + "\": 1}")),
            Map.entry("email", length -> {
                String domain = "@" + "a.".repeat(94) + "org";
                String local = "x".repeat(Math.toIntExact(length) - domain.length());
                return outcome(API.post(LOGIN, null, credentials(local + domain, "a wrong password")));
            }),
            Map.entry("password", length -> register("password", randomLetters(Math.toIntExact(length)))),
            Map.entry("timezone", length -> changeZone("x".repeat(Math.toIntExact(length)))),
            Map.entry(
                    "session-detail",
                    length -> start("{\"project\": \"" + "x".repeat(Math.toIntExact(length)) + "\"}")),
            Map.entry(
                    "refresh-token",
                    length -> outcome(API.post(
                            "/api/auth/refresh",
                            null,
                            "{\"refresh_token\": \"" + "x".repeat(Math.toIntExact(length)) + "\"}"))),
            Map.entry("history-page", limit -> get("/api/sessions/history?limit=" + limit)),
            Map.entry("periods-span", days -> get(span("/api/flow/periods", days))),
            Map.entry("minutes-span", days -> get(span("/api/flow/minutes", days))),
            Map.entry("breakdown-span", days -> get(span("/api/flow/breakdown", days))),
            Map.entry("analytics-days", days -> get("/api/flow/analytics?days=" + days)),
            Map.entry(
                    "analytics-span",
                    days -> get("/api/flow/analytics?from=2001-01-01&to="
                            + LocalDate.of(2001, 1, 1).plusDays(days - 1))),
            Map.entry("graphql-document", length -> {
                String document = "{ currentSessions { sessionId } }";
                String padding = " ".repeat(Math.toIntExact(length) - document.length());
                Answer answer = API.post("/graphql", ADA.token(), "{\"query\": \"" + document + padding + "\"}");
                return new Outcome(
                        answer.status(),
                        answer.json()
                                .path("errors")
                                .path(0)
                                .path("extensions")
                                .path("code")
                                .asString());
            }),
            Map.entry(
                    "prompts-of-day",
                    count -> outcome(API.put(
                            "/api/flow/feedback/settings", ADA.token(), "{\"prompts_per_day\": " + count + "}"))),
            Map.entry(
                    "api-keys-of-user",
                    count -> repeated(count, "/api/keys", "{\"name\": \"n\", \"scope\": \"ingest\"}")),
            Map.entry("teams-of-user", count -> repeated(count, "/api/teams", "{\"name\": \"n\"}")),
            Map.entry("detect-intervals", count -> detect("100" + ",100".repeat(Math.toIntExact(count) - 1))),
            Map.entry("detect-interval", ms -> detect(Long.toString(ms))),
            Map.entry(
                    "detect-past-intensities",
                    count -> detect(
                            "100",
                            "{\"present_minutes\": 9, \"intensities\": [0.5" + ",0.5".repeat(Math.toIntExact(count) - 1)
                                    + "]}")),
            Map.entry("detect-present-minutes", minutes -> detect("100", "{\"present_minutes\": " + minutes + "}")),
            Map.entry(
                    "feedback-age",
                    days -> outcome(API.post(
                            "/api/flow/feedback",
                            ADA.token(),
                            "{\"flow\": 4, \"at\": \"%s\"}"
                                    .formatted(Instant.now()
                                            .minus(Duration.ofDays(days))
                                            .plusSeconds(60))))),
            Map.entry(
                    "excluded-names",
                    count -> settings(
                            "{\"excluded_languages\": [\"x\"" + ", \"x\"".repeat(Math.toIntExact(count) - 1) + "]}")),
            Map.entry(
                    "excluded-name",
                    length -> settings("{\"excluded_languages\": [\"" + "x".repeat(Math.toIntExact(length)) + "\"]}")),
            Map.entry("retention", months -> settings("{\"retention_months\": " + months + "}")),
            Map.entry(
                    "idempotency-key",
                    length -> outcome(API.post(
                            START,
                            ADA.token(),
                            "{}",
                            "Idempotency-Key",
                            (UUID.randomUUID() + "x".repeat(100)).substring(0, 100)
                                    + "x".repeat(Math.toIntExact(length) - 100)))),
            Map.entry("live-connections-of-user", LimitsTest::connections),
            Map.entry("body-time", LimitsTest::slowBody)));

    static Stream<Row> rows() throws IOException {
        return Files.readAllLines(TABLE).stream()
                .dropWhile(line -> !line.startsWith("## Bounds tried by LimitsTest"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.matches("\\| [a-z-]+ \\| [0-9]+ \\|.*"))
                .map(Row::parse);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rows")
    void enforcesTheBound(Row row) {
        LongFunction<Outcome> attempt = TRIES.get(row.bound());
        if (attempt == null) {
            throw new AssertionError("nothing here tries " + row.bound());
        }
        Outcome within = attempt.apply(row.value());
        Outcome refused = new Outcome(row.status(), row.problem());
        assertThat(within).as("at the bound").isNotEqualTo(refused);
        assertThat(within.status()).as("at the bound: " + within).isIn(200, 201, 202, 400, 401);
        Outcome above = attempt.apply(row.value() + 1);
        assertThat(above).as("one above the bound").isEqualTo(refused);
    }

    @Test
    void listsEveryBound() throws IOException {
        assertThat(rows().map(Row::bound)).containsExactlyInAnyOrderElementsOf(TRIES.keySet());
    }

    @Test
    void namesExistingTests() throws IOException {
        List<String> names = Files.readAllLines(TABLE).stream()
                .dropWhile(line -> !line.startsWith("## Bounds tried by other tests"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| ") && line.endsWith("Test |"))
                .map(line -> line.substring(line.lastIndexOf("| ", line.length() - 3) + 2, line.length() - 2))
                .flatMap(tests -> Stream.of(tests.split(", ")))
                .toList();
        assertThat(names).hasSizeGreaterThan(5);
        List<String> files = new ArrayList<>();
        for (String module : List.of(
                "api-gateway", "ingest-service", "flow-engine", "flow-stream", "libs/web-kit", "libs/webhooks")) {
            try (Stream<Path> tests = Files.walk(Path.of("..", module, "src/test/java"))) {
                tests.forEach(file -> files.add(file.getFileName().toString()));
            }
        }
        assertThat(files).containsAll(names.stream().map(name -> name + ".java").toList());
    }

    private static Outcome start(String body) {
        return outcome(API.post(START, ADA.token(), body));
    }

    private static Outcome get(String path) {
        return outcome(API.get(path, ADA.token()));
    }

    /** Returns the outcome of the last of several posts of a new user. */
    private static Outcome repeated(long count, String path, String body) {
        User user = GATEWAY.user();
        for (int i = 1; i < count; i++) {
            API.post(path, user.token(), body);
        }
        return outcome(API.post(path, user.token(), body));
    }

    private static Outcome detect(String intervals, String history) {
        return outcome(API.post(
                "/api/flow/detect",
                ADA.token(),
                "{\"flow_data\": {\"keystroke_intervals\": [%s]}, \"history\": %s}".formatted(intervals, history)));
    }

    private static Outcome detect(String intervals) {
        return outcome(API.post(
                "/api/flow/detect", ADA.token(), "{\"flow_data\": {\"keystroke_intervals\": [" + intervals + "]}}"));
    }

    private static String span(String path, long days) {
        Instant to = Instant.parse("2026-01-31T00:00:00Z");
        return path + "?from=" + to.minus(Duration.ofDays(days)) + "&to=" + to;
    }

    private static String credentials(String email, String password) {
        return "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password);
    }

    private static Outcome register(String field, String value) {
        String password = field.equals("password") ? value : randomLetters(24);
        return outcome(API.post(
                "/api/auth/register",
                null,
                "{\"email\": \"%s@example.org\", \"password\": \"%s\"}".formatted(UUID.randomUUID(), password)));
    }

    /** Any unknown zone is rejected; only the bound reports that the text is too long. */
    private static Outcome changeZone(String value) {
        Answer answer = API.patch("/api/account", ADA.token(), "{\"timezone\": \"%s\"}".formatted(value));
        return answer.text("detail").contains("IANA") ? new Outcome(400, "no-zone") : outcome(answer);
    }

    private static String randomLetters(int length) {
        return "q7xv2kzm9wpd".concat(UUID.randomUUID().toString().repeat(4)).substring(0, length);
    }

    private static Outcome connections(long count) {
        User user = GATEWAY.user();
        List<EventStreamClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < count - 1; i++) {
                clients.add(EventStreamClient.connect(API, user.token()));
            }
            if (count <= clientsMax()) {
                clients.add(EventStreamClient.connect(API, user.token()));
                return new Outcome(200, "");
            }
            return outcome(API.get("/api/flow/stream", user.token()));
        } finally {
            clients.forEach(EventStreamClient::close);
        }
    }

    private static long clientsMax() {
        try {
            return rows().filter(row -> row.bound().equals("live-connections-of-user"))
                    .findFirst()
                    .orElseThrow()
                    .value();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a body that ends a good second before the timeout, or never. */
    private static Outcome slowBody(long seconds) {
        boolean isWithin = seconds <= 10;
        return rawRequest("POST " + LOGIN + " HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: "
                + (isWithin ? 2 : 3) + "\r\nHost: localhost\r\nConnection: close\r\n\r\n{}");
    }

    private static Outcome raw(String requestLine, String header) {
        return rawRequest(requestLine + "Host: localhost\r\nConnection: close\r\n" + header + "\r\n");
    }

    private static Outcome rawRequest(String request) {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), API.uri("http", "/").getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = Integer.parseInt(answer.substring(9, 12));
            int body = answer.indexOf("\r\n\r\n") + 4;
            String problem = answer.contains("application/problem+json")
                    ? problem(Api.JSON
                            .readTree(answer.substring(body))
                            .path("type")
                            .asString(""))
                    : "";
            return new Outcome(status, problem);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Outcome settings(String body) {
        return outcome(API.put("/api/privacy/settings", ADA.token(), body));
    }

    private static Outcome outcome(Answer answer) {
        return new Outcome(answer.status(), answer.status() < 400 ? "" : problem(answer.text("type")));
    }

    private static String problem(String type) {
        return type.substring(type.lastIndexOf('/') + 1);
    }

    private record Outcome(int status, String problem) {}

    private record Row(String bound, long value, int status, String problem) {

        static Row parse(String line) {
            String[] cells = line.split("\\|", -1);
            String past = cells[4].strip();
            int space = past.indexOf(' ');
            return new Row(
                    cells[1].strip(),
                    Long.parseLong(cells[2].strip()),
                    Integer.parseInt(space < 0 ? past : past.substring(0, space)),
                    space < 0 ? "" : past.substring(space + 1));
        }

        @Override
        public String toString() {
            return bound;
        }
    }
}
