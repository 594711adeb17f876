package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.UUID;

/** A team on the premium plan, created by its lead. */
record TestTeam(TestUser lead, UUID id) {

    static TestTeam createdBy(TestUser lead, SharedSystem system) throws Exception {
        UUID id = UUID.fromString(TestUser.JSON
                .readTree(lead.post("/api/teams", "{\"name\": \"Compilers\"}").body())
                .path("team_id")
                .asString());
        String plan = "/api/admin/teams/" + id + "/plan";
        assertThat(Requests.put(system.origin(), plan, system.operatorToken(), "{\"plan\": \"premium\"}")
                        .statusCode())
                .isEqualTo(200);
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
