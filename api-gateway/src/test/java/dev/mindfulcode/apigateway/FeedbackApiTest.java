package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowFeedbackKind;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FeedbackApiTest {

    private static final String PATH = "/api/flow/feedback";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

    @Test
    void publishesLabelsAndResetsBeforeResponding() {
        String session = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        Answer labelled = api.post(PATH, ada.token(), """
                {"at": "%s", "session_id": "%s", "flow": 6, "interrupted": true}""".formatted(now, session));
        Answer brief = api.post(PATH, ada.token(), "{\"at\": \"%s\", \"flow\": 1}".formatted(now.minusSeconds(60)));
        Answer reset = api.sendJson("DELETE", PATH, ada.token(), "");

        assertThat(List.of(labelled.status(), brief.status(), reset.status())).containsOnly(202);
        try (TestKafka log = gateway.log()) {
            List<FlowFeedback> events = log.read(Topics.FLOW_FEEDBACK, ada.id(), 3);
            assertThat(events)
                    .extracting(FlowFeedback::getKind)
                    .containsExactly(FlowFeedbackKind.LABELLED, FlowFeedbackKind.LABELLED, FlowFeedbackKind.RESET);
            FlowFeedback first = events.getFirst();
            assertThat(first.getFeedbackId()).hasToString(labelled.text("feedback_id"));
            assertThat(first.getAt()).isEqualTo(now);
            assertThat(first.getFlow()).isEqualTo(6);
            assertThat(first.getInterrupted()).isTrue();
            assertThat(first.getSessionId()).hasToString(session);
            assertThat(events.get(1).getInterrupted()).isNull();
            assertThat(events.get(1).getSessionId()).isNull();
        }
    }

    @Test
    void storesTheProbabilityOfAPromptedMoment() throws SQLException {
        gateway.execute("""
                INSERT INTO gateway.feedback_prompts (user_id, per_day, sampled_about, sampling_probability)
                VALUES (?, 2, ?::timestamptz, 0.025)""", ada.id(), now.toString());
        api.post(PATH, ada.token(), "{\"at\": \"%s\", \"flow\": 5}".formatted(now));
        api.post(PATH, ada.token(), "{\"at\": \"%s\", \"flow\": 5}".formatted(now.minusSeconds(60)));
        try (TestKafka log = gateway.log()) {
            assertThat(log.read(Topics.FLOW_FEEDBACK, ada.id(), 2))
                    .extracting(FlowFeedback::getProbability)
                    .containsExactly(0.025, null);
        }
    }

    /** No process can encrypt them: neither the log nor the outbox gets an event that nobody could read. */
    @Test
    void refusesEventsOfErasedUsers() throws SQLException {
        User gone = gateway.user();
        try (Connection connection = gateway.connection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, gone.id());
            connection.commit();
        }
        String label = "{\"at\": \"%s\", \"flow\": 4}".formatted(now);

        Eventually.holds(() -> api.post(PATH, gone.token(), label).status() == 404);

        api.patch("/api/account/preferences", gone.token(), "{\"sensitivity\": 0.9}")
                .isProblem(404, "not-found");
        assertThat(gateway.count("SELECT count(*) FROM gateway.preferences WHERE user_id = ?", gone.id()))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"flow\": 4} | at",
                "{\"at\": 5, \"flow\": 4} | at",
                "{\"at\": \"NOW\"} | flow",
                "{\"at\": \"NOW\", \"flow\": 0} | flow",
                "{\"at\": \"NOW\", \"flow\": 8} | flow",
                "{\"at\": \"NOW\", \"flow\": 4.5} | flow",
                "{\"at\": \"NOW\", \"flow\": \"4\"} | flow",
                "{\"at\": \"NOW\", \"flow\": 4, \"interrupted\": \"no\"} | interrupted",
                "{\"at\": \"NOW\", \"flow\": 4, \"session_id\": \"1-1-1-1-1\"} | session_id",
                "{\"at\": \"PAST\", \"flow\": 4} | at",
                "{\"at\": \"FUTURE\", \"flow\": 4} | at",
            })
    void namesTheInvalidField(String body, String field) {
        String at = body.replace("NOW", now.toString())
                .replace("PAST", now.minus(Duration.ofDays(7)).minusSeconds(5).toString())
                .replace("FUTURE", now.plusSeconds(180).toString());
        api.post(PATH, ada.token(), at).isProblem(400, "invalid-request").withField(field);
    }

    @Test
    void storesTheNumberOfPrompts() {
        String path = PATH + "/settings";
        assertThat(api.get(path, ada.token()).json().path("prompts_per_day").asInt(-1))
                .as("off by default")
                .isZero();
        assertThat(api.sendJson("PUT", path, ada.token(), "{\"prompts_per_day\": 2}")
                        .status())
                .isEqualTo(200);
        assertThat(api.get(path, ada.token()).json().path("prompts_per_day").asInt(-1))
                .isEqualTo(2);
        for (String wrong : List.of(
                "{}", "{\"prompts_per_day\": 7}", "{\"prompts_per_day\": -1}", "{\"prompts_per_day\": \"2\"}")) {
            api.sendJson("PUT", path, ada.token(), wrong)
                    .isProblem(400, "invalid-request")
                    .withField("prompts_per_day");
        }
        api.get(path, null).isProblem(401, "unauthenticated");
    }

    @Test
    void rejectsForeignSessionsAndAnonymousRequests() {
        User bob = gateway.user();
        String his = api.post("/api/sessions/start", bob.token(), "{}").text("session_id");
        String deleted = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        api.sendJson("DELETE", "/api/sessions/" + deleted, ada.token(), "");
        for (String session : List.of(his, deleted, UUID.randomUUID().toString())) {
            api.post(PATH, ada.token(), "{\"at\": \"%s\", \"flow\": 4, \"session_id\": \"%s\"}".formatted(now, session))
                    .isProblem(404, "not-found")
                    .withField("session_id");
        }
        api.post(PATH, null, "{\"at\": \"%s\", \"flow\": 4}".formatted(now)).isProblem(401, "unauthenticated");
        api.get(PATH, ada.token()).isProblem(405, "method-not-allowed");
    }
}
