package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.protection.PostgresUrl;
import java.sql.Connection;
import java.sql.Statement;
import java.util.UUID;

/** A team on the premium plan, made through the public API by its lead. */
record TestTeam(TestUser lead, UUID id) {

    static TestTeam madeBy(TestUser lead, SharedSystem system) throws Exception {
        UUID id = UUID.fromString(TestUser.JSON
                .readTree(lead.post("/api/teams", "{\"name\": \"Compilers\"}").body())
                .path("team_id")
                .asString());
        try (Connection connection =
                        PostgresUrl.parse(system.databaseUrl()).dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("update identity.teams set plan = 'premium' where team_id = '" + id + "'");
        }
        return new TestTeam(lead, id);
    }

    String path() {
        return "/api/teams/" + id;
    }

    void join(TestUser member, String role) throws Exception {
        assertThat(lead.post(path() + "/members", "{\"email\": \"" + member.email + "\", \"role\": \"" + role + "\"}")
                        .statusCode())
                .isEqualTo(201);
    }

    void consent(TestUser member) throws Exception {
        assertThat(member.put(path() + "/consent", "{\"consent\": true}").statusCode())
                .isEqualTo(200);
    }
}
