package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.User;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class GoalApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void comparesTheGoalWithTheCurrentWeek() {
        HistoryWriter past = new HistoryWriter(gateway, ada);
        LocalDate monday = HistoryWriter.today().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
        for (int minute = 0; minute < 6; minute++) {
            past.minute(HistoryWriter.at(monday, 0, minute), 0.7, 50_000, 0);
            past.minute(HistoryWriter.at(monday.minusDays(1), 23, minute), 0.7, 50_000, 0);
        }
        past.sumDays();
        JsonNode without = api.get("/api/goals", ada.token()).json();
        assertThat(without.path("weekly_flow_minutes").isNull()).isTrue();

        JsonNode goal = api.put("/api/goals", ada.token(), "{\"weekly_flow_minutes\": 600}")
                .json();

        assertThat(goal.path("weekly_flow_minutes").asInt()).isEqualTo(600);
        assertThat(goal.at("/week/time_zone").asString()).isEqualTo(HistoryWriter.ZONE.getId());
        assertThat(goal.at("/week/from").asString()).isEqualTo(monday.toString());
        assertThat(goal.at("/week/to").asString()).isEqualTo(monday.plusDays(6).toString());
        assertThat(goal.at("/week/flow_minutes").asInt())
                .as("not of last Sunday")
                .isEqualTo(5);
        assertThat(api.get("/api/goals", ada.token()).json()).isEqualTo(goal);
        assertThat(goalOf(gateway.user()).isNull()).as("of another user").isTrue();

        api.put("/api/goals", ada.token(), "{\"weekly_flow_minutes\": null}");
        assertThat(goalOf(ada).isNull()).as("removed").isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"weekly_flow_minutes\": 0}",
                "{\"weekly_flow_minutes\": 10081}",
                "{\"weekly_flow_minutes\": 1.5}",
                "{\"weekly_flow_minutes\": \"600\"}"
            })
    void rejectsGoalsThatNoWeekHas(String body) {
        api.put("/api/goals", ada.token(), body)
                .isProblem(400, "invalid-request")
                .withField("weekly_flow_minutes");
    }

    private JsonNode goalOf(User user) {
        return api.get("/api/goals", user.token()).json().path("weekly_flow_minutes");
    }
}
