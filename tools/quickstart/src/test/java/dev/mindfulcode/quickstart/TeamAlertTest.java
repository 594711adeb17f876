package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** From the windows of a team and a rule of its lead to the alert, over all services. */
@Timeout(600)
class TeamAlertTest {

    private static final long SECOND_NS = 1_000_000_000L;

    /** After so many the weeks before are no better than the week. */
    private static final int DAYS_MAX = 30;

    private static final Instant TODAY = Instant.now().truncatedTo(ChronoUnit.DAYS);

    @Test
    void alertsWhenTeamWindowsMatchTheRule() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser lead = TestUser.register(system.origin());
        UUID team = TestTeam.createdBy(lead, system).id();
        String alerts = "/api/teams/" + team + "/alerts";
        String rule = """
                {"indicator": "falling_flow", "threshold": 0.2, "window": "week", "channel": "live"}""";
        assertThat(lead.post(alerts, rule).statusCode()).isEqualTo(201);

        publish(system, team, -56, 1, 30_000);
        // Future days, since a rule evaluates none that began before it; one a second, until the rule has
        // reached the stream.
        AtomicInteger next = new AtomicInteger(1);
        AtomicLong publishedAtNs = new AtomicLong(System.nanoTime() - SECOND_NS);
        Eventually.holds("the alert is stored", () -> {
            if (System.nanoTime() - publishedAtNs.get() >= SECOND_NS && next.get() < DAYS_MAX) {
                publishedAtNs.set(System.nanoTime());
                publish(system, team, next.get(), next.incrementAndGet(), 6_000);
            }
            return !latest(lead, alerts).isMissingNode();
        });
        JsonNode alert = latest(lead, alerts);
        assertThat(alert.path("indicator").asString()).isEqualTo("falling_flow");
        assertThat(alert.at("/estimate/value").asDouble()).isGreaterThanOrEqualTo(0.2);
        assertThat(Instant.parse(alert.path("to").asString())).isAfter(TODAY);
        JsonNode windows = TestUser.JSON
                .readTree(lead.get("/api/teams/" + team + "/analytics?size=day").body())
                .path("windows");
        assertThat(windows.path(0).path("members").asInt())
                .as("in steps of five")
                .isEqualTo(5);
    }

    private static JsonNode latest(TestUser lead, String path) throws Exception {
        return TestUser.JSON.readTree(lead.get(path).body()).at("/alerts/0");
    }

    private static void publish(SharedSystem system, UUID team, int from, int to, long secondsInFlow) throws Exception {
        try (KafkaProducer<UUID, byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", system.bootstrapServers()),
                        new UUIDSerializer(),
                        new ByteArraySerializer());
                var values = Topics.TEAM_FLOW
                        .valueSerde(new SchemaRegistry(system.registryUrl(), true))
                        .serializer()) {
            for (int day = from; day < to; day++) {
                TeamWindow window = TeamWindow.newBuilder()
                        .setTeamId(team)
                        .setSize(TeamWindowSize.DAY)
                        .setWindowStart(TODAY.plus(Duration.ofDays(day)))
                        .setVersion(2)
                        .setClosed(true)
                        .setMembersMin(5)
                        .setMembers(6)
                        .setActiveSeconds(60_000L)
                        .setActiveSecondsMargin(500L)
                        .setSecondsInFlow(secondsInFlow)
                        .setSecondsInFlowMargin(500L)
                        .setInterruptions(20L)
                        .setInterruptionsMargin(1L)
                        .setKeystrokesAMemberMax(0)
                        .setSecondsAMemberMax(14_400)
                        .setInterruptionsAMemberMax(8)
                        .build();
                producer.send(new ProducerRecord<>(
                                Topics.TEAM_FLOW.name(), team, values.serialize(Topics.TEAM_FLOW.name(), window)))
                        .get();
            }
        }
    }
}
