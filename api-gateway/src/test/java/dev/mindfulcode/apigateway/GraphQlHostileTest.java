package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class GraphQlHostileTest {

    /** As graphql-js 16 makes it with all its options, which is what GraphiQL sends. */
    private static final String INTROSPECTION = """
            query IntrospectionQuery {
              __schema {
                description
                queryType { name kind }
                mutationType { name kind }
                subscriptionType { name kind }
                types { ...FullType }
                directives {
                  name
                  description
                  isRepeatable
                  locations
                  args(includeDeprecated: true) { ...InputValue }
                }
              }
            }
            fragment FullType on __Type {
              kind
              name
              description
              specifiedByURL
              isOneOf
              fields(includeDeprecated: true) {
                name
                description
                args(includeDeprecated: true) { ...InputValue }
                type { ...TypeRef }
                isDeprecated
                deprecationReason
              }
              inputFields(includeDeprecated: true) { ...InputValue }
              interfaces { ...TypeRef }
              enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason }
              possibleTypes { ...TypeRef }
            }
            fragment InputValue on __InputValue {
              name
              description
              type { ...TypeRef }
              defaultValue
              isDeprecated
              deprecationReason
            }
            fragment TypeRef on __Type {
              kind
              name
              ofType { kind name ofType { kind name ofType { kind name ofType { kind name
                ofType { kind name ofType { kind name ofType { kind name ofType { kind name
                  ofType { kind name } } } } } } } } }
            }
            """;

    private static final String PERIODS = "{ sessions { edges { node { flowPeriods { startedAt } } } } }";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @AfterEach
    void answersALaterQuery() {
        assertThat(ask("{ currentSessions { sessionId } }")
                        .json()
                        .path("data")
                        .path("currentSessions")
                        .isArray())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "{ }",
                "query",
                "{ session }",
                "{ session(id: ) { sessionId } }",
                "{ session(id: \"x\" { sessionId } }",
                "{ sessions(first: \"ten\") { pageInfo { endCursor } } }",
                "{ sessions(first: 99999999999) { pageInfo { endCursor } } }",
                "{ sessions(from: \"yesterday\") { pageInfo { endCursor } } }",
                "{ sessions(from: \"+999999999-01-01T00:00:00Z\") { pageInfo { endCursor } } }",
                "{ sessions(from: {a: 1}) { pageInfo { endCursor } } }",
                "{ currentSessions { sessionId { x } } }",
                "{ currentSessions }",
                "{ currentSessions { ...F } }",
                "{ currentSessions { ... on Query { currentSessions { sessionId } } } }",
                "fragment F on Session { sessionId }",
                "{ currentSessions { ...F } } fragment F on Session { ...G } fragment G on Session { ...F }",
                "{ currentSessions { ...F } } fragment F on Session { ...F }",
                "mutation { x }",
                "query A { __typename } query A { __typename }",
                "query ($a: Nothing) { __typename }",
                "query ($a: Session) { __typename }",
                "{ __typename @skip }",
                "{ __typename @nothing }",
                "{ __typename @include(if: \"yes\") }",
                "type X { y: Int }",
                "extend type Query { y: Int }",
                "\"\"\" not closed",
                "{ session(id: \"\\uD800\") { sessionId } }",
                "\u0000\u0001",
                "{ a: currentSessions { sessionId } a: sessions { pageInfo { endCursor } } }",
            })
    void rejectsBrokenDocuments(String document) {
        isRefused(ask(document), "invalid-request");
    }

    @Test
    void rejectsDeepQueries() {
        String deep = "{ sessions(first: 1) { edges { node " + "{ flowPeriods { session ".repeat(20) + "{ sessionId }"
                + " } }".repeat(20) + " } } }";
        isRefused(ask(deep), "too-complex");
        isRefused(ask("{".repeat(300) + "}".repeat(300)), "invalid-request", "too-complex");
        isRefused(
                ask("{ sessions(from: " + "[".repeat(1_000) + "]".repeat(1_000) + ") { pageInfo { endCursor } } }"),
                "invalid-request",
                "too-complex");
    }

    @Test
    void rejectsWideQueries() {
        assertThat(ask(aliases("__typename", 1_500)).status())
                .as("longer than any document")
                .isEqualTo(400);
        isRefused(ask("{ " + "x ".repeat(2_100) + "}"), "too-complex");
        isRefused(ask(aliases("currentSessions { sessionId }", 100)), "too-complex");
        isRefused(
                ask(aliases("sessions(first: 200) { edges { node { sessionId flowPeriods { startedAt } } } }", 12)),
                "too-complex");
        isRefused(
                ask(PERIODS.replace(
                        "{ startedAt }", "{ session { flowPeriods { session { flowPeriods { startedAt } } } } }")),
                "too-complex");
        isRefused(
                ask("{ flowMinutes(from: \"2026-01-01T00:00:00Z\", to: \"2026-01-08T00:00:00Z\")"
                        + " { minute keystrokes errors } }"),
                "too-complex");
        assertThat(ask(aliases("__typename", 100)).json().path("data")).hasSize(100);
    }

    @Test
    void countsExpandedFragments() {
        // Each fragment spreads the next one twice: 2^30 fields, were they all visited.
        StringBuilder document = new StringBuilder("{ ...F0 }");
        for (int i = 0; i < 30; i++) {
            document.append(" fragment F%d on Query { a%d: __typename ...F%d b%d: __typename ...F%d }"
                    .formatted(i, i, i + 1, i, i + 1));
        }
        document.append(" fragment F30 on Query { currentSessions { sessionId } }");
        isRefused(ask(document.toString()), "too-complex");
        StringBuilder nested = new StringBuilder("{ sessions { ...F0 } }");
        for (int i = 0; i < 30; i++) {
            nested.append(" fragment F%d on SessionConnection { x%d: edges { node { sessionId } } ...F%d ...F%d }"
                    .formatted(i, i, i + 1, i + 1));
        }
        nested.append(" fragment F30 on SessionConnection { pageInfo { endCursor } }");
        isRefused(ask(nested.toString()), "too-complex");
        // The same with a new alias at each step, so that no two are the same field.
        StringBuilder deep = new StringBuilder("{ sessions { edges { node { ...F0 } } } }");
        for (int i = 0; i < 12; i++) {
            deep.append((" fragment F%d on Session { a: flowPeriods { session { ...F%d } }"
                            + " b: flowPeriods { session { ...F%d } } }")
                    .formatted(i, i + 1, i + 1));
        }
        deep.append(" fragment F12 on Session { sessionId }");
        isRefused(ask(deep.toString()), "too-complex");
    }

    @Test
    void limitsLengthAndOperations() {
        assertThat(ask("{ __typename " + "#".repeat(10_000) + "\n}")
                        .isGraphQlError(400, "invalid-request")
                        .path("field")
                        .asString())
                .isEqualTo("query");
        ask("{ __typename }" + " ".repeat(20_000)).isGraphQlError(400, "malformed-body");
        isRefused(ask(operations(11)), "too-complex");
        assertThat(post(Map.of("query", operations(10), "operationName", "O1"))
                        .json()
                        .path("data")
                        .path("__typename")
                        .asString())
                .isEqualTo("Query");
        api.post("/graphql", ada.token(), "{\"query\": \"" + "x".repeat(100_000) + "\"}")
                .isGraphQlError(413, "request-too-large");
    }

    @Test
    void answersMalformedRequestsWithErrorsAndOthersWithProblems() {
        for (String body : List.of("", "{", "nonsense")) {
            api.post("/graphql", ada.token(), body).isGraphQlError(400, "malformed-body");
        }
        String one = "{\"query\": \"{ __typename }\"}";
        for (String body : List.of(
                "[]",
                "[" + one + "," + one + "]",
                "null",
                "1",
                "{}",
                "{\"query\": 1}",
                "{\"query\": \"\"}",
                "{\"query\": \"{ __typename }\", \"variables\": []}",
                "{\"query\": \"{ __typename }\", \"variables\": \"x\"}",
                "{\"query\": \"{ __typename }\", \"operationName\": 1}")) {
            api.post("/graphql", ada.token(), body).isGraphQlError(400, "invalid-request");
            api.post("/graphql", ada.token(), body, "Accept", "application/graphql-response+json")
                    .isGraphQlError(400, "invalid-request");
        }
        Answer text = api.send(api.request("/graphql", ada.token(), "Content-Type", "application/graphql")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofString("{ __typename }"))
                .build());
        text.isProblem(415, "unsupported-media-type");
        api.post("/graphql", ada.token(), one, "Accept", "nonsense").isGraphQlError(406, "not-acceptable");
        api.get("/graphql", ada.token(), "Accept", "text/event-stream")
                .isProblem(400, "invalid-request")
                .withField("query");
        api.get("/graphql?query=%7B__typename%7D&variables=x", ada.token(), "Accept", "text/event-stream")
                .isGraphQlError(400, "malformed-body");
    }

    @Test
    void rejectsVariablesOfTheWrongType() {
        String query = "query Q($first: Int!, $after: String, $from: DateTime) {"
                + " sessions(first: $first, after: $after, from: $from) { pageInfo { endCursor } } }";
        Map<String, @Nullable Object> nulled = new HashMap<>();
        nulled.put("first", null);
        isRefused(post(query, Map.of()), "invalid-request");
        isRefused(post(query, nulled), "invalid-request");
        for (Object wrong : List.of(
                "ten",
                1.5,
                true,
                List.of(1, 2),
                Map.of("a", 1),
                99_999_999_999L,
                new java.math.BigInteger("9".repeat(30)))) {
            isRefused(post(query, Map.of("first", wrong)), "invalid-request");
        }
        for (Object wrong : List.of(1, true, List.of("a", "b"), Map.of("a", 1), "yesterday", "2026-13-01T00:00:00Z")) {
            isRefused(post(query, Map.of("first", 1, "from", wrong)), "invalid-request");
        }
        for (Object wrong : List.of(1, true, List.of("a", "b"), Map.of("a", 1), "", "\u0000", "x".repeat(10_000))) {
            isRefused(post(query, Map.of("first", 1, "after", wrong)), "invalid-request");
        }
        assertThat(post(query, Map.of("first", 1, "unknown", "x")).json().has("errors"))
                .isFalse();
    }

    /** Queries of tools: GraphiQL, Apollo's code generator, and small questions of editors. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                INTROSPECTION,
                "{ __schema { queryType { fields { name } } subscriptionType { fields { name } } } }",
                "{ a: __type(name: \"Session\") { fields { name } } b: __type(name: \"Team\") { fields { name } } }",
                "{ __schema { queryType { name } }"
                        + " __type(name: \"Session\") { fields { type { name ofType { name } } } } }",
                "{ __type(name: \"Query\") { fields { name type { name fields { name } } } } }",
                "{ __schema { types { name kind } } again: __schema { types { name } } }",
                "{ __schema { directives { name locations args { name type { name } } } } __typename }"
            })
    void answersTheIntrospectionOfTools(String query) {
        Answer answer = ask(query);
        assertThat(answer.json().has("errors")).as(answer.toString()).isFalse();
        assertThat(answer.json().path("data").isObject()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ __schema { types { fields { type { fields { name } } } } } }",
                "{ __schema { types { possibleTypes { fields { name } interfaces { fields { name } } } } } }",
                "{ __type(name: \"Query\") { fields { type { fields { type { fields { name } } } } } } }",
                "{ a: __schema { types { fields { name } } } b: __schema { types { fields { name } } } }"
            })
    void rejectsMultiplyingIntrospection(String query) {
        isRefused(ask(query), "too-complex");
    }

    @Test
    void limitsRepeatedIntrospection() {
        assertThat(ask(graphql.introspection.IntrospectionQuery.INTROSPECTION_QUERY)
                        .json()
                        .has("errors"))
                .isFalse();
        isRefused(
                ask("{ __schema { types { fields { type { fields { type { fields"
                        + " { type { fields { name } } } } } } } } } }"),
                "too-complex");
    }

    @Test
    void noiseNeverCausesAnInternalError() {
        Random random = new Random(20_261_125);
        String good = "query Q($first: Int = 2) { sessions(first: $first)"
                + " { edges { node { sessionId flowPeriods { startedAt } } } } }";
        for (int i = 0; i < 400; i++) {
            StringBuilder document = new StringBuilder(good);
            for (int cuts = random.nextInt(1, 4); cuts > 0; cuts--) {
                int at = random.nextInt(document.length());
                switch (random.nextInt(3)) {
                    case 0 -> document.deleteCharAt(at);
                    case 1 -> document.insert(at, "{}()[]$@!:=\"&|.,#a1\\".charAt(random.nextInt(20)));
                    default -> document.insert(at, good, 0, random.nextInt(good.length()));
                }
            }
            Answer answer = ask(document.toString());
            assertThat(answer.status()).as(document.toString()).isEqualTo(200);
            answer.json()
                    .path("errors")
                    .forEach(error -> assertThat(
                                    error.path("extensions").path("code").asString())
                            .as(document.toString())
                            .isIn("invalid-request", "too-complex"));
            assertNoInternals(answer);
        }
    }

    private void isRefused(Answer answer, String... codes) {
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        JsonNode errors = answer.json().path("errors");
        assertThat(errors.isEmpty()).as(answer.toString()).isFalse();
        errors.forEach(error -> assertThat(error.path("extensions").path("code").asString())
                .as(answer.toString())
                .isIn((Object[]) codes));
        assertNoInternals(answer);
    }

    private static void assertNoInternals(Answer answer) {
        assertThat(new String(answer.body(), StandardCharsets.UTF_8))
                .doesNotContain(
                        "Exception", "dev.mindfulcode", "java.", "graphql.", "\\tat ", "Value{", "select ", "readmodel")
                .hasSizeLessThan(100_000);
    }

    private Answer ask(String query) {
        return post(Map.of("query", query));
    }

    private Answer post(String query, Map<String, ?> variables) {
        return post(Map.of("query", query, "variables", variables));
    }

    private Answer post(Map<String, ?> body) {
        return api.post("/graphql", ada.token(), Api.JSON.writeValueAsString(body));
    }

    private static String aliases(String field, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "a" + i + ": " + field)
                .collect(Collectors.joining(" ", "{ ", " }"));
    }

    private static String operations(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> "query O" + i + " { __typename }")
                .collect(Collectors.joining(" "));
    }
}
