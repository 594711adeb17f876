package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.protection.PostgresUrl;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

/** From the typing of a team's members to the team's window, over all services and through the public API. */
@Timeout(180)
class TeamWindowTest {

    /** Ingest takes no time that is further ahead than a minute. */
    private static final Duration AHEAD_MAX = Duration.ofSeconds(50);

    private final SharedSystem system = SharedSystem.get();

    @Test
    void aTeamOfFiveWhoConsentedSeesItsWindowsAndNothingOfTheSixthWhoDidNot() throws Exception {
        TestUser lead = TestUser.register(system.origin());
        String team = TestUser.JSON
                .readTree(lead.post("/api/teams", "{\"name\": \"Compilers\"}").body())
                .path("team_id")
                .asString();
        try (Connection connection =
                        PostgresUrl.parse(system.databaseUrl()).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update identity.teams set plan = 'premium' where team_id = '" + team + "'");
        }
        List<TestUser> people = new ArrayList<>(List.of(lead));
        for (int i = 0; i < 5; i++) {
            TestUser member = TestUser.register(system.origin());
            people.add(member);
            assertThat(lead.post(
                                    "/api/teams/" + team + "/members",
                                    "{\"email\": \"" + member.email + "\", \"role\": \"member\"}")
                            .statusCode())
                    .isEqualTo(201);
        }
        for (TestUser member : people.subList(0, 5)) {
            assertThat(member.put("/api/teams/" + team + "/consent", "{\"consent\": true}")
                            .statusCode())
                    .isEqualTo(200);
        }
        Instant minute = nextMinute();
        for (TestUser member : people) {
            UUID session = member.startSession();
            assertThat(member.post("/api/keystrokes", TestUser.batch(session, 0, 30, minute))
                            .statusCode())
                    .isEqualTo(202);
        }

        Eventually.holds("the team's window of the five who consented", () -> keystrokes(lead, team) == 150);
        JsonNode window = window(lead, team);
        assertThat(window.path("members").asInt()).isEqualTo(5);
        assertThat(window.path("closed").asBoolean()).isFalse();
    }

    /** Consent counts from the next whole minute on. */
    private static Instant nextMinute() {
        Instant minute = Instant.now().truncatedTo(ChronoUnit.MINUTES).plusSeconds(60);
        Instant earliest = minute.minus(AHEAD_MAX);
        while (Instant.now().isBefore(earliest)) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        return minute;
    }

    private static long keystrokes(TestUser lead, String team) throws Exception {
        return window(lead, team).path("keystrokes").asLong(-1);
    }

    private static JsonNode window(TestUser lead, String team) throws Exception {
        return TestUser.JSON
                .readTree(lead.get("/api/teams/" + team + "/analytics?size=five_minutes")
                        .body())
                .path("windows")
                .path(0);
    }
}
