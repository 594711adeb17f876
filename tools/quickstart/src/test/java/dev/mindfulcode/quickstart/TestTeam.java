package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.PostgresUrl;
import java.net.http.HttpResponse;
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
        assertThat(member.post("/api/invitations/accept", "{\"code\": \"" + invite(member, role) + "\"}")
                        .statusCode())
                .isEqualTo(200);
    }

    /** Returns the code with which the invited person accepts. */
    String invite(TestUser invited, String role) throws Exception {
        HttpResponse<String> invitation =
                lead.post(path() + "/members", "{\"email\": \"" + invited.email + "\", \"role\": \"" + role + "\"}");
        assertThat(invitation.statusCode()).as(invitation.body()).isEqualTo(201);
        return TestUser.JSON.readTree(invitation.body()).path("code").asString();
    }

    void consent(TestUser member) throws Exception {
        assertThat(member.put(path() + "/consent", "{\"consent\": true}").statusCode())
                .isEqualTo(200);
    }
}
