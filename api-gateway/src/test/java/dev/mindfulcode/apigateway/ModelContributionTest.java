package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.admin.ModelEvaluations;
import dev.mindfulcode.apigateway.privacy.RetentionChecks;
import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The figures themselves are tested by InstallationEvaluationTest. */
class ModelContributionTest {

    private static final String EVALUATION = "/api/admin/models/evaluation";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final TestKafka log = gateway.log();

    @Test
    void evaluatesTheModelOnRatingsOfUsersWhoContribute() throws SQLException {
        api.get(EVALUATION, GatewayUnderTest.OPERATOR_TOKEN).isProblem(409, "too-few-contributors");
        List<User> users = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            User user = gateway.user();
            contribute(user, true);
            read(user, i % 2 == 0 ? 0.8f : 0.2f, 0.5f);
            rate(user, i % 2 == 0 ? 7 : 1);
            users.add(user);
        }
        rateWithoutEffect();

        JsonNode evaluation = evaluation();
        assertThat(evaluation.path("model_id").asString())
                .isEqualTo(FlowModel.builtIn().id());
        assertThat(evaluation.path("users").asInt()).isEqualTo(10);
        assertThat(evaluation.path("ratings").asInt()).isEqualTo(10);
        assertThat(evaluation.path("in_flow_rate").asDouble()).isEqualTo(0.5);
        assertThat(evaluation.path("constant_rate").toString())
                .isEqualTo("{\"brier\":0.25,\"calibration_error\":0.0,\"auroc\":0.5}");
        assertThat(evaluation.path("model").toString())
                .isEqualTo("{\"brier\":0.04,\"calibration_error\":0.2,\"auroc\":1.0}");
        assertThat(evaluation.path("shown").path("brier").asDouble()).isEqualTo(0.25);

        assertThatThrownBy(() -> ModelEvaluations.nextWeekWithout(
                        gateway.context, users.getFirst().id()))
                .as("erased during the evaluation")
                .hasMessageContaining("Fewer than 10 users");
        contribute(users.getFirst(), false);
        assertTooFew();
        contribute(users.getFirst(), true);
        assertTooFew();
        read(users.getFirst(), 0.8f, 0.5f);
        rate(users.getFirst(), 7);
        assertThat(evaluation().path("users").asInt()).as("rated again").isEqualTo(10);
        assertThat(api.delete("/api/flow/feedback", users.get(1).token()).status())
                .isEqualTo(202);
        assertTooFew();
        read(users.get(1), 0.2f, 0.5f);
        rate(users.get(1), 1);
        assertThat(evaluation().path("users").asInt()).as("rated after a reset").isEqualTo(10);
        RetentionChecks.run(gateway.context);
        beActive(users.getLast(), "2020-05-01");
        assertTooFew();
        beActive(users.getLast(), "2099-01-01");
        assertThat(evaluation().path("users").asInt()).as("active again").isEqualTo(10);
        erase(users.get(2));
        Eventually.holds(() -> {
            try {
                evaluation();
                return false;
            } catch (RuntimeException e) {
                return String.valueOf(e.getMessage()).contains("Fewer than 10 users");
            }
        });
    }

    /** Neither who never contributed, nor what was rated before, nor a rating that answers no reading counts. */
    private void rateWithoutEffect() {
        User silent = gateway.user();
        read(silent, 0.5f, 0.5f);
        rate(silent, 7);
        User late = gateway.user();
        read(late, 0.5f, 0.5f);
        rate(late, 7);
        contribute(late, true);
        User unread = gateway.user();
        contribute(unread, true);
        rate(unread, 7);
        User neutral = gateway.user();
        contribute(neutral, true);
        read(neutral, 0.5f, 0.5f);
        rate(neutral, 4);
        for (int i = 0; i < 2; i++) {
            User otherModel = gateway.user();
            contribute(otherModel, true);
            append(otherModel, "other-model-1", 0.5f, 0.5f);
            rate(otherModel, 7);
        }
    }

    private void assertTooFew() {
        assertThatThrownBy(this::evaluation).hasMessageContaining("Fewer than 10 users");
    }

    private JsonNode evaluation() {
        return Api.JSON.readTree(ModelEvaluations.nextWeek(gateway.context));
    }

    private void contribute(User user, boolean on) {
        assertThat(api.put("/api/privacy/settings", user.token(), "{\"model_contribution\": " + on + "}")
                        .status())
                .isEqualTo(200);
    }

    private void rate(User user, int flow) {
        assertThat(api.post(
                                "/api/flow/feedback",
                                user.token(),
                                "{\"at\": \"%s\", \"flow\": %d}".formatted(Instant.now(), flow))
                        .status())
                .isEqualTo(202);
    }

    /** Appends the flow state of a user with a personal layer. */
    private void read(User user, float modelIntensity, float intensity) {
        append(user, FlowModel.builtIn().id() + "+personal", modelIntensity, intensity);
    }

    private void append(User user, String model, float modelIntensity, float intensity) {
        FlowState state = FlowState.newBuilder(FlowStates.state(UUID.randomUUID(), 1, SessionStatus.ACTIVE))
                .setAt(Instant.now())
                .setModel(model)
                .setModelIntensity(modelIntensity)
                .setIntensity(intensity)
                .build();
        log.append(Topics.FLOW_STATES.name(), user.id(), log.seal(Topics.FLOW_STATES, user.id(), state));
    }

    private void beActive(User user, String day) throws SQLException {
        gateway.execute("UPDATE gateway.user_activity SET last_active_on = ?::date WHERE user_id = ?", day, user.id());
    }

    private void erase(User user) throws SQLException {
        try (Connection connection = gateway.connection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, user.id());
            connection.commit();
        }
    }
}
