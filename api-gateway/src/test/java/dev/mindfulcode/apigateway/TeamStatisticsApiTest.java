package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class TeamStatisticsApiTest {

    private static final Instant TODAY = Instant.now().truncatedTo(ChronoUnit.DAYS);

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @SuppressWarnings("NullAway.Init")
    private UUID teamId;

    @SuppressWarnings("NullAway.Init")
    private String team;

    @BeforeEach
    void formATeam() throws SQLException {
        teamId = UUID.fromString(
                api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id"));
        team = "/api/teams/" + teamId;
        gateway.putOnPremium(teamId);
    }

    @Test
    void pagesWindowsFromTheEarliest() throws SQLException {
        for (int i = 1; i <= 5; i++) {
            insert("day", day(-i), 6, 0.5);
        }
        Answer first = api.get(team + "/analytics?size=day&limit=3", ada.token());
        assertThat(first.status()).as(first.toString()).isEqualTo(200);
        assertThat(first.json().path("windows").size()).isEqualTo(3);
        assertThat(first.json().at("/windows/0/start").asString()).isEqualTo(day(-5).toString());
        assertThat(first.json().at("/windows/0/end").asString()).isEqualTo(day(-4).toString());
        assertThat(first.json().at("/windows/0/members").asInt()).isEqualTo(5);
        assertThat(first.json().at("/windows/0/status").asString()).isEqualTo("released");
        assertThat(first.json().at("/windows/0/active_seconds").asInt()).isEqualTo(10_000);
        assertThat(first.json().at("/windows/0/active_seconds_margin").asInt()).isEqualTo(200);
        assertThat(first.json().at("/windows/0/seconds_in_flow_margin").asInt()).isEqualTo(100);
        assertThat(first.json().at("/windows/0/interruptions_margin").asInt()).isEqualTo(2);
        Answer second = api.get(team + "/analytics?size=day&limit=3&cursor=" + first.text("next_cursor"), ada.token());
        assertThat(second.json().path("windows"))
                .extracting(window -> window.path("start").asString())
                .containsExactly(day(-2).toString(), day(-1).toString());
        assertThat(second.json().has("next_cursor")).isFalse();
    }

    @Test
    void showsReleasedWindowsOnly() throws SQLException {
        insert("hour", day(-1), null, 0);
        insert("hour", day(-1).plusSeconds(7_200), 4, 0.5);
        insert("hour", day(-1).plusSeconds(9_000), 30, 0.5);
        gateway.execute(
                "UPDATE readmodel.team_windows SET active_seconds_margin = NULL WHERE team_id = ? AND members = 30",
                teamId);
        insert("hour", day(-1).plusSeconds(10_800), 29, 0.5);
        Answer answer = api.get(team + "/analytics?size=hour&limit=1", ada.token());
        assertThat(answer.json().path("windows")).singleElement().satisfies(window -> {
            assertThat(window.path("start").asString())
                    .isEqualTo(day(-1).plusSeconds(10_800).toString());
            assertThat(window.path("closed").asBoolean()).isTrue();
            assertThat(window.path("members").asInt()).as("in steps of five").isEqualTo(25);
            assertThat(window.has("version")).isFalse();
        });
        assertThat(answer.json().has("next_cursor"))
                .as("a cursor does not count what is not shown")
                .isFalse();
        assertThat(api.get(team + "/analytics?size=five_minutes", ada.token())
                        .json()
                        .path("windows"))
                .as("never released")
                .isEmpty();
    }

    @Test
    void reportsWhatTheFiguresCostAndWhenTheBudgetIsSpent() throws SQLException {
        assertThat(api.get(team + "/analytics", ada.token())
                        .json()
                        .path("privacy")
                        .isNull())
                .isTrue();
        insert("day", day(-3), 6, 0.5);
        JsonNode privacy = api.get(team + "/analytics", ada.token()).json().path("privacy");
        assertThat(privacy.path("rho_per_day").asDouble()).isEqualTo(0.5);
        assertThat(privacy.path("epsilon_per_day").asDouble()).isCloseTo(5.22, within(0.01));
        assertThat(privacy.path("delta").asDouble()).isEqualTo(1e-6);
        assertThat(privacy.path("month").asString())
                .isEqualTo(day(-3).toString().substring(0, 7));
        assertThat(privacy.path("rho_spent").asDouble()).isEqualTo(9);
        assertThat(privacy.path("rho_per_month").asDouble()).isEqualTo(15.5);
        assertThat(privacy.path("budget_spent").asBoolean(true)).isFalse();

        insert("day", day(-2), null, 0);
        gateway.execute(
                "UPDATE readmodel.team_windows SET outcome = 'budget_spent', rho_micros = 0 WHERE team_id = ?"
                        + " AND members IS NULL",
                teamId);
        JsonNode answer = api.get(team + "/analytics", ada.token()).json();
        assertThat(answer.path("windows")).hasSize(2);
        assertThat(answer.at("/windows/1/status").asString()).isEqualTo("budget_spent");
        assertThat(answer.at("/windows/1/members").isNull()).isTrue();
        assertThat(answer.at("/windows/1/active_seconds").isNull()).isTrue();
        assertThat(answer.at("/privacy/budget_spent").asBoolean()).isTrue();
        assertThat(answer.at("/privacy/rho_per_day").isNull()).isTrue();
    }

    @Test
    void servesReleasedDaysOverGraphQl() throws SQLException {
        insert("day", day(-40), 6, 0.5);
        insert("day", day(-3), 6, 0.5);
        String query = """
                {"query": "{ team(id: \\"%s\\") { days { start status members activeSeconds activeSecondsMargin \
                secondsInFlow secondsInFlowMargin interruptions interruptionsMargin } } }"}""";
        JsonNode days = api.post("/graphql", ada.token(), query.formatted(teamId))
                .json()
                .at("/data/team/days");
        assertThat(days).singleElement().satisfies(day -> {
            assertThat(day.path("start").asString()).isEqualTo(day(-3).toString());
            assertThat(day.path("status").asString()).isEqualTo("released");
            assertThat(day.path("members").asInt()).isEqualTo(5);
            assertThat(day.path("activeSeconds").asLong()).isEqualTo(10_000);
            assertThat(day.path("activeSecondsMargin").asLong()).isEqualTo(200);
            assertThat(day.path("secondsInFlowMargin").asLong()).isEqualTo(100);
            assertThat(day.path("interruptionsMargin").asLong()).isEqualTo(2);
        });
        UUID free = UUID.fromString(
                api.post("/api/teams", ada.token(), "{\"name\": \"free\"}").text("team_id"));
        JsonNode answer =
                api.post("/graphql", ada.token(), query.formatted(free)).json();
        assertThat(answer.at("/data/team/days").isNull()).isTrue();
        assertThat(answer.has("errors")).isFalse();
    }

    @Test
    void filtersWindowsByTeamSizeAndRange() throws SQLException {
        insert("hour", day(-2), 6, 0.5);
        insert("day", day(-2), 6, 0.5);
        insert("day", day(-3), 6, 0.5);
        UUID mine = teamId;
        formATeam();
        insert("day", day(-2), 12, 0.5);
        JsonNode windows = api.get(
                        "/api/teams/" + mine + "/analytics?size=day&from=" + day(-2) + "&to=" + day(-1), ada.token())
                .json()
                .path("windows");
        assertThat(windows).hasSize(1);
        assertThat(windows.path(0).path("members").asInt()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "size, size=minute",
        "from, size=day&from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from, size=hour&from=2026-01-01T00:00:00Z&to=2026-02-02T00:00:00Z",
        "from, size=five_minutes&from=2026-01-01T00:00:00Z&to=2026-01-03T00:00:00Z",
        "from, from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
        "from, from=yesterday",
        "limit, limit=0",
        "limit, limit=501",
        "cursor, cursor=nothing",
        "cursor, cursor=__________8"
    })
    void rejectsInvalidParametersByName(String field, String query) {
        api.get(team + "/analytics?" + query, ada.token())
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @Test
    void computesInsightsFromClosedDaysOnly() throws SQLException {
        // Other tests of the shared gateway put models into use, and flow from before would not be comparable.
        gateway.execute("delete from gateway.model_changes");
        // Days up to the day before yesterday are closed.
        Instant until = Instant.now().minus(Duration.ofHours(24)).truncatedTo(ChronoUnit.DAYS);
        for (int i = 1; i <= 70; i++) {
            Instant day = until.minus(Duration.ofDays(i));
            // One was not released.
            @Nullable Integer members = i == 5 ? null : Integer.valueOf(6);
            insert("day", day, members, i <= 14 ? 0.2 + 0.01 * (i % 2) : 0.5 + 0.01 * (i % 3));
        }
        gateway.execute("""
                INSERT INTO readmodel.team_windows (team_id, size, window_start, outcome, members_min, members,
                    active_seconds, active_seconds_margin, rho_micros, rho_month_micros, rho_month_max_micros)
                SELECT ?, 'hour', day + hour * interval '1 hour', 'released', 5, 25, 10000, 200, 0, 0, 0
                FROM generate_series(?::timestamptz - interval '70 days', ?::timestamptz - interval '1 day',
                         interval '1 day') AS day,
                     generate_series(9, 16) AS hour""", teamId, until.toString(), until.toString());
        // Daylight saving time would move the hours.
        gateway.execute("update identity.users set time_zone = 'UTC' where user_id = ?", ada.id());
        // A later window with another value.
        insert("day", until, 6, 0.9);

        Answer answer = api.get(team + "/insights", ada.token());
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.text("until")).isEqualTo(until.toString());
        assertThat(answer.text("time_zone")).isNotBlank();
        assertThat(answer.json().path("missing")).isEmpty();
        JsonNode insights = answer.json().path("insights");
        assertThat(insights)
                .extracting(insight -> insight.path("id").asString())
                .containsExactly("outside_usual_hours", "weekend_share", "falling_flow", "rising_fragmentation");
        JsonNode falling = insights.path(2);
        assertThat(falling.path("stands_out").asBoolean()).isTrue();
        assertThat(falling.at("/numbers/estimate/value").asDouble()).isCloseTo(0.305, within(0.001));
        assertThat(falling.path("data_points").asInt()).isEqualTo(69);
        assertThat(falling.path("text").asString()).contains("31 percentage points smaller");
        assertThat(insights.path(0).path("stands_out").asBoolean(true)).isFalse();

        api.get(team + "/insights?window=year", ada.token())
                .isProblem(400, "invalid-request")
                .withField("window");
        JsonNode week = api.get(team + "/insights?window=week", ada.token()).json();
        assertThat(Duration.between(
                                Instant.parse(week.at("/insights/2/from").asString() + "T00:00:00Z"),
                                Instant.parse(week.at("/insights/2/to").asString() + "T00:00:00Z"))
                        .toDays())
                .isEqualTo(6);
    }

    @Test
    void reportsMissingDaysOfANewTeam() {
        JsonNode answer = api.get(team + "/insights", ada.token()).json();
        assertThat(answer.path("insights")).isEmpty();
        assertThat(answer.path("missing")).hasSize(4);
        assertThat(answer.at("/missing/0/amount").asInt()).isEqualTo(20);
    }

    @Test
    void requiresThePremiumPlan() {
        String free = "/api/teams/"
                + api.post("/api/teams", ada.token(), "{\"name\": \"free\"}").text("team_id");
        api.get(free + "/analytics", ada.token()).isProblem(403, "plan-needed");
        api.get(free + "/insights", ada.token()).isProblem(403, "plan-needed");
    }

    private static Instant day(int offset) {
        return TODAY.plus(Duration.ofDays(offset));
    }

    private void insert(String size, Instant start, @Nullable Integer members, double flowShare) throws SQLException {
        try (var connection = gateway.connection();
                var insert = connection.prepareStatement("""
                        INSERT INTO readmodel.team_windows (team_id, size, window_start, outcome, members_min,
                            members, active_seconds, active_seconds_margin, seconds_in_flow, seconds_in_flow_margin,
                            interruptions, interruptions_margin, rho_micros, rho_month_micros, rho_month_max_micros)
                        VALUES (?, ?, ?, 'released', 5, ?, ?, 200, ?, 100, ?, 2, 500000, 9000000, 15500000)""")) {
            insert.setObject(1, teamId);
            insert.setString(2, size);
            insert.setObject(3, start.atOffset(java.time.ZoneOffset.UTC));
            insert.setObject(4, members, java.sql.Types.BIGINT);
            insert.setObject(5, members == null ? null : 10_000L, java.sql.Types.BIGINT);
            insert.setObject(6, members == null ? null : Math.round(10_000 * flowShare), java.sql.Types.BIGINT);
            insert.setObject(7, members == null ? null : 5L, java.sql.Types.BIGINT);
            insert.executeUpdate();
        }
    }
}
