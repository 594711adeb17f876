package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every endpoint for every kind of user, over HTTP. {@link #coversEveryEndpoint} fails if an endpoint has no line.
 *
 * <p>A line has method and pattern, the status for each column, and an optional body. {@code {id}} is a session of the
 * member, or the team; {@code {user_id}} another member of that team; {@code {invitation_id}} an invitation of the
 * member's address into that team; {@code <email>} the address of a user without a team. They are created for each cell
 * that needs them.
 */
class AuthorisationMatrixTest {

    private static final String PASSWORD = "\"password\": \"" + Api.PASSWORD + "\"";

    /** Sessions are 404 for all other users, including those of the same team; teams are 404 for strangers. */
    private static final String TABLE = """
            #                                      anon stranger viewer member admin owner other's
            GET /                                  200  200  200  200  200  200  200
            GET /favicon.svg                       200  200  200  200  200  200  200
            GET /day/{date}                        200  200  200  200  200  200  200
            GET /week                              200  200  200  200  200  200  200
            GET /week/{week}                       200  200  200  200  200  200  200
            GET /trends                            200  200  200  200  200  200  200
            GET /sessions                          200  200  200  200  200  200  200
            GET /insights                          200  200  200  200  200  200  200
            GET /questions                         200  200  200  200  200  200  200
            GET /team                              200  200  200  200  200  200  200
            GET /team/{team}                       200  200  200  200  200  200  200
            GET /connect                           200  200  200  200  200  200  200
            GET /settings                          200  200  200  200  200  200  200
            GET /sign-in                           200  200  200  200  200  200  200
            GET /new-password                      200  200  200  200  200  200  200
            GET /assets/{build}/{*file}            404  404  404  404  404  404  404
            GET /health                            200  200  200  200  200  200  200
            GET /metrics                           200  200  200  200  200  200  200
            POST /api/auth/register                201  201  201  201  201  201  201  {"email": "<new>", <password>}
            POST /api/auth/login                   200  200  200  200  200  200  200 \
                {"email": "<stranger>", <password>}
            POST /api/auth/refresh                 200  200  200  200  200  200  200  {"refresh_token": "<refresh>"}
            POST /api/auth/logout                  204  204  204  204  204  204  204  {"refresh_token": "<refresh>"}
            POST /api/auth/link                    200  200  200  200  200  200  200  {"secret": "<sign-in>"}
            POST /api/auth/password                200  200  200  200  200  200  200 \
                {"secret": "<new-password>", "new_password": "a sentence long enough"}
            POST /api/account/sign-in-links        401  403  403  403  403  403  403  {"current_password": "not it"}
            GET /api/account                       401  200  200  200  200  200  200
            PATCH /api/account                     401  200  200  200  200  200  200  {"name": "n"}
            POST /api/account/password             401  403  403  403  403  403  403 \
                {"current_password": "not it", "new_password": "a sentence long enough"}
            DELETE /api/privacy/purge              401  403  403  403  403  403  403  {"current_password": "not it"}
            GET /api/privacy/purge/{receipt}       404  404  404  404  404  404  404
            GET /api/privacy/purge/{receipt}/document 404  404  404  404  404  404  404
            GET /.well-known/mindful-receipt-keys.json 200  200  200  200  200  200  200
            POST /api/keys                         401  201  201  201  201  201  201  {"name": "n", "scope": "ingest"}
            GET /api/keys                          401  200  200  200  200  200  200
            DELETE /api/keys/{id}                  401  404  404  204  404  404  404
            GET /api/privacy/settings              401  200  200  200  200  200  200
            PUT /api/privacy/settings              401  200  200  200  200  200  200  {"retention_months": 12}
            GET /api/privacy/settings/history      401  200  200  200  200  200  200
            GET /.well-known/jwks.json             200  200  200  200  200  200  200
            GET /v3/api-docs                       200  200  200  200  200  200  200
            GET /docs                              200  200  200  200  200  200  200
            GET /docs/{file}                       200  200  200  200  200  200  200
            POST /api/sessions/start               401  201  201  201  201  201  201  {}
            GET /api/sessions/history              401  200  200  200  200  200  200
            GET /api/sessions/current              401  200  200  200  200  200  200
            GET /api/sessions/{id}                 401  404  404  200  404  404  404
            PATCH /api/sessions/{id}               401  404  404  200  404  404  404  {"project": "p"}
            DELETE /api/sessions/{id}              401  404  404  204  404  404  404
            PUT /api/sessions/{id}/update          401  404  404  200  404  404  404  {"project": "p"}
            POST /api/sessions/{id}/pause          401  404  404  200  404  404  404  {}
            POST /api/sessions/{id}/resume         401  404  404  200  404  404  404  {}
            POST /api/sessions/{id}/end            401  404  404  200  404  404  404  {}
            POST /api/flow/detect                  401  200  200  200  200  200  200  <detect>
            POST /api/flow/feedback                401  202  202  202  202  202  202  {"at": "<now>", "flow": 4}
            DELETE /api/flow/feedback              401  202  202  202  202  202  202
            GET /api/flow/feedback/settings        401  200  200  200  200  200  200
            PUT /api/flow/feedback/settings        401  200  200  200  200  200  200  {"prompts_per_day": 1}
            POST /api/calendar                     401  201  201  201  201  201  201
            GET /api/calendar                      401  200  200  200  200  200  200
            DELETE /api/calendar                   401  204  204  204  204  204  204
            GET /api/calendar.ics                  404  404  404  404  404  404  404
            GET /api/goals                         401  200  200  200  200  200  200
            PUT /api/goals                         401  200  200  200  200  200  200  {"weekly_flow_minutes": 600}
            GET /api/account/preferences           401  200  200  200  200  200  200
            PATCH /api/account/preferences         401  200  200  200  200  200  200  {"sensitivity": 0.5}
            GET /api/privacy/export                401  200  200  200  200  200  200
            POST /api/privacy/import               401  200  200  200  200  200  200 \
                {"source": "019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b10", "records": []}
            GET /api/privacy/export/{id}           401  404  404  404  404  404  404
            GET /api/flow/patterns                 401  200  200  200  200  200  200
            GET /api/flow/insights                 401  200  200  200  200  200  200
            GET /api/flow/analytics                401  200  200  200  200  200  200
            GET /api/flow/periods                  401  200  200  200  200  200  200
            GET /api/flow/minutes                  401  200  200  200  200  200  200
            GET /api/flow/breakdown                401  200  200  200  200  200  200
            GET /api/flow/stream                   401  200  200  200  200  200  200
            POST /api/live/tickets                 401  201  201  201  201  201  201
            GET /ws                                401  400  400  400  400  400  400
            GET /graphql                           401  400  400  400  400  400  400
            POST /graphql                          401  200  200  200  200  200  200 \
                {"query": "{ currentSessions { sessionId } }"}
            POST /api/plugins                      401  422  422  422  422  422  422 \
                {"manifest": {}, "module": "AGFzbQ=="}
            GET /api/plugins                       401  200  200  200  200  200  200
            GET /api/plugins/{id}                  401  404  404  200  404  404  404
            DELETE /api/plugins/{id}               401  404  404  204  404  404  404
            PUT /api/plugins/{id}/install          401  404  404  200  404  404  404  {"capabilities": []}
            POST /api/analytics                    401  404  404  404  404  404  404  {"plugin": "nothing-is-called-so"}
            POST /api/analytics                    401  404  403  403  404  404  404 \
                {"plugin": "nothing-is-called-so", "scope": "team:<team>"}
            GET /api/analytics                     401  200  200  200  200  200  200
            GET /api/analytics/{id}                401  404  404  200  404  404  404
            GET /api/analytics/{id}/progress       401  404  404  200  404  404  404
            GET /api/analytics/{id}/export         401  404  404  200  404  404  404
            POST /api/analytics/{id}/rerun         401  404  404  202  404  404  404
            DELETE /api/analytics/{id}             401  404  404  200  404  404  404
            POST /api/teams                        401  201  201  201  201  201  201  {"name": "another"}
            GET /api/teams                         401  200  200  200  200  200  200
            GET /api/teams/{id}                    401  404  200  200  200  200  404
            PUT /api/teams/{id}/consent            401  404  200  200  200  200  404  {"consent": true}
            GET /api/teams/{id}/members            401  404  200  200  200  200  404
            POST /api/teams/{id}/members           401  404  403  403  201  201  404 \
                {"email": "<email>", "role": "member"}
            POST /api/teams/{id}/members           401  404  403  403  403  201  404 \
                {"email": "<email>", "role": "admin"}
            POST /api/teams/{id}/members           401  404  403  403  403  201  404 \
                {"email": "<email>", "role": "owner"}
            GET /api/teams/{id}/invitations        401  404  403  403  200  200  404
            DELETE /api/teams/{id}/invitations/{invitation_id} 401  404  403  403  204  204  404
            GET /api/invitations                   401  200  200  200  200  200  200
            POST /api/invitations/accept           401  404  404  404  404  404  404  {"code": "mci_nobodys"}
            POST /api/invitations/{invitation_id}/decline      401  404  404  204  404  404  404
            GET /api/teams/{id}/analytics            401  404  200  200  200  200  404
            GET /api/teams/{id}/insights             401  404  200  200  200  200  404
            POST /api/teams/{id}/alerts              401  404  403  403  201  201  404 \
                {"indicator": "weekend_share", "threshold": 0.2, "window": "four_weeks", "channel": "live"}
            GET /api/teams/{id}/alerts               401  404  403  403  200  200  404
            DELETE /api/teams/{id}/alerts/{rule_id}  401  404  403  403  204  204  404
            POST /api/teams/{id}/alerts/{rule_id}/test 401  404  403  403  400  400  404
            PUT /api/teams/{id}/members/{user_id}    401  404  403  403  200  200  404  {"role": "viewer"}
            PUT /api/teams/{id}/members/{user_id}    401  404  403  403  403  200  404  {"role": "admin"}
            PUT /api/teams/{id}/members/{user_id}    401  404  403  403  403  200  404  {"role": "owner"}
            DELETE /api/teams/{id}/members/{user_id} 401  404  403  403  204  204  404
            GET /api/admin/projections             401  403  403  403  403  403  403
            GET /api/admin/projections/stream      401  403  403  403  403  403  403
            POST /api/admin/projections/{projection}/builds             401  403  403  403  403  403  403  {}
            POST /api/admin/projections/{projection}/builds/{build}/use 401  403  403  403  403  403  403  {}
            DELETE /api/admin/projections/{projection}/builds/{build}   401  403  403  403  403  403  403
            GET /api/admin/models                  401  403  403  403  403  403  403
            POST /api/admin/models                 401  403  403  403  403  403  403  {}
            PUT /api/admin/models/active           401  403  403  403  403  403  403  {}
            GET /api/admin/models/evaluation       401  403  403  403  403  403  403
            PUT /api/admin/teams/{id}/plan         401  403  403  403  403  403  403  {}
            POST /api/admin/password-links         401  403  403  403  403  403  403  {"email": "nobody@example.org"}
            GET /api/admin/keys                    401  403  403  403  403  403  403
            POST /api/admin/keys/rotate            401  403  403  403  403  403  403  {}
            POST /api/admin/users/{id}/keys        401  403  403  403  403  403  403
            GET /api/admin/dead-letters            401  403  403  403  403  403  403
            POST /api/admin/dead-letters/redrive   401  403  403  403  403  403  403  {}
            GET /api/admin/dead-letters/{id}       401  403  403  403  403  403  403
            POST /api/admin/dead-letters/{id}/redrive   401  403  403  403  403  403  403
            GET /api/admin/plugins                 401  403  403  403  403  403  403
            POST /api/admin/plugins                401  403  403  403  403  403  403  {}
            """;

    private static final String DETECT = """
            {"flow_data": {"session_id": "s", "keystroke_intervals": [100, 120, 110, 130], \
            "context_switches": 0, "error_events": 0, \
            "window_focus_duration": 60, "file_modifications": 1, "timestamp": 1767225600000}}""";

    private static final GatewayUnderTest GATEWAY = GatewayUnderTest.shared();
    private static final Api API = GATEWAY.api;
    private static final Map<String, Endpoint> DECLARED = GATEWAY.context.getBean(Endpoints.class).all().stream()
            .collect(Collectors.toMap(Endpoint::name, Function.identity()));

    @SuppressWarnings("NullAway.Init")
    private static Map<Who, User> users;

    @SuppressWarnings("NullAway.Init")
    private static UUID team;

    @SuppressWarnings("NullAway.Init")
    private static String editorsKey;

    @SuppressWarnings("NullAway.Init")
    private static String readersKey;

    private enum Who {
        ANONYMOUS,
        STRANGER,
        VIEWER,
        MEMBER,
        ADMIN,
        OWNER,
        OWNER_OF_ANOTHER_TEAM
    }

    /** @param statuses one for each of {@link Who} */
    private record Line(
            String method,
            String pattern,
            List<Integer> statuses,
            @Nullable String body) {

        static Line parse(String text) {
            String[] parts = text.strip().split("\\s+", 3 + Who.values().length);
            List<Integer> statuses = Arrays.stream(parts, 2, 2 + Who.values().length)
                    .map(Integer::valueOf)
                    .toList();
            String body = parts.length > 2 + Who.values().length ? parts[2 + Who.values().length] : null;
            return new Line(parts[0], parts[1], statuses, body);
        }

        String endpoint() {
            return method + " " + pattern;
        }
    }

    private static Stream<Line> lines() {
        return TABLE.lines().filter(line -> !line.startsWith("#")).map(Line::parse);
    }

    private static Stream<Arguments> cells() {
        return lines().flatMap(line -> Arrays.stream(Who.values()).map(who -> Arguments.of(line, who)));
    }

    @BeforeAll
    static void formTeams() throws SQLException {
        users = Map.of(
                Who.STRANGER, GATEWAY.user(),
                Who.VIEWER, GATEWAY.user(),
                Who.MEMBER, GATEWAY.user(),
                Who.ADMIN, GATEWAY.user(),
                Who.OWNER, GATEWAY.user(),
                Who.OWNER_OF_ANOTHER_TEAM, GATEWAY.user());
        team = UUID.fromString(
                API.post("/api/teams", token(Who.OWNER), "{\"name\": \"a\"}").text("team_id"));
        GATEWAY.putOnPremium(team);
        API.post("/api/teams", token(Who.OWNER_OF_ANOTHER_TEAM), "{\"name\": \"b\"}");
        editorsKey = API.post("/api/keys", token(Who.MEMBER), "{\"name\": \"editor\", \"scope\": \"ingest\"}")
                .text("key");
        // Its name is the editor's, so that it is not deleted with keys of the test.
        readersKey = API.post("/api/keys", token(Who.MEMBER), "{\"name\": \"editor\", \"scope\": \"read\"}")
                .text("key");
        for (Who who : List.of(Who.VIEWER, Who.MEMBER, Who.ADMIN)) {
            GATEWAY.join(
                    team,
                    Objects.requireNonNull(users.get(Who.OWNER)),
                    Objects.requireNonNull(users.get(who)),
                    who.name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    @Test
    void coversEveryEndpoint() {
        assertThat(lines().map(Line::endpoint).distinct()).containsExactlyInAnyOrderElementsOf(DECLARED.keySet());
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("cells")
    void respondsWithTheStatusOfTheTable(Line line, Who who) throws Exception {
        Reply reply = send(line, token(who), line.pattern().startsWith("/api/teams") ? team : null);
        assertThat(reply.status()).as(reply.body()).isEqualTo(line.statuses().get(who.ordinal()));
        if (reply.status() >= 400) {
            // GraphQL clients expect GraphQL errors.
            assertThat(reply.contentType())
                    .isEqualTo(
                            line.endpoint().equals("POST /graphql") ? "application/json" : "application/problem+json");
        }
    }

    @ParameterizedTest(name = "{0} by {1}")
    @MethodSource("reads")
    void respondsToHeadLikeToGet(Line line, Who who) throws Exception {
        Line head = new Line("HEAD", line.pattern(), line.statuses(), null);
        Reply reply = send(head, token(who), line.pattern().startsWith("/api/teams") ? team : null);
        assertThat(reply.status()).isEqualTo(line.statuses().get(who.ordinal()));
        assertThat(reply.body()).isEmpty();
        if (reply.status() >= 400) {
            assertThat(reply.contentType()).isEqualTo("application/problem+json");
        }
    }

    private static Stream<Arguments> reads() {
        return lines().filter(line -> line.method().equals("GET"))
                .flatMap(line -> Stream.of(Who.ANONYMOUS, Who.MEMBER).map(who -> Arguments.of(line, who)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void allowsApiKeysWhereDeclared(Line line) throws Exception {
        Reply reply = send(line, editorsKey, line.pattern().startsWith("/api/teams") ? team : null);
        int anonymous = line.statuses().get(Who.ANONYMOUS.ordinal());
        int user = line.statuses().get(Who.MEMBER.ordinal());
        int expected = access(line) == Access.USER_OR_INGEST_KEY ? user : anonymous == 401 ? 403 : anonymous;
        assertThat(reply.status()).as(reply.body()).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void allowsReadKeysWhereDeclared(Line line) throws Exception {
        Reply reply = send(line, readersKey, line.pattern().startsWith("/api/teams") ? team : null);
        int anonymous = line.statuses().get(Who.ANONYMOUS.ordinal());
        int user = line.statuses().get(Who.MEMBER.ordinal());
        int expected = access(line) == Access.USER_OR_READ_KEY ? user : anonymous == 401 ? 403 : anonymous;
        assertThat(reply.status()).as(reply.body()).isEqualTo(expected);
    }

    /** This list must only change deliberately, like the one of editors' keys. */
    @Test
    void declaresReadKeysForOnesOwnSessionsAndFlowOnly() {
        assertThat(DECLARED.values().stream()
                        .filter(endpoint -> endpoint.access() == Access.USER_OR_READ_KEY)
                        .map(Endpoint::name))
                .containsExactlyInAnyOrder(
                        "GET /api/sessions/history",
                        "GET /api/sessions/current",
                        "GET /api/sessions/{id}",
                        "GET /api/flow/patterns",
                        "GET /api/flow/insights",
                        "GET /api/flow/analytics",
                        "GET /api/flow/periods",
                        "GET /api/flow/minutes",
                        "GET /api/flow/breakdown");
    }

    /** API keys are for editors: this list must only change deliberately. */
    @Test
    void declaresApiKeysForTheLifeOfASessionOnly() {
        assertThat(DECLARED.values().stream()
                        .filter(endpoint -> endpoint.access() == Access.USER_OR_INGEST_KEY)
                        .map(Endpoint::name))
                .containsExactlyInAnyOrder(
                        "POST /api/sessions/start",
                        "PUT /api/sessions/{id}/update",
                        "POST /api/sessions/{id}/pause",
                        "POST /api/sessions/{id}/resume",
                        "POST /api/sessions/{id}/end");
    }

    @Test
    void expectsOfAnonymousClientsWhatIsDeclared() {
        assertThat(lines()).allSatisfy(line -> {
            boolean isOpen = access(line) == Access.PUBLIC || access(line) == Access.OPERATOR_OR_LOCAL;
            assertThat(line.statuses().get(Who.ANONYMOUS.ordinal()) != 401)
                    .as(line.endpoint())
                    .isEqualTo(isOpen);
        });
    }

    private static Access access(Line line) {
        return Objects.requireNonNull(DECLARED.get(line.endpoint())).access();
    }

    @Test
    void hidesResourcesOfOthers() throws Exception {
        for (Line line : lines().filter(line -> line.pattern().contains("{id}")).toList()) {
            UUID theirs = line.pattern().startsWith("/api/teams") ? team : null;
            Reply foreign = send(line, token(Who.STRANGER), theirs);
            Reply missing = send(line, token(Who.STRANGER), UUID.randomUUID());
            assertThat(foreign).as(line.endpoint()).isEqualTo(missing);
        }
    }

    /** @param id for {@code {id}}; null for a new session or key of the member */
    private static Reply send(Line line, @Nullable String token, @Nullable UUID id) throws Exception {
        String path = line.pattern()
                .replace("{file}", "docs.js")
                .replace("{*file}", "js/main.js")
                .replace("{date}", "2026-11-24")
                .replace("{week}", "2026-W48")
                .replace("{team}", "any")
                .replace("{receipt}", "x".repeat(43))
                .replace("{projection}", "flow_minutes")
                .replace("{build}", "1");
        if (path.contains("{id}")) {
            String mine = switch (path.split("/")[2]) {
                case "keys" -> key().text("key_id");
                case "plugins" -> plugin();
                case "analytics" -> run();
                default -> session();
            };
            path = path.replace("{id}", id == null ? mine : id.toString());
        }
        if (path.contains("{user_id}")) {
            path = path.replace("{user_id}", somebody(true).id().toString());
        }
        if (path.contains("{rule_id}")) {
            path = path.replace("{rule_id}", rule().toString());
        }
        if (path.contains("{invitation_id}")) {
            path = path.replace("{invitation_id}", invitation().toString());
        }
        String body = line.body() == null ? null : filled(line.body());
        HttpRequest request = API.request(path, token)
                .header("Content-Type", "application/json")
                .method(line.method(), body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        HttpResponse<InputStream> response = API.http().send(request, BodyHandlers.ofInputStream());
        String type = response.headers().firstValue("Content-Type").orElse("");
        try (InputStream content = response.body()) {
            boolean isEndless = type.startsWith("text/event-stream");
            return new Reply(
                    response.statusCode(),
                    type,
                    isEndless ? "" : new String(content.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String filled(String body) throws SQLException {
        String filled = body.replace("<password>", PASSWORD)
                .replace("<detect>", DETECT)
                .replace("<new>", UUID.randomUUID() + "@example.org")
                .replace("<team>", team.toString())
                .replace("<now>", java.time.Instant.now().toString())
                .replace(
                        "<stranger>",
                        Objects.requireNonNull(users.get(Who.STRANGER)).email());
        if (filled.contains("<refresh>")) {
            Answer login = API.post(
                    "/api/auth/login",
                    null,
                    "{\"email\": \""
                            + Objects.requireNonNull(users.get(Who.STRANGER)).email() + "\", " + PASSWORD + "}");
            filled = filled.replace("<refresh>", login.text("refresh_token"));
        }
        if (filled.contains("<sign-in>")) {
            filled = filled.replace(
                    "<sign-in>",
                    secret(
                            "/api/account/sign-in-links",
                            GATEWAY.user().token(),
                            "{\"current_password\": \"" + Api.PASSWORD + "\"}"));
        }
        if (filled.contains("<new-password>")) {
            filled = filled.replace(
                    "<new-password>",
                    secret(
                            "/api/admin/password-links",
                            GatewayUnderTest.OPERATOR_TOKEN,
                            "{\"email\": \"" + GATEWAY.user().email() + "\"}"));
        }
        return filled.contains("<email>")
                ? filled.replace("<email>", somebody(false).email())
                : filled;
    }

    /** Returns the secret of a new one-time link. */
    private static String secret(String path, @Nullable String token, String body) {
        String link = API.post(path, token, body).text("path");
        return link.substring(link.indexOf('#') + 1);
    }

    /** Creates an API key of the member and deletes earlier ones, whose number is limited. */
    private static Answer key() {
        for (var key : API.get("/api/keys", token(Who.MEMBER)).json().path("keys")) {
            if (key.path("name").asString().equals("editor")) {
                continue;
            }
            API.send(API.request("/api/keys/" + key.path("key_id").asString(), token(Who.MEMBER))
                    .DELETE()
                    .build());
        }
        Answer made = API.post("/api/keys", token(Who.MEMBER), "{\"name\": \"n\", \"scope\": \"ingest\"}");
        assertThat(made.status()).isEqualTo(201);
        return made;
    }

    /** Uploads the smallest plugin as the member, and grants its capabilities. */
    private static String plugin() {
        for (var plugin : API.get("/api/plugins", token(Who.MEMBER)).json().path("plugins")) {
            API.delete("/api/plugins/" + plugin.path("plugin_id").asString(), token(Who.MEMBER));
        }
        Answer made = API.post("/api/plugins", token(Who.MEMBER), MinimalPlugin.named("small"));
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        String id = made.text("plugin_id");
        assertThat(API.put(
                                "/api/plugins/" + id + "/install",
                                token(Who.MEMBER),
                                "{\"capabilities\": [\"emit_results\"]}")
                        .status())
                .isEqualTo(200);
        return id;
    }

    private static String run() {
        for (var run : API.get("/api/analytics", token(Who.MEMBER)).json().path("runs")) {
            String path = "/api/analytics/" + run.path("run_id").asString();
            API.delete(path, token(Who.MEMBER));
            API.delete(path, token(Who.MEMBER));
        }
        Answer made = API.post("/api/analytics", token(Who.MEMBER), "{\"plugin\": \"" + plugin() + "\"}");
        assertThat(made.status()).as(made.toString()).isEqualTo(202);
        return made.text("run_id");
    }

    /** Creates an alert rule of the team and deletes earlier ones, whose number is limited. */
    private static UUID rule() throws SQLException {
        UUID id = UUID.randomUUID();
        try (var connection = GATEWAY.connection();
                var delete = connection.prepareStatement("delete from gateway.team_alert_rules where team_id = ?");
                var insert = connection.prepareStatement("""
                        insert into gateway.team_alert_rules
                            (rule_id, team_id, indicator, threshold, recent_days, time_zone, channel, created_at)
                        values (?, ?, 'weekend_share', 0.2, 28, 'UTC', 'live', now())""")) {
            delete.setObject(1, team);
            delete.executeUpdate();
            insert.setObject(1, id);
            insert.setObject(2, team);
            insert.executeUpdate();
        }
        return id;
    }

    /** Creates an open invitation of the member's address into the team, and deletes the earlier one. */
    private static UUID invitation() throws SQLException {
        UUID id = UUID.randomUUID();
        byte[] email =
                GATEWAY.emailIndex(Objects.requireNonNull(users.get(Who.MEMBER)).email());
        try (var connection = GATEWAY.connection();
                var delete =
                        connection.prepareStatement("delete from identity.team_invitations where email_index = ?");
                var insert = connection.prepareStatement("""
                        insert into identity.team_invitations
                            (invitation_id, team_id, email_index, sealed_email, role, code_hash, invited_by,
                             created_at, expires_at)
                        values (?, ?, ?, '', 'member', sha256(?), ?, now(), now() + interval '1 day')""")) {
            delete.setBytes(1, email);
            delete.executeUpdate();
            insert.setObject(1, id);
            insert.setObject(2, team);
            insert.setBytes(3, email);
            insert.setBytes(4, id.toString().getBytes(StandardCharsets.US_ASCII));
            insert.setObject(5, Objects.requireNonNull(users.get(Who.OWNER)).id());
            insert.executeUpdate();
        }
        return id;
    }

    private static String session() {
        return API.post("/api/sessions/start", token(Who.MEMBER), "{}").text("session_id");
    }

    /** Creates an account without a password hash, whose computation is slow. */
    private static User somebody(boolean isMember) throws SQLException {
        UUID id = UUID.randomUUID();
        String email = id + "@example.org";
        try (var connection = GATEWAY.connection();
                var insert = connection.prepareStatement("""
                        insert into identity.users (user_id, email_index, password_hash, time_zone, created_at)
                        values (?, ?, 'nobody knows', 'UTC', now())""");
                var join = connection.prepareStatement("""
                        insert into identity.team_members (team_id, user_id, role, joined_at, changed_at)
                        values (?, ?, 'member', now(), now())""")) {
            insert.setObject(1, id);
            insert.setBytes(2, GATEWAY.emailIndex(email));
            insert.executeUpdate();
            if (isMember) {
                join.setObject(1, team);
                join.setObject(2, id);
                join.executeUpdate();
            }
        }
        GATEWAY.context.getBean(UserKeys.class).create(id);
        return new User(id, email, "", "");
    }

    private static @Nullable String token(Who who) {
        User user = users.get(who);
        return user == null ? null : user.token();
    }

    private record Reply(int status, String contentType, String body) {}
}
