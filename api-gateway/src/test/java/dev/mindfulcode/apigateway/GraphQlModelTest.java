package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.database.Database;
import graphql.language.FieldDefinition;
import graphql.language.ListType;
import graphql.language.NonNullType;
import graphql.language.ObjectTypeDefinition;
import graphql.language.Type;
import graphql.language.TypeName;
import graphql.schema.idl.SchemaParser;
import graphql.schema.idl.TypeDefinitionRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Compares all fields that GraphQL and REST share. */
class GraphQlModelTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final User bob = gateway.user();

    /** The read model hears of a new account's time zone a moment later. */
    @BeforeEach
    void awaitTimeZone() {
        String zone =
                api.get("/api/account", ada.token()).json().path("time_zone").asString();
        Eventually.holds(() -> api.get("/api/flow/patterns", ada.token())
                .json()
                .path("time_zone")
                .asString()
                .equals(zone));
    }

    @Test
    void accountEqualsThatOfRest() throws IOException {
        assertThat(plain(ask(ada, "{ me " + all("Account") + " }").path("me")))
                .isEqualTo(plain(rest("/api/account")))
                .containsEntry("email", ada.email());
    }

    @Test
    void historyEqualsThatOfRest() throws IOException {
        new HistoryWriter(gateway, ada).weeks(6);
        JsonNode analytics =
                ask(ada, "{ analytics(days: 60) " + all("Analytics") + " }").path("analytics");
        assertThat(analytics.path("daily").size()).isGreaterThanOrEqualTo(28);
        assertThat(plain(analytics)).isEqualTo(plain(rest("/api/flow/analytics?days=60")));
        JsonNode patterns = ask(ada, "{ patterns " + all("Patterns") + " }").path("patterns");
        assertThat(patterns.path("peakHours").path("hours").isEmpty()).isFalse();
        assertThat(plain(patterns)).isEqualTo(plain(rest("/api/flow/patterns")));
        JsonNode insights = ask(ada, "{ insights " + all("Insights") + " }").path("insights");
        assertThat(insights.path("insights").isEmpty()).isFalse();
        assertThat(plain(insights)).isEqualTo(plain(rest("/api/flow/insights")));
    }

    @Test
    void reportsMissingDataWithoutHistory() throws IOException {
        JsonNode patterns =
                ask(ada, "{ patterns(days: 365) " + all("Patterns") + " }").path("patterns");
        assertThat(patterns.path("peakHours").path("missing").isEmpty()).isFalse();
        assertThat(plain(patterns)).isEqualTo(plain(rest("/api/flow/patterns?days=365")));
        for (String days : Set.of("0", "366", "-1")) {
            for (String field : Set.of("analytics", "patterns")) {
                JsonNode error = api.post(
                                "/graphql",
                                ada.token(),
                                "{\"query\": \"{ " + field + "(days: " + days + ") { timeZone } }\"}")
                        .json()
                        .path("errors")
                        .path(0)
                        .path("extensions");
                assertThat(error.path("code").asString()).isEqualTo("invalid-request");
                assertThat(error.path("field").asString()).isEqualTo("days");
            }
        }
    }

    @Test
    void costLimitsHistoryFieldsPerRequest() {
        StringBuilder seven = new StringBuilder();
        for (int i = 0; i < 7; i++) {
            seven.append(" a").append(i).append(": analytics { timeZone }");
        }
        assertThat(api.post("/graphql", ada.token(), "{\"query\": \"{" + seven + " }\"}")
                        .json()
                        .path("errors")
                        .path(0)
                        .path("extensions")
                        .path("code")
                        .asString())
                .isEqualTo("too-complex");
    }

    @Test
    void teamsWithMembersNeedTwoStatements() throws IOException {
        for (String name : Set.of("a", "b", "c")) {
            String team = api.post("/api/teams", ada.token(), "{\"name\": \"" + name + "\"}")
                    .text("team_id");
            gateway.join(team, ada, bob, "member");
        }
        // Days need statements of their own, which the cost of a query counts.
        String query =
                "{ teams { teamId name plan role consent createdAt memberCount members " + all("TeamMember") + " } }";
        Database database = gateway.context.getBean(Database.class);
        long fewest = Long.MAX_VALUE;
        // Other activity of the gateway only adds to the count.
        for (int i = 0; i < 10; i++) {
            long before = database.statements();
            assertThat(ask(ada, query).path("teams").size()).isEqualTo(3);
            fewest = Math.min(fewest, database.statements() - before);
        }
        assertThat(fewest).isEqualTo(2);
        for (User user : Set.of(ada, bob)) {
            for (JsonNode team : ask(user, query).path("teams")) {
                String path = "/api/teams/" + team.path("teamId").asString() + "/members";
                JsonNode members = api.get(path, user.token()).json().path("members");
                assertThat(members.size()).isEqualTo(2);
                assertThat(team.path("memberCount").asInt()).isEqualTo(2);
                for (int i = 0; i < 2; i++) {
                    assertThat(plain(team.path("members").path(i))).isEqualTo(plain(members.path(i)));
                }
            }
        }
    }

    @Test
    void invitationsHaveNoTeam() throws IOException {
        String team =
                api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id");
        api.post(
                "/api/teams/" + team + "/members",
                ada.token(),
                "{\"email\": \"" + bob.email() + "\", \"role\": \"viewer\"}");
        JsonNode overRest = api.get("/api/invitations", bob.token())
                .json()
                .path("invitations")
                .path(0);
        JsonNode overGraphQl =
                ask(bob, "{ invitations " + all("Invitation") + " }").path("invitations");
        assertThat(overGraphQl)
                .singleElement()
                .satisfies(one -> assertThat(plain(one)).isEqualTo(plain(overRest)));
        assertThat(ask(ada, "{ invitations { role } }").path("invitations")).isEmpty();
    }

    @Test
    void teamsAreVisibleToMembersOnly() {
        String team =
                api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id");
        String query = "{ team(id: \"%s\") { name role members { userId } } }";
        assertThat(ask(ada, query.formatted(team)).path("team").path("role").asString())
                .isEqualTo("owner");
        assertThat(ask(bob, query.formatted(team)).path("team").isNull()).isTrue();
        assertThat(ask(ada, query.formatted(UUID.randomUUID())).path("team").isNull())
                .isTrue();
        assertThat(ask(ada, query.formatted("no id")).path("team").isNull()).isTrue();
    }

    private JsonNode rest(String path) {
        Answer answer = api.get(path, ada.token());
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        return answer.json();
    }

    private JsonNode ask(User user, String query) {
        Answer answer = api.post("/graphql", user.token(), Api.JSON.writeValueAsString(Map.of("query", query)));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.json().has("errors")).as(answer.toString()).isFalse();
        return answer.json().path("data");
    }

    /** Selects all that there is of a type, as the printed schema has it. */
    private static String all(String type) throws IOException {
        return all(type, new SchemaParser().parse(Files.readString(Path.of("../docs/schema.graphqls"))));
    }

    private static String all(String type, TypeDefinitionRegistry schema) {
        return schema.getTypeOrNull(type, ObjectTypeDefinition.class) instanceof ObjectTypeDefinition object
                ? object.getFieldDefinitions().stream()
                        .map((FieldDefinition field) -> field.getName() + all(named(field.getType()), schema))
                        .collect(Collectors.joining(" ", " { ", " }"))
                : "";
    }

    private static String named(Type<?> type) {
        return switch (type) {
            case NonNullType some -> named(some.getType());
            case ListType list -> named(list.getType());
            case TypeName name -> name.getName();
            default -> throw new IllegalArgumentException(type.toString());
        };
    }

    /** Each value by its path in snake_case, as text; what is null is as if it were not there. */
    private static Map<String, String> plain(JsonNode node) {
        Map<String, String> values = new TreeMap<>();
        collect("", node, values);
        return values;
    }

    private static void collect(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties().forEach(member -> collect(path(path, snake(member.getKey())), member.getValue(), values));
        } else if (node.isArray()) {
            values.put(path(path, "size"), Integer.toString(node.size()));
            for (int i = 0; i < node.size(); i++) {
                collect(path(path, Integer.toString(i)), node.get(i), values);
            }
        } else if (!node.isNull()) {
            values.put(path, node.isNumber() ? Double.toString(node.doubleValue()) : node.asString());
        }
    }

    private static String path(String parent, String name) {
        return parent.isEmpty() ? name : parent + "." + name;
    }

    private static String snake(String name) {
        return name.replaceAll("([A-Z])", "_$1").toLowerCase(java.util.Locale.ROOT);
    }
}
