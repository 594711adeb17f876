package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.TeamAlertRule;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class AlertApiTest {

    private static final String WEEKENDS = "\"indicator\": \"weekend_share\", ";
    private static final String WEEK = "\"window\": \"week\", ";
    private static final String CHANNEL_LIVE = "\"channel\": \"live\"";

    private static final String LIVE = """
            {"indicator": "weekend_share", "threshold": 0.2, "window": "four_weeks", "channel": "live"}""";
    private static final Instant FROM = Instant.parse("2026-02-02T00:00:00Z");
    private static final Instant TO = Instant.parse("2026-03-02T00:00:00Z");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final User bob = gateway.user();
    private final List<Hook> hooks = new CopyOnWriteArrayList<>();
    private final AtomicInteger status = new AtomicInteger(204);

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    @SuppressWarnings("NullAway.Init")
    private UUID teamId;

    @SuppressWarnings("NullAway.Init")
    private String team;

    @BeforeEach
    void formATeamAndServe() throws SQLException, IOException {
        teamId = UUID.fromString(
                api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id"));
        team = "/api/teams/" + teamId;
        gateway.putOnPremium(teamId);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            hooks.add(new Hook(
                    Map.copyOf(exchange.getRequestHeaders()),
                    exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(status.get(), -1);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stopServing() {
        server.stop(0);
    }

    @Test
    void publishesARuleWithoutAddressAndShowsItsSecretOnce() {
        Answer made = api.post(team + "/alerts", ada.token(), webhook("/hook?key=personal"));

        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        assertThat(made.text("secret")).startsWith("whsec_").hasSize(6 + 44);
        assertThat(made.text("url")).endsWith("/hook?key=personal");
        assertThat(made.text("time_zone")).isEqualTo("UTC");
        JsonNode listed =
                api.get(team + "/alerts", ada.token()).json().path("rules").path(0);
        assertThat(listed.path("rule_id").asString()).isEqualTo(made.text("rule_id"));
        assertThat(listed.path("host").asString()).isEqualTo("127.0.0.1");
        assertThat(listed.toString()).doesNotContain("whsec_", "personal", "/hook");
        try (TestKafka log = log()) {
            TeamAlertRule rule = Objects.requireNonNull(
                    log.readNullable(Topics.TEAM_ALERT_RULES, teamId + ":" + made.text("rule_id"), 1)
                            .getFirst());
            assertThat(rule.getIndicator()).isEqualTo("weekend_share");
            assertThat(rule.getThreshold()).isEqualTo(0.2);
            assertThat(rule.getRecentDays()).isEqualTo(28);
            assertThat(rule.toString()).doesNotContain("127.0.0.1", "whsec_");
        }
        assertThat(gateway.count(
                        "select count(*) from gateway.team_alert_rules where rule_id = ?::uuid"
                                + " and position('personal'::bytea in sealed_target) = 0",
                        made.text("rule_id")))
                .isOne();
    }

    @Test
    void publishesATombstoneForADeletedRule() {
        String rule = api.post(team + "/alerts", ada.token(), LIVE).text("rule_id");
        assertThat(api.delete(team + "/alerts/" + rule, ada.token()).status()).isEqualTo(204);
        api.delete(team + "/alerts/" + rule, ada.token()).isProblem(404, "not-found");
        assertThat(api.get(team + "/alerts", ada.token()).json().path("rules")).isEmpty();
        try (TestKafka log = log()) {
            assertThat(log.readNullable(Topics.TEAM_ALERT_RULES, teamId + ":" + rule, 2))
                    .last()
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "indicator | {\"threshold\": 0.2, " + WEEK + CHANNEL_LIVE + "}",
                "indicator | {\"indicator\": \"keystrokes\", \"threshold\": 0.2, " + WEEK + CHANNEL_LIVE + "}",
                "indicator | {\"indicator\": \"members\", \"threshold\": 5, " + WEEK + CHANNEL_LIVE + "}",
                "threshold | {" + WEEKENDS + WEEK + CHANNEL_LIVE + "}",
                "threshold | {" + WEEKENDS + "\"threshold\": 0, " + WEEK + CHANNEL_LIVE + "}",
                "threshold | {" + WEEKENDS + "\"threshold\": 1.5, " + WEEK + CHANNEL_LIVE + "}",
                "threshold | {" + WEEKENDS + "\"threshold\": 0.1234, " + WEEK + CHANNEL_LIVE + "}",
                "threshold | {" + WEEKENDS + "\"threshold\": \"0.2\", " + WEEK + CHANNEL_LIVE + "}",
                "window | {" + WEEKENDS + "\"threshold\": 0.2, \"window\": \"hour\", " + CHANNEL_LIVE + "}",
                "time_zone | {" + WEEKENDS + "\"threshold\": 0.2, " + WEEK + CHANNEL_LIVE
                        + ", \"time_zone\": \"Mars\"}",
                "channel | {" + WEEKENDS + "\"threshold\": 0.2, " + WEEK + "\"channel\": \"mail\"}",
                "channel | {" + WEEKENDS + "\"threshold\": 0.2, \"window\": \"week\"}",
                "url | {" + WEEKENDS + "\"threshold\": 0.2, " + WEEK + "\"channel\": \"webhook\"}",
                "url | {" + WEEKENDS + "\"threshold\": 0.2, " + WEEK + CHANNEL_LIVE
                        + ", \"url\": \"https://example.org\"}"
            })
    void rejectsInvalidRulesByField(String field, String body) {
        api.post(team + "/alerts", ada.token(), body)
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @ParameterizedTest
    @CsvSource({
        "example.org/hook",
        "ftp://example.org/hook",
        "https:///hook",
        "https://ada:secret@example.org/hook",
        "https://example.org/hook#part",
        "https://example.org:0/hook",
        "https://exämple.org/hook",
        "https://example.org/a b",
        "https://10.0.0.1/hook",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://[::ffff:10.0.0.1]/hook",
        "https://192.168.0.1:8080/hook"
    })
    void rejectsAddressesThatMayNotBeCalled(String url) {
        api.post(team + "/alerts", ada.token(), LIVE.replace("\"live\"", "\"webhook\", \"url\": \"" + url + "\""))
                .isProblem(400, "invalid-request")
                .withField("url");
    }

    @Test
    void testsAWebhookAndReturnsTheOutcome() throws Exception {
        Answer made = api.post(team + "/alerts", ada.token(), webhook("/hook"));
        String test = team + "/alerts/" + made.text("rule_id") + "/test";

        Answer delivered = api.post(test, ada.token(), "");

        assertThat(delivered.status()).as(delivered.toString()).isEqualTo(200);
        assertThat(delivered.json().path("delivered").asBoolean()).isTrue();
        assertThat(delivered.text("outcome")).isEqualTo("delivered");
        assertThat(delivered.json().path("duration_ms").isIntegralNumber()).isTrue();
        Hook hook = hooks.getFirst();
        JsonNode body = Api.JSON.readTree(hook.body());
        assertThat(body.path("type").asString()).isEqualTo("test");
        assertThat(body.path("data").path("rule_id").asString()).isEqualTo(made.text("rule_id"));
        assertThat(hook.header("webhook-id")).isEqualTo(delivered.text("message_id"));
        assertThat(hook.header("webhook-signature")).isEqualTo(signature(made.text("secret"), hook));

        status.set(503);
        Answer failed = api.post(test, ada.token(), "");
        assertThat(failed.json().path("delivered").asBoolean(true)).isFalse();
        assertThat(failed.text("outcome")).isEqualTo("status_503");
        assertThat(hooks).as("not tried again").hasSize(2);

        for (int i = 2; i < 10; i++) {
            assertThat(api.post(test, ada.token(), "").status()).isEqualTo(200);
        }
        Answer tooMany = api.post(test, ada.token(), "").isProblem(429, "rate-limited");
        assertThat(tooMany.header("Retry-After")).isNotEmpty();
        String live = api.post(team + "/alerts", ada.token(), LIVE).text("rule_id");
        api.post(team + "/alerts/" + live + "/test", ada.token(), "").isProblem(400, "invalid-request");
    }

    @Test
    void requiresThePremiumPlanAndLimitsRules() {
        String free = "/api/teams/"
                + api.post("/api/teams", ada.token(), "{\"name\": \"free\"}").text("team_id");
        api.post(free + "/alerts", ada.token(), LIVE).isProblem(403, "plan-needed");
        api.get(free + "/alerts", ada.token()).isProblem(403, "plan-needed");
        for (int i = 0; i < 20; i++) {
            assertThat(api.post(team + "/alerts", ada.token(), LIVE).status()).isEqualTo(201);
        }
        api.post(team + "/alerts", ada.token(), LIVE).isProblem(409, "limit-reached");
    }

    @Test
    void pushesLiveAlertsToOwnersAndAdminsOnly() {
        User carol = gateway.user();
        add(bob, "member");
        add(carol, "admin");
        String rule = api.post(team + "/alerts", ada.token(), LIVE).text("rule_id");
        TeamAlert alert = alert(rule);
        String query = "subscription Of($id: ID) { teamAlert(teamId: $id) {"
                + " teamId alertId ruleId at indicator text value low high threshold window } }";
        try (LiveWebSocketClient adas = LiveWebSocketClient.connect(api, ada.token());
                EventStreamClient carols = EventStreamClient.connect(api, carol.token());
                LiveWebSocketClient bobs = LiveWebSocketClient.connect(api, bob.token());
                LiveWebSocketClient graph =
                        LiveWebSocketClient.open(api, "/graphql?token=" + ada.token(), "graphql-transport-ws");
                LiveWebSocketClient bobsGraph =
                        LiveWebSocketClient.open(api, "/graphql?token=" + bob.token(), "graphql-transport-ws");
                TestKafka log = log()) {
            graph.send("{\"type\": \"connection_init\"}");
            graph.next(message -> message.path("type").asString().equals("connection_ack"));
            graph.send(subscription(query));
            bobsGraph.send("{\"type\": \"connection_init\"}");
            bobsGraph.next(message -> message.path("type").asString().equals("connection_ack"));
            bobsGraph.send(subscription(query));
            assertThat(bobsGraph
                            .next(message -> message.path("type").asString().equals("error"))
                            .at("/payload/0/extensions/code")
                            .asString())
                    .isEqualTo("forbidden");

            JsonNode received = publishAndAwait(alert, log, adas);
            assertThat(received.path("team_id").asString()).isEqualTo(teamId.toString());
            assertThat(received.path("rule_id").asString()).isEqualTo(rule);
            assertThat(received.path("at").asLong()).isEqualTo(TO.toEpochMilli());
            assertThat(received.path("indicator").asString()).isEqualTo("weekend_share");
            assertThat(received.path("text").asString()).contains("25 %", "weekends", "6 %");
            assertThat(received.path("window").asString()).isEqualTo("four_weeks");
            String event = carols.nextLine();
            while (!event.contains("team_alert")) {
                event = carols.nextLine();
            }
            assertThat(event).contains(alert.getAlertId().toString());
            JsonNode next =
                    graph.next(message -> message.path("type").asString().equals("next"));
            assertThat(next.at("/payload/data/teamAlert/alertId").asString())
                    .isEqualTo(alert.getAlertId().toString());

            assertThat(next.at("/payload/data/teamAlert/low").asDouble()).isEqualTo(alert.getLow());

            bobs.send("{\"type\": \"ping\"}");
            assertThat(bobs.upTo(ofType("pong"))).noneMatch(ofType("team_alert"));
        }
        Eventually.holds(() -> !alerts().isEmpty());
        assertThat(alerts().path(0).path("alert_id").asString())
                .isEqualTo(alert.getAlertId().toString());
        assertThat(alerts().path(0).has("delivery")).isFalse();
        assertThat(alerts()).as("stored once, however often it was published").hasSize(1);
    }

    @Test
    void deliversARepeatedAlertOnceAndSigned() throws Exception {
        Answer rule = api.post(team + "/alerts", ada.token(), webhook("/hook"));
        TeamAlert alert = alert(rule.text("rule_id"));
        try (TestKafka log = log()) {
            append(log, alert);
            append(log, alert);
        }
        Eventually.holds(() -> deliveryStatus().equals("delivered"));

        assertThat(hooks).hasSize(1);
        Hook hook = hooks.getFirst();
        assertThat(hook.header("webhook-id")).isEqualTo(alert.getAlertId().toString());
        assertThat(hook.header("webhook-signature")).isEqualTo(signature(rule.text("secret"), hook));
        JsonNode body = Api.JSON.readTree(hook.body());
        assertThat(body.path("type").asString()).isEqualTo("team_alert");
        assertThat(body.at("/data/estimate/value").asDouble()).isEqualTo(0.25);
        assertThat(body.at("/data/reference").asDouble()).isEqualTo(0.0625);
        assertThat(body.at("/data/team_id").asString()).isEqualTo(teamId.toString());
    }

    @Test
    void retriesAndFinallyWritesADeadLetter() throws SQLException {
        status.set(503);
        String rule = api.post(team + "/alerts", ada.token(), webhook("/hook")).text("rule_id");
        try (TestKafka log = log()) {
            append(log, alert(rule));
            Eventually.holds(
                    () -> alerts().path(0).at("/delivery/failure").asString("").equals("status_503"));
            JsonNode delivery = alerts().path(0).path("delivery");
            assertThat(delivery.path("status").asString()).isEqualTo("pending");
            assertThat(delivery.path("attempts").asInt()).isOne();
            assertThat(Instant.parse(delivery.path("next_attempt_at").asString()))
                    .isAfter(Instant.now());

            beDue(rule, 5);
            Eventually.holds(() -> alerts().path(0).at("/delivery/attempts").asInt() == 6);
            beDue(rule, 8);
            // A claim moves the next attempt as well, so only the number shows that this one has ended.
            Eventually.holds(() -> alerts().path(0).at("/delivery/attempts").asInt() == 9);
            Eventually.holds(() -> alerts().path(0)
                            .at("/delivery/next_attempt_at")
                            .asString("")
                            .compareTo(Instant.now().plus(Duration.ofHours(1)).toString())
                    > 0);
            assertThat(deliveryStatus()).as("after nine of ten").isEqualTo("pending");
            beDue(rule, 9);
            Eventually.holds(() -> deliveryStatus().equals("given_up"));
            List<DeadLetter> letters = log.read(Topics.DEAD_LETTERS, teamId, 1);
            assertThat(letters).singleElement().satisfies(letter -> {
                assertThat(letter.getTopic()).isEqualTo("team-alerts");
                assertThat(letter.getReason()).isEqualTo("undeliverable: status_503");
                assertThat(letter.toString()).doesNotContain("127.0.0.1");
            });
        }
        assertThat(hooks).hasSize(4);
        assertThat(hooks.stream().map(hook -> hook.header("webhook-id")).distinct())
                .hasSize(1);
    }

    @Test
    void doesNotRetryAfterGone() {
        status.set(410);
        String rule = api.post(team + "/alerts", ada.token(), webhook("/hook")).text("rule_id");
        try (TestKafka log = log()) {
            append(log, alert(rule));
            Eventually.holds(() -> deliveryStatus().equals("given_up"));
            assertThat(log.read(Topics.DEAD_LETTERS, teamId, 1))
                    .extracting(DeadLetter::getReason)
                    .containsExactly("undeliverable: status_410");
        }
        assertThat(alerts().path(0).at("/delivery/attempts").asInt()).isOne();
        assertThat(hooks).hasSize(1);
    }

    @Test
    void deliversMessagesOfAStoppedSender() throws SQLException {
        status.set(503);
        String rule = api.post(team + "/alerts", ada.token(), webhook("/hook")).text("rule_id");
        try (TestKafka log = log()) {
            append(log, alert(rule));
            Eventually.holds(
                    () -> alerts().path(0).at("/delivery/failure").asString("").equals("status_503"));
        }
        // As a sender leaves it that took it and died: counted, hidden, and neither delivered nor failed.
        status.set(200);
        beDue(rule, 2);
        Eventually.holds(() -> deliveryStatus().equals("delivered"));
        assertThat(alerts().path(0).at("/delivery/attempts").asInt()).isEqualTo(3);
    }

    @Test
    void writesADeadLetterForAnUnreadableAlertAndContinues() {
        Answer rule = api.post(team + "/alerts", ada.token(), webhook("/hook"));
        try (TestKafka log = log()) {
            log.append(Topics.TEAM_ALERTS.name(), teamId, new byte[] {1, 2, 3});
            append(
                    log,
                    TeamAlert.newBuilder(alert(rule.text("rule_id")))
                            .setLow(Double.NaN)
                            .build());
            append(log, alert(rule.text("rule_id")));
            Eventually.holds(() -> deliveryStatus().equals("delivered"));
            assertThat(log.read(Topics.DEAD_LETTERS, teamId, 2))
                    .extracting(DeadLetter::getReason)
                    .containsExactly("unreadable", "unreadable");
        }
        assertThat(alerts()).hasSize(1);
    }

    @Test
    void skipsAlertsOfDeletedRules() {
        Answer gone = api.post(team + "/alerts", ada.token(), webhook("/gone"));
        api.delete(team + "/alerts/" + gone.text("rule_id"), ada.token());
        Answer rule = api.post(team + "/alerts", ada.token(), webhook("/hook"));
        try (TestKafka log = log()) {
            append(log, alert(gone.text("rule_id")));
            append(log, alert(rule.text("rule_id")));
        }
        Eventually.holds(() -> deliveryStatus().equals("delivered"));
        assertThat(hooks).hasSize(1);
        assertThat(alerts()).hasSize(1);
    }

    /** Publishes an alert and waits for it on a live connection. */
    private static JsonNode publishAndAwait(TeamAlert alert, TestKafka log, LiveWebSocketClient client) {
        append(log, alert);
        return client.next(ofType("team_alert"));
    }

    private static Predicate<JsonNode> ofType(String type) {
        return message -> message.path("type").asString().equals(type);
    }

    private String subscription(String query) {
        return "{\"id\": \"1\", \"type\": \"subscribe\", \"payload\": {\"query\": \"" + query
                + "\", \"variables\": {\"id\": \"" + teamId + "\"}}}";
    }

    private void beDue(String rule, int attempts) throws SQLException {
        try (var connection = gateway.connection();
                var update = connection.prepareStatement("""
                        UPDATE gateway.team_alerts SET next_attempt_at = now(), attempts = ?
                        WHERE rule_id = ?::uuid""")) {
            update.setInt(1, attempts);
            update.setString(2, rule);
            assertThat(update.executeUpdate()).isOne();
        }
    }

    private JsonNode alerts() {
        return api.get(team + "/alerts", ada.token()).json().path("alerts");
    }

    private String deliveryStatus() {
        return alerts().path(0).at("/delivery/status").asString("");
    }

    private void add(User user, String role) {
        gateway.join(teamId, ada, user, role);
    }

    private String webhook(String pathAndQuery) {
        return LIVE.replace(
                "\"live\"",
                "\"webhook\", \"time_zone\": \"UTC\", \"url\": \"http://127.0.0.1:"
                        + server.getAddress().getPort() + pathAndQuery + "\"");
    }

    private TeamAlert alert(String rule) {
        return TeamAlert.newBuilder()
                .setAlertId(UUID.randomUUID())
                .setTeamId(teamId)
                .setRuleId(UUID.fromString(rule))
                .setIndicator("weekend_share")
                .setValue(0.25)
                .setLow(0.125)
                .setHigh(0.375)
                .setThreshold(0.2)
                .setReference(0.0625)
                .setDataPoints(4)
                .setRecentDays(28)
                .setFrom(FROM)
                .setTo(TO)
                .build();
    }

    private static void append(TestKafka log, TeamAlert alert) {
        log.append(Topics.TEAM_ALERTS.name(), alert.getTeamId(), log.encode(Topics.TEAM_ALERTS, alert));
    }

    private TestKafka log() {
        return gateway.log();
    }

    /** As a receiver works it out. */
    private static String signature(String secret, Hook hook) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        mac.update((hook.header("webhook-id") + "." + hook.header("webhook-timestamp") + ".")
                .getBytes(StandardCharsets.UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(mac.doFinal(hook.body()));
    }

    @SuppressWarnings("ArrayRecordComponent")
    private record Hook(Map<String, List<String>> headers, byte[] body) {

        String header(String name) {
            return headers.entrySet().stream()
                    .filter(header -> header.getKey().equalsIgnoreCase(name))
                    .map(header -> header.getValue().getFirst())
                    .findFirst()
                    .orElse("");
        }
    }
}
