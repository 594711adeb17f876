package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GraphQlApiTest {

    private static final String PAGE = """
            query Page($first: Int! = 50, $after: String) {
              sessions(first: $first, after: $after) {
                edges { cursor node { sessionId status flowPeriods { startedAt session { sessionId language } } } }
                pageInfo { hasNextPage endCursor }
              }
            }""";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final Instant noon = Instant.now().truncatedTo(ChronoUnit.MINUTES).minus(Duration.ofHours(1));

    @Test
    void sessionEqualsThatOfRest() {
        Answer started = api.post("/api/sessions/start", ada.token(), """
                {"project": "mindful", "language": "java", "editor": "vim"}""");
        String id = started.text("session_id");
        String readAfter = started.header("X-Read-After");
        String query = """
                query Of($id: ID!) { session(id: $id) {
                  sessionId status startedAt endedAt durationMs activeMs keystrokes errors filesModified project
                  language editor flowMs meanIntensity interruptions nextSequence reusedSequences version
                  flowPeriods { startedAt } } }""";
        JsonNode session = data(ask(ada, query, Map.of("id", id), "X-Read-After", readAfter))
                .path("session");
        JsonNode rest = api.get("/api/sessions/" + id, ada.token()).json();
        assertThat(session.path("sessionId").asString()).isEqualTo(id);
        for (String field : List.of("status", "project", "language", "editor", "version", "keystrokes")) {
            assertThat(session.path(field)).as(field).isEqualTo(rest.path(field));
        }
        assertThat(session.path("startedAt")).isEqualTo(rest.path("started_at"));
        assertThat(session.path("nextSequence")).isEqualTo(rest.path("next_sequence"));
        assertThat(session.path("reusedSequences").asInt(-1))
                .isEqualTo(rest.path("reused_sequences").asInt(-2));
        assertThat(session.path("endedAt").isNull()).as("explicit null").isTrue();
        assertThat(session.path("meanIntensity").isNull()).isTrue();
        assertThat(session.path("flowPeriods").isArray()).isTrue();
        assertThat(data(ask(ada, "{ currentSessions { sessionId } }")).path("currentSessions"))
                .hasSize(1);
    }

    @Test
    void foreignObjectsAreNull() {
        Answer started = api.post("/api/sessions/start", ada.token(), "{}");
        User bob = gateway.user();
        Map<String, Object> variables = Map.of("id", started.text("session_id"));
        String query = "query Of($id: ID!) { session(id: $id) { sessionId } }";
        String readAfter = started.header("X-Read-After");
        assertThat(data(ask(ada, query, variables, "X-Read-After", readAfter))
                        .path("session")
                        .isNull())
                .isFalse();
        assertThat(data(ask(bob, query, variables, "X-Read-After", readAfter))
                        .path("session")
                        .isNull())
                .isTrue();
        assertThat(data(ask(ada, query, Map.of("id", "no id"))).path("session").isNull())
                .isTrue();
        assertThat(data(ask(bob, PAGE)).path("sessions").path("edges")).isEmpty();
    }

    @Test
    void pagesHaveNoGapsOrRepetitions() {
        List<String> started = startSessions(5);
        List<String> seen = new ArrayList<>();
        Map<String, Object> variables = Map.of("first", 2);
        JsonNode page;
        do {
            page = data(ask(ada, PAGE, variables)).path("sessions");
            page.path("edges")
                    .forEach(
                            edge -> seen.add(edge.path("node").path("sessionId").asString()));
            variables = Map.of(
                    "first", 2, "after", page.path("pageInfo").path("endCursor").asString());
        } while (page.path("pageInfo").path("hasNextPage").asBoolean());
        assertThat(seen).containsExactlyElementsOf(started.reversed());
    }

    @Test
    void filtersSessionsLikeRest() {
        String java = api.post("/api/sessions/start", ada.token(), "{\"project\": \"a\", \"language\": \"java\"}")
                .text("session_id");
        Answer other = api.post("/api/sessions/start", ada.token(), "{\"project\": \"b\", \"language\": \"python\"}");
        Answer ended = api.post("/api/sessions/" + other.text("session_id") + "/end", ada.token(), "{}");
        String filtered = "{ sessions(%s) { edges { node { sessionId } } } }";
        Map.of(
                        "language: \"java\"",
                        java,
                        "status: ended, language: \"python\"",
                        other.text("session_id"),
                        "status: active",
                        java,
                        "project: \"b\"",
                        other.text("session_id"))
                .forEach((filter, only) -> {
                    JsonNode edges = data(ask(
                                    ada,
                                    filtered.formatted(filter),
                                    Map.of(),
                                    "X-Read-After",
                                    ended.header("X-Read-After")))
                            .path("sessions")
                            .path("edges");
                    assertThat(edges).as(filter).hasSize(1);
                    assertThat(edges.path(0).path("node").path("sessionId").asString())
                            .isEqualTo(only);
                });
        isError(ask(ada, filtered.formatted("status: deleted")).json(), "invalid-request", null);
    }

    @Test
    void omitsADeletedSessionAtOnce() {
        Answer started = api.post("/api/sessions/start", ada.token(), "{}");
        String id = started.text("session_id");
        String query = "query Of($id: ID!) { session(id: $id) { sessionId } }";
        assertThat(data(ask(ada, query, Map.of("id", id), "X-Read-After", started.header("X-Read-After")))
                        .path("session")
                        .isNull())
                .isFalse();
        api.delete("/api/sessions/" + id, ada.token());
        assertThat(data(ask(ada, query, Map.of("id", id))).path("session").isNull())
                .isTrue();
    }

    @Test
    void pageOfSessionsWithPeriodsNeedsThreeStatements() {
        List<String> sessions = startSessions(20);
        try (TestKafka log = gateway.log()) {
            for (String session : sessions) {
                for (int i = 0; i < 3; i++) {
                    log.append(
                            Topics.FLOW_PERIODS.name(),
                            ada.id(),
                            log.seal(
                                    Topics.FLOW_PERIODS,
                                    ada.id(),
                                    period(UUID.fromString(session), noon.plusSeconds(60L * i))));
                }
            }
        }
        Eventually.holds(
                () -> gateway.count("select count(*) from readmodel.flow_periods where user_id = ?", ada.id()) == 60);

        Database database = gateway.context.getBean(Database.class);
        long fewest = Long.MAX_VALUE;
        // Other activity of the gateway only adds to the count; a statement per session would occur each
        // time.
        for (int i = 0; i < 10; i++) {
            long before = database.statements();
            JsonNode edges = data(ask(ada, PAGE)).path("sessions").path("edges");
            fewest = Math.min(fewest, database.statements() - before);
            assertThat(edges).hasSize(20);
            edges.forEach(edge -> {
                JsonNode node = edge.path("node");
                assertThat(node.path("flowPeriods")).hasSize(3);
                node.path("flowPeriods")
                        .forEach(period -> assertThat(period.path("session").path("sessionId"))
                                .isEqualTo(node.path("sessionId")));
            });
        }
        assertThat(fewest).isEqualTo(3);
    }

    @Test
    void returnsPeriodsAndMinutesOfTheRange() {
        UUID session = UUID.randomUUID();
        try (TestKafka log = gateway.log()) {
            FlowPeriod closed = period(session, noon);
            closed.setEndedAt(noon.plusSeconds(600));
            closed.setEndedBy(Interruption.CONTEXT_SWITCH);
            log.append(Topics.FLOW_PERIODS.name(), ada.id(), log.seal(Topics.FLOW_PERIODS, ada.id(), closed));
            log.append(Topics.FLOW_MINUTES.name(), ada.id(), log.seal(Topics.FLOW_MINUTES, ada.id(), minute()));
        }
        Eventually.holds(() -> gateway.count("select count(*) from readmodel.flow_periods where user_id = ?", ada.id())
                        == 1
                && gateway.count("select count(*) from readmodel.flow_minutes where user_id = ?", ada.id()) == 1);
        String query = """
                query Span($from: DateTime, $to: DateTime) {
                  flowPeriods(from: $from, to: $to) {
                    sessionId startedAt endedAt meanIntensity keystrokes endedBy session { sessionId }
                  }
                  flowMinutes(from: $from, to: $to) {
                    minute keystrokes errors contextSwitches meanIntensity activeSeconds flowSeconds reason
                  }
                }""";
        JsonNode found = data(ask(ada, query, Map.of("from", noon.toString())));
        JsonNode period = found.path("flowPeriods").path(0);
        assertThat(period.path("endedBy").asString()).isEqualTo("context_switch");
        assertThat(period.path("endedAt").asString())
                .isEqualTo(noon.plusSeconds(600).toString());
        assertThat(period.path("session").isNull())
                .as("the read model knows no such session")
                .isTrue();
        JsonNode minute = found.path("flowMinutes").path(0);
        assertThat(minute.path("minute").asString()).isEqualTo(noon.toString());
        assertThat(minute.path("keystrokes").asLong()).isEqualTo(100);
        assertThat(minute.path("activeSeconds").asDouble()).isEqualTo(30);
        assertThat(minute.path("reason").asString()).isEqualTo("away");
        JsonNode later =
                data(ask(ada, query, Map.of("from", noon.plusSeconds(700).toString())));
        assertThat(later.path("flowPeriods")).isEmpty();
        assertThat(later.path("flowMinutes")).isEmpty();
        String months = "flowPeriods(from: \"2026-01-01T00:00:00Z\", to: \"2026-03-01T00:00:00Z\") { startedAt }";
        isError(ask(ada, "{ " + months + " }").json(), "invalid-request", "from");
    }

    @Test
    void namesArgumentsOutOfRange() {
        isError(ask(ada, PAGE, Map.of("first", 0)).json(), "invalid-request", "first");
        isError(ask(ada, PAGE, Map.of("first", 201)).json(), "invalid-request", "first");
        isError(ask(ada, PAGE, Map.of("after", "nonsense")).json(), "invalid-request", "after");
        String project = "query Of($p: String) { sessions(project: $p) { pageInfo { endCursor } } }";
        isError(ask(ada, project, Map.of("p", "a\u0000b")).json(), "invalid-request", "project");
        isError(ask(ada, project, Map.of("p", "x".repeat(201))).json(), "invalid-request", "project");
    }

    @Test
    void readAfterWriteWaitsOrReportsATimeout() {
        String never = java.util.Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString("1:sessions:0:999999999".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Answer behind = ask(ada, "{ currentSessions { sessionId } }", Map.of(), "X-Read-After", never);
        behind.isGraphQlError(503, "read-model-behind");
        assertThat(behind.header("Retry-After")).isNotEmpty();
        assertThat(ask(ada, "{ currentSessions { sessionId } }", Map.of(), "X-Read-After", "nonsense")
                        .isGraphQlError(400, "invalid-request")
                        .path("field")
                        .asString())
                .isEqualTo("X-Read-After");
    }

    @Test
    void statusDependsOnTheMediaType() {
        Answer older = ask(ada, "{ nothing }");
        assertThat(older.status()).isEqualTo(200);
        assertThat(older.header("Content-Type")).startsWith("application/json");
        isError(older.json(), "invalid-request", null);
        Answer newer = ask(ada, "{ nothing }", Map.of(), "Accept", "application/graphql-response+json");
        assertThat(newer.status()).isEqualTo(400);
        assertThat(newer.header("Content-Type")).startsWith("application/graphql-response+json");
        isError(newer.json(), "invalid-request", null);
        assertThat(ask(ada, PAGE, Map.of(), "Accept", "application/graphql-response+json")
                        .status())
                .isEqualTo(200);
        assertThat(ask(ada, PAGE, Map.of("first", 0), "Accept", "application/graphql-response+json")
                        .status())
                .as("executed, in vain")
                .isEqualTo(200);
    }

    @Test
    void rejectsRequestsWithoutAToken() {
        Answer refused = api.post("/graphql", null, "{\"query\": \"{ __typename }\"}");
        refused.isGraphQlError(401, "unauthenticated");
        assertThat(refused.header("WWW-Authenticate")).isEqualTo("Bearer");
        api.get("/graphql?query=%7B__typename%7D", null, "Accept", "text/event-stream")
                .isGraphQlError(401, "unauthenticated");
        api.get("/graphql", ada.token()).isProblem(400, "invalid-request").withField("query");
        api.put("/graphql", ada.token(), "{}").isProblem(405, "method-not-allowed");
    }

    @Test
    void answersAQueryByGet() {
        Answer answer = api.get("/graphql?query=%7B__typename%7D", ada.token());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().path("data").path("__typename").asString()).isEqualTo("Query");
        api.get("/graphql?query=%7B__typename%7D&variables=x", ada.token()).isGraphQlError(400, "malformed-body");
    }

    /** urql accepts a stream with every request. */
    @Test
    void answersAQueryWithJsonIfAStreamIsAlsoAccepted() {
        String all = "application/graphql-response+json, application/graphql+json, application/json, text/event-stream,"
                + " multipart/mixed";
        Answer query = ask(ada, "{ __typename }", Map.of(), "Accept", all);
        assertThat(query.status()).isEqualTo(200);
        assertThat(query.header("Content-Type")).isEqualTo("application/graphql-response+json");
        Answer wrong = ask(ada, "{ nothing }", Map.of(), "Accept", all);
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.header("Content-Type")).isEqualTo("application/graphql-response+json");
    }

    /** Apollo Client sends the hash of a document first, and then the document if the server does not know it. */
    @Test
    void requestsTheDocumentOfAPersistedQuery() {
        Answer answer = api.post("/graphql", ada.token(), """
                {"operationName": "Q", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "00"}}}""");
        answer.isGraphQlError(200, "PERSISTED_QUERY_NOT_SUPPORTED");
        assertThat(answer.json().path("errors").path(0).path("message").asString())
                .isEqualTo("PersistedQueryNotSupported");
    }

    @Test
    void selectsAnOperationByName() {
        String two = "query A { a: __typename } query B { b: __typename }";
        Answer b = api.post(
                "/graphql", ada.token(), Api.JSON.writeValueAsString(Map.of("query", two, "operationName", "B")));
        assertThat(data(b).path("b").asString()).isEqualTo("Query");
        isError(ask(ada, two).json(), "invalid-request", "operationName");
        Answer none = api.post(
                "/graphql", ada.token(), Api.JSON.writeValueAsString(Map.of("query", two, "operationName", "C")));
        isError(none.json(), "invalid-request", "operationName");
    }

    /** Starts sessions, the latest last, and waits until the read model has them. */
    private List<String> startSessions(int count) {
        List<String> ids = new ArrayList<>();
        String readAfter = "";
        for (int i = 0; i < count; i++) {
            Answer started = api.post(
                    "/api/sessions/start",
                    ada.token(),
                    "{\"language\": \"java\", \"started_at\": \"" + noon.plusSeconds(i) + "\"}");
            ids.add(started.text("session_id"));
            readAfter = started.header("X-Read-After");
        }
        assertThat(ask(ada, PAGE, Map.of(), "X-Read-After", readAfter).status()).isEqualTo(200);
        return ids;
    }

    private Answer ask(User user, String query) {
        return ask(user, query, Map.of());
    }

    private Answer ask(User user, String query, Map<String, Object> variables, String... headers) {
        return api.post(
                "/graphql",
                user.token(),
                Api.JSON.writeValueAsString(Map.of("query", query, "variables", variables)),
                headers);
    }

    private static JsonNode data(Answer answer) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.json().has("errors")).as(answer.toString()).isFalse();
        return answer.json().path("data");
    }

    private static void isError(JsonNode answer, String code, @Nullable String field) {
        JsonNode error = answer.path("errors").path(0);
        assertThat(error.path("message").asString()).as(answer.toString()).isNotBlank();
        assertThat(error.path("extensions").path("code").asString())
                .as(answer.toString())
                .isEqualTo(code);
        if (field != null) {
            assertThat(error.path("extensions").path("field").asString()).isEqualTo(field);
        }
    }

    private FlowMinute minute() {
        return FlowMinute.newBuilder()
                .setMinute(noon)
                .setVersion(1)
                .setKeystrokes(100)
                .setErrors(5)
                .setContextSwitches(2)
                .setActiveMs(30_000)
                .setFlowMs(10_000)
                .setReason("away")
                .setIntensityMs(15_000)
                .build();
    }

    private static FlowPeriod period(UUID session, Instant startedAt) {
        return FlowPeriod.newBuilder()
                .setSessionId(session)
                .setStartedAt(startedAt)
                .setVersion(1)
                .setMeanIntensity(0.75f)
                .setKeystrokes(500)
                .build();
    }
}
