package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.ApiCalls.Call;
import dev.mindfulcode.apigateway.ApiCalls.Token;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import tools.jackson.databind.JsonNode;

/**
 * Generates requests from the API description and checks each response against it: hundreds, or thousands with
 * {@code -Dmindful.full=true}, or as many as {@code -Dmindful.tries=100000} says.
 */
class ApiProperties {

    private static final int LISTS = 100;
    private static final int REQUESTS =
            Integer.getInteger("mindful.tries", Boolean.getBoolean("mindful.full") ? 2_000 : 400);

    /** With as many requests most operations succeed at least once. */
    private static final int REQUESTS_FOR_COVERAGE = 1_500;

    /** Internals that no body may contain: classes, stack traces, SQL. */
    private static final Pattern INTERNALS = Pattern.compile(
            "Exception|\\tat |dev\\.mindfulcode\\.|org\\.springframework|io\\.r2dbc|reactor\\.core|SQLSTATE"
                    + "|(?i:\\bselect .* from\\b|insert into|identity\\.users|readmodel\\.)");

    private static final GatewayUnderTest GATEWAY = GatewayUnderTest.shared();
    private static final Api API = GATEWAY.api;
    private static final ApiSchemas SCHEMAS =
            new ApiSchemas(API.get("/v3/api-docs", null).json());
    private static final ApiCalls CALLS =
            new ApiCalls(SCHEMAS, List.of(GATEWAY.user().email(), GATEWAY.user().email()));

    private static final Map<String, Map<Integer, Integer>> SEEN = new TreeMap<>();
    private static final long STARTED_NS = System.nanoTime();
    private static final ApiIds IDS = new ApiIds();
    private static User user = newcomer();
    private static String readAfter = "";

    static {
        // Resources of another user.
        String other = GATEWAY.user().token();
        IDS.foreign(API.post("/api/sessions/start", other, "{}").json());
        IDS.foreign(API.post("/api/teams", other, "{\"name\": \"others\"}").json());
    }

    @Provide
    Arbitrary<List<Call>> requests() {
        return Arbitraries.randomValue(CALLS::call).list().ofSize(Math.max(1, REQUESTS / LISTS));
    }

    @Property(tries = LISTS)
    void respondsAsDocumented(@ForAll("requests") List<Call> calls) {
        calls.forEach(call -> hold(call, send(call)));
    }

    /** Live runs hold a guest each; with many users fuzzed, other tests' runs would wait for one for ever. */
    private static void cancelRuns(User of) {
        try {
            GATEWAY.execute(
                    "UPDATE gateway.analytics_runs SET cancelled_at = now() WHERE user_id = ? AND cancelled_at IS NULL",
                    of.id());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @AfterContainer
    static void report() {
        cancelRuns(user);
        Map<Integer, Integer> statuses = new TreeMap<>();
        SEEN.values().forEach(seen -> seen.forEach((status, count) -> statuses.merge(status, count, Integer::sum)));
        TreeSet<String> neverServed = new TreeSet<>();
        CALLS.operations().forEach(operation -> {
            if (SEEN.getOrDefault(operation.toString(), Map.of()).keySet().stream()
                    .noneMatch(status -> status < 300)) {
                neverServed.add(operation.toString());
            }
        });
        System.out.println(
                "Fuzzed in " + Duration.ofNanos(System.nanoTime() - STARTED_NS).toSeconds() + " s, requests by status: "
                        + statuses + "; never served: " + neverServed);
        if (REQUESTS >= REQUESTS_FOR_COVERAGE) {
            assertThat(neverServed)
                    .hasSizeLessThan(CALLS.operations().size() / 3)
                    .doesNotContain("GET /api/sessions/{id}");
        }
    }

    private static User newcomer() {
        User made = GATEWAY.user();
        IDS.forget();
        IDS.learn(API.post("/api/sessions/start", made.token(), "{}").json());
        Answer team = API.post("/api/teams", made.token(), "{\"name\": \"own\"}");
        GATEWAY.putOnPremium(UUID.fromString(team.text("team_id")));
        IDS.learn(team.json());
        Answer plugin = API.post("/api/plugins", made.token(), MinimalPlugin.named("own"));
        API.put(
                "/api/plugins/" + plugin.text("plugin_id") + "/install",
                made.token(),
                "{\"capabilities\": [\"emit_results\"]}");
        IDS.learn(plugin.json());
        IDS.learn(API.post("/api/analytics", made.token(), "{\"plugin\": \"" + plugin.text("plugin_id") + "\"}")
                .json());
        IDS.learn(API.post("/api/keys", made.token(), "{\"name\": \"own\", \"scope\": \"ingest\"}")
                .json());
        IDS.learn(API.get("/api/account", made.token()).json());
        return made;
    }

    private static Answer send(Call call) {
        Answer answer = API.send(request(call));
        SEEN.computeIfAbsent(call.operation().toString(), _ -> new TreeMap<>()).merge(answer.status(), 1, Integer::sum);
        if (answer.status() == 401 && call.token() == Token.VALID && needsToken(call)) {
            // An earlier request revoked this user's tokens: continue as another user.
            cancelRuns(user);
            user = newcomer();
            return API.send(request(call));
        }
        if (!answer.header("X-Read-After").isEmpty()) {
            readAfter = answer.header("X-Read-After");
        }
        if (answer.status() < 300) {
            IDS.learn(answer.json());
        }
        return answer;
    }

    private static boolean needsToken(Call call) {
        return !call.operation().notes().path("security").isEmpty();
    }

    private static HttpRequest request(Call call) {
        StringBuilder path = new StringBuilder(call.operation().path());
        int choice = call.pathChoice();
        for (int open = path.indexOf("{"); open >= 0; open = path.indexOf("{")) {
            int close = path.indexOf("}");
            String name = path.substring(open + 1, close);
            path.replace(open, close + 1, IDS.choose(call.operation().path(), name, choice & 0xfff));
            choice >>= 12;
        }
        if (!call.query().isEmpty()) {
            path.append('?').append(String.join("&", call.query()));
        }
        String token = switch (call.token()) {
            case VALID -> user.token();
            case NONE -> null;
            case BROKEN -> "eyJhbGciOiJub25lIn0.e30.";
        };
        HttpRequest.Builder request = API.request(path.toString(), token);
        call.headers().forEach(request::header);
        if (call.bearsRead() && !readAfter.isEmpty() && !call.headers().containsKey("X-Read-After")) {
            request.header("X-Read-After", readAfter);
        }
        byte[] body = call.body();
        return request.method(
                        call.operation().method(),
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body))
                .build();
    }

    private static void hold(Call call, Answer answer) {
        String text = new String(answer.body(), StandardCharsets.UTF_8);
        String what = call + " → " + answer.status() + " " + (text.length() > 2_000 ? text.substring(0, 2_000) : text);
        assertThat(answer.status()).as(what).isLessThan(500);
        JsonNode response =
                SCHEMAS.resolved(call.operation().notes().path("responses").path(Integer.toString(answer.status())));
        assertThat(response.isMissingNode()).as("documented: " + what).isFalse();
        String type = answer.header("Content-Type");
        if (answer.body().length == 0) {
            assertThat(response.has("content")).as("a body: " + what).isFalse();
            return;
        }
        JsonNode content =
                response.path("content").path(type.contains(";") ? type.substring(0, type.indexOf(';')) : type);
        assertThat(content.isMissingNode()).as(type + " documented: " + what).isFalse();
        if (type.contains("json")) {
            assertThat(SCHEMAS.faults(content.path("schema"), answer.json()))
                    .as(what)
                    .isEmpty();
            if (!call.operation().path().equals("/v3/api-docs")) {
                assertThat(INTERNALS.matcher(text).find())
                        .as("reveals internals: " + what)
                        .isFalse();
            }
        }
        response.path("headers").properties().forEach(header -> {
            if (header.getKey().equals("Retry-After") || header.getKey().equals("WWW-Authenticate")) {
                assertThat(answer.header(header.getKey()))
                        .as(header.getKey() + ": " + what)
                        .isNotEmpty();
            }
        });
        assertThat(answer.header("X-Content-Type-Options")).as(what).isEqualTo("nosniff");
    }
}
