package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class HostileInputTest {

    private static final List<String> MALFORMED = List.of(
            "",
            "{",
            "{\"email\": ",
            "{\"email\": \"a\"",
            "{\"email\": \"a\"} trailing",
            "{\"email\": \"a\"}{}",
            "{'email': 'a'}",
            "{email: 1}",
            "{\"email\": NaN}",
            "{\"email\": Infinity}",
            "{\"email\": 01}",
            "{\"email\": \"a\", \"email\": \"b\"}",
            "{\"email\": \"\\ud8\"}",
            "{\"email\": \"\u0000\"}",
            "{\"a\": ".repeat(100) + "1" + "}".repeat(100),
            "[".repeat(10_000),
            "{\"email\": 1" + "0".repeat(5_000) + "}",
            "{\"email\": \"" + "x".repeat(20_000) + "\"}",
            "{/* */}",
            "\u0000\u0001\u0002");

    private static final List<String> NO_OBJECTS = List.of("null", "[]", "1", "\"text\"", "true");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void rejectsMalformedJson() {
        for (String body : MALFORMED) {
            api.post("/api/auth/login", null, body).isProblem(400, "malformed-body");
            api.post("/api/flow/detect", ada.token(), body).isProblem(400, "malformed-body");
        }
        for (String body : NO_OBJECTS) {
            api.post("/api/auth/register", null, body).isProblem(400, "invalid-request");
            api.post("/api/sessions/start", ada.token(), body).isProblem(400, "invalid-request");
        }
    }

    @Test
    void rejectsInvalidUtf8() {
        byte[] body = "{\"email\": \"a?@example.org\", \"password\": \"x\"}".getBytes(StandardCharsets.UTF_8);
        for (byte bad : new byte[] {(byte) 0xFF, (byte) 0xC3, (byte) 0x80}) {
            byte[] broken = body.clone();
            broken[12] = bad;
            api.send(api.request("/api/auth/login", null)
                            .header("Content-Type", "application/json")
                            .POST(BodyPublishers.ofByteArray(broken))
                            .build())
                    .isProblem(400, "malformed-body");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/auth/register | {\"email\": 1, \"password\": \"long enough\"} | email",
                "/api/auth/register | {\"email\": [\"a@example.org\"], \"password\": \"long enough\"} | email",
                "/api/auth/register | {\"password\": \"long enough\"} | email",
                "/api/auth/register | {\"email\": \"a@example.org\"} | password",
                "/api/auth/register | {\"email\": \"a@example.org\", \"password\": {}} | password",
                "/api/auth/register | {\"email\": \"a@example.org\", \"password\": \"a\\u0000bcdefgh\"} | password",
                "/api/auth/register | {\"email\": \"a@example.org\", \"password\": \"\\ud800aaaaaaaa\"} | password",
                "/api/auth/register | {\"email\": \"a@example.org\", \"password\": \"long enough\", \"timezone\": 2}"
                        + " | timezone",
                "/api/auth/refresh | {\"refresh_token\": true} | refresh_token",
                "/api/auth/refresh | {} | refresh_token",
                "/api/sessions/start | {\"session_id\": \"1-1-1-1-1\"} | session_id",
                "/api/sessions/start | {\"session_id\": \"00000000-0000-0000-0000-000000000000\"} | session_id",
                "/api/sessions/start | {\"session_id\": 7} | session_id",
                "/api/sessions/start | {\"started_at\": \"yesterday\"} | started_at",
                "/api/sessions/start | {\"started_at\": 1700000000000} | started_at",
                "/api/sessions/start | {\"started_at\": \"+999999999-01-01T00:00:00Z\"} | started_at",
                "/api/sessions/start | {\"project\": \"\"} | project",
                "/api/sessions/start | {\"project\": \"a\\u0000b\"} | project",
                "/api/sessions/start | {\"language\": \"\\ud83d\"} | language",
                "/api/sessions/start | {\"editor\": false} | editor",
            })
    void namesTheInvalidField(String path, String body, String field) {
        api.post(path, path.contains("/auth/") ? null : ada.token(), body)
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @Test
    void rejectsUnknownFieldsOfEveryOperation() {
        List<String> checked = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path :
                api.get("/v3/api-docs", null).json().path("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (!operation
                                .getValue()
                                .at("/requestBody/content/application~1json")
                                .isMissingNode()
                        && !path.getKey().equals("/api/keystrokes")
                        && !path.getKey().equals("/api/features")) {
                    String name = operation.getKey() + " " + path.getKey();
                    Answer answer = api.sendJson(
                            operation.getKey().toUpperCase(Locale.ROOT),
                            path.getKey()
                                    .replaceAll(
                                            "\\{[a-z_]*id}", UUID.randomUUID().toString())
                                    .replace("{projection}", "flow_minutes")
                                    .replace("{build}", "1"),
                            path.getKey().startsWith("/api/admin") ? GatewayUnderTest.OPERATOR_TOKEN : ada.token(),
                            "{\"no_such_field\": 1}");
                    assertThat(answer.status()).as(name + answer).isEqualTo(400);
                    assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                            .as(name)
                            .contains("no_such_field");
                    checked.add(name);
                }
            }
        }
        assertThat(checked)
                .hasSizeGreaterThan(20)
                .contains(
                        "patch /api/account",
                        "patch /api/account/preferences",
                        "put /api/sessions/{id}/update",
                        "put /api/flow/feedback/settings");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keystrokes", "errors", "files_modified", "active_ms", "mean_intensity"})
    void rejectsFiguresCountedByAClient(String figure) {
        String id = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        Answer answer = api.put("/api/sessions/" + id + "/update", ada.token(), "{\"" + figure + "\": 42}")
                .isProblem(400, "invalid-request")
                .withField(figure);
        assertThat(answer.text("detail")).contains("POST /api/keystrokes");
    }

    @Test
    void rejectsUnknownFieldsOfNestedObjects() {
        String data = "\"flow_data\": {\"keystroke_intervals\": [100], \"context_switches\": 0, \"words\": 3}";
        for (String body : List.of("{" + data + "}", "{\"request\": {" + data + "}}")) {
            api.post("/api/flow/detect", ada.token(), body).isProblem(400, "invalid-request");
        }
    }

    @Test
    void namesTheFieldThatIsTooLong() {
        api.post("/api/sessions/start", ada.token(), "{\"project\": \"" + "x".repeat(201) + "\"}")
                .isProblem(400, "invalid-request")
                .withField("project");
    }

    @ParameterizedTest
    @CsvSource({
        "limit=0,limit",
        "limit=201,limit",
        "limit=x,limit",
        "limit=99999999999,limit",
        "cursor=x,cursor",
        "from=x,from",
        "to=2026-13-01T00:00:00Z,to"
    })
    void namesTheInvalidParameter(String query, String parameter) {
        api.get("/api/sessions/history?" + query, ada.token())
                .isProblem(400, "invalid-request")
                .withField(parameter);
    }

    @Test
    void treatsAForgedCursorAsAPosition() {
        String cursor = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(new byte[24]);
        assertThat(api.get("/api/sessions/history?cursor=" + cursor, ada.token())
                        .status())
                .isEqualTo(200);
        byte[] extreme = new byte[24];
        java.util.Arrays.fill(extreme, (byte) 0x7F);
        cursor = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(extreme);
        api.get("/api/sessions/history?cursor=" + cursor, ada.token()).isProblem(400, "invalid-request");
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "x", "00000000-0000-0000-0000-000000000000", "..%2f..", "%00", "'%20or%201=1"})
    void doesNotFindInvalidIds(String id) {
        assertThat(api.get("/api/sessions/" + id, ada.token()).status()).isIn(400, 404);
        assertThat(api.post("/api/sessions/" + id + "/end", ada.token(), "{}").status())
                .isIn(400, 404);
    }

    @Test
    void rejectsTooLargeBodiesUnread() {
        String large = "{\"email\": \"" + "x".repeat(10 * 1024 * 1024) + "\"}";
        Answer refused = api.post("/api/auth/login", null, large);
        refused.isProblem(413, "request-too-large");
        Answer chunked = api.send(api.request("/api/auth/login", null)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.fromPublisher(BodyPublishers.ofString("x".repeat(1024 * 1024))))
                .build());
        chunked.isProblem(413, "request-too-large");
    }

    @Test
    void acceptsJsonOnly() {
        for (String type : List.of("text/plain", "application/xml", "application/x-www-form-urlencoded", "nonsense")) {
            Answer answer = api.send(api.request("/api/auth/login", null)
                    .header("Content-Type", type)
                    .POST(BodyPublishers.ofString("{}"))
                    .build());
            assertThat(answer.status()).as(type).isEqualTo(415);
            answer.isProblem(415, "unsupported-media-type");
        }
    }

    @Test
    void acceptsGzipAndRejectsCorruptGzip() {
        byte[] gzip = Api.gzip("{\"prompts_per_day\": 2.0}");

        assertThat(putSettings("gzip", gzip).status()).isEqualTo(200);
        putSettings("gzip", Arrays.copyOf(gzip, gzip.length - 1))
                .isProblem(400, "malformed-body")
                .withField("Content-Encoding");
        putSettings("gzip", Api.gzip("{" + " ".repeat(10 * 1024 * 1024) + "}")).isProblem(413, "request-too-large");
        putSettings("br", gzip).isProblem(415, "unsupported-media-type").withField("Content-Encoding");
    }

    private Answer putSettings(String encoding, byte[] body) {
        return api.send(api.request("/api/flow/feedback/settings", ada.token())
                .header("Content-Type", "application/json")
                .header("Content-Encoding", encoding)
                .PUT(BodyPublishers.ofByteArray(body))
                .build());
    }

    @Test
    void returnsProblemsForUnknownPathsAndMethods() {
        api.get("/nothing/here", null).isProblem(404, "not-found");
        api.get("/api/nothing", ada.token()).isProblem(404, "not-found");
        api.get("/api/nothing", null).isProblem(401, "unauthenticated");
        Answer wrong = api.get("/api/flow/detect", ada.token()).isProblem(405, "method-not-allowed");
        assertThat(wrong.header("Allow")).isEqualTo("OPTIONS, POST");
        api.sendJson("DELETE", "/health", null, "").isProblem(405, "method-not-allowed");
    }

    @Test
    void rejectsPathsThatAreNotNormalized() throws IOException {
        for (String path : List.of(
                "//api/account",
                "/api/../api/account",
                "/api;x=1/account",
                "/%2e%2e/etc/passwd",
                "/static/..%2f..%2fetc")) {
            try (Socket socket = new Socket(
                    InetAddress.getLoopbackAddress(), api.uri("http", "/").getPort())) {
                socket.setSoTimeout(10_000);
                socket.getOutputStream()
                        .write(("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                String head = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(head).as(path).matches("(?s)HTTP/1.1 4\\d\\d.*");
            }
        }
    }

    @Test
    void revealsNoInternals() {
        Answer answer = api.get("/api/sessions/history?cursor=x", ada.token());
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .doesNotContain("Exception", "dev.mindfulcode.", "\tat ");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'self'", "frame-ancestors 'none'");
        assertThat(answer.headers().map()).doesNotContainKeys("access-control-allow-origin", "server", "set-cookie");
    }

    @Test
    void allowsNoOtherOriginByDefault() {
        Answer preflight = api.send(api.request("/api/account", null)
                .header("Access-Control-Request-Method", "GET")
                .method("OPTIONS", BodyPublishers.noBody())
                .build());
        assertThat(preflight.headers().map()).doesNotContainKey("access-control-allow-origin");
    }

    @Test
    void stillServesValidRequests() {
        MALFORMED.forEach(body -> api.post("/api/sessions/start", ada.token(), body));
        assertThat(api.post("/api/sessions/start", ada.token(), "{\"session_id\": \"" + UUID.randomUUID() + "\"}")
                        .status())
                .isEqualTo(201);
    }
}
