package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.database.Database;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class InvitationApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final User bob = gateway.user();
    private final String team = "/api/teams/"
            + api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id");

    @Test
    void joinsOnAcceptance() {
        Answer invited = invite(bob.email(), "member");
        assertThat(invited.status()).isEqualTo(201);
        assertThat(invited.text("state")).isEqualTo("pending");
        assertThat(invited.header("Cache-Control")).isEqualTo("no-store");
        assertThat(Duration.between(
                        Instant.parse(invited.text("created_at")), Instant.parse(invited.text("expires_at"))))
                .isEqualTo(Duration.ofDays(14));
        api.get(team, bob.token()).isProblem(404, "not-found");
        assertThat(api.get(team, ada.token()).json().path("members").asInt()).isEqualTo(1);
        assertThat(ofTeam()).singleElement().satisfies(one -> {
            assertThat(one.path("email").asString()).isEqualTo(bob.email());
            assertThat(one.has("code")).as("shown once").isFalse();
        });

        Answer joined = accept(bob, invited.text("code"));
        assertThat(joined.status()).as(joined.toString()).isEqualTo(200);
        assertThat(joined.text("role")).isEqualTo("member");
        assertThat(joined.json().path("consent").asBoolean(true)).isFalse();
        assertThat(joined.json()).isEqualTo(api.get(team, bob.token()).json());
        assertThat(ofTeam()).isEmpty();
        assertThat(received(bob)).isEmpty();
        accept(bob, invited.text("code")).isProblem(404, "not-found");
    }

    @Test
    void registeringTheInvitedAddressFirstRevealsNothingOfTheTeam() {
        String address = UUID.randomUUID() + "@example.org";
        String code = invite(address, "member").text("code");
        Answer registered = api.post("/api/auth/register", null, """
                {"email": "%s", "password": "%s"}""".formatted(address, Api.PASSWORD));
        User squatter = new User(
                UUID.fromString(registered.text("user_id")),
                address,
                registered.text("access_token"),
                registered.text("refresh_token"));

        Answer seen = api.get("/api/invitations", squatter.token());
        assertThat(seen.json().path("invitations")).hasSize(1);
        assertThat(new String(seen.body(), StandardCharsets.UTF_8))
                .doesNotContain(
                        "Compilers",
                        team.substring("/api/teams/".length()),
                        ada.email(),
                        ada.id().toString());
        accept(squatter, "mci_AAAAAAAAAAAAAAAAAAAAAA").isProblem(404, "not-found");
        accept(squatter, "").isProblem(400, "invalid-request").withField("code");
        api.get(team, squatter.token()).isProblem(404, "not-found");
        accept(bob, code).isProblem(404, "not-found");
        assertThat(accept(squatter, code).status())
                .as("whom the lead gave the code to")
                .isEqualTo(200);
    }

    /** The same fields and the same statements, hence the same time: the path does not look for an account. */
    @Test
    void invitingDoesNotRevealWhetherTheAddressHasAnAccount() {
        long withAccount = Long.MAX_VALUE;
        long without = Long.MAX_VALUE;
        Database database = gateway.context.getBean(Database.class);
        for (int i = 0; i < 5; i++) {
            User known = gateway.user();
            long before = database.statements();
            Answer toKnown = invite(known.email(), "member");
            long between = database.statements();
            Answer toUnknown = invite(UUID.randomUUID() + "@example.org", "member");
            // Other work of the gateway only adds to the counts.
            withAccount = Math.min(withAccount, between - before);
            without = Math.min(without, database.statements() - between);
            assertThat(toUnknown.status()).isEqualTo(toKnown.status()).isEqualTo(201);
            assertThat(toUnknown.json().propertyNames())
                    .isEqualTo(toKnown.json().propertyNames());
        }
        assertThat(without).isEqualTo(withAccount);
    }

    @Test
    void rejectsANewInvitationAfterADecline() {
        Answer invited = invite(bob.email(), "member");
        String decline = "/api/invitations/" + invited.text("invitation_id") + "/decline";
        api.post(decline, gateway.user().token(), "{}").isProblem(404, "not-found");
        assertThat(api.post(decline, bob.token(), "{}").status()).isEqualTo(204);

        api.post(decline, bob.token(), "{}").isProblem(404, "not-found");
        assertThat(received(bob)).isEmpty();
        accept(bob, invited.text("code")).isProblem(404, "not-found");
        assertThat(ofTeam())
                .singleElement()
                .satisfies(one -> assertThat(one.path("state").asString()).isEqualTo("declined"));
        invite(bob.email(), "member").isProblem(409, "invitation-exists").withField("email");
        withdraw(invited).isProblem(404, "not-found");
        invite(bob.email(), "member").isProblem(409, "invitation-exists");
    }

    @Test
    void rejectsAWithdrawnInvitation() {
        Answer invited = invite(bob.email(), "member");
        invite(bob.email(), "viewer").isProblem(409, "invitation-exists").withField("email");
        assertThat(withdraw(invited).status()).isEqualTo(204);
        withdraw(invited).isProblem(404, "not-found");
        accept(bob, invited.text("code")).isProblem(404, "not-found");
        assertThat(received(bob)).isEmpty();
        assertThat(invite(bob.email(), "viewer").status()).isEqualTo(201);
    }

    @Test
    void rejectsAnExpiredInvitation() throws SQLException {
        Answer invited = invite(bob.email(), "member");
        gateway.execute(
                "update identity.team_invitations set expires_at = now() where invitation_id = ?",
                UUID.fromString(invited.text("invitation_id")));
        accept(bob, invited.text("code")).isProblem(404, "not-found");
        assertThat(received(bob)).isEmpty();
        assertThat(ofTeam()).isEmpty();
        withdraw(invited).isProblem(404, "not-found");
        api.post("/api/invitations/" + invited.text("invitation_id") + "/decline", bob.token(), "{}")
                .isProblem(404, "not-found");
        assertThat(invite(bob.email(), "member").status()).isEqualTo(201);
    }

    @Test
    void requiresAnotherAcceptanceToRejoin() {
        accept(bob, invite(bob.email(), "member").text("code"));
        invite(bob.email(), "member").isProblem(409, "member-exists").withField("email");
        assertThat(api.delete(team + "/members/" + bob.id(), bob.token()).status())
                .isEqualTo(204);
        Answer again = invite(bob.email(), "member");
        api.get(team, bob.token()).isProblem(404, "not-found");
        assertThat(accept(bob, again.text("code")).status()).isEqualTo(200);
    }

    @Test
    void withdrawsInvitationsWhenTheInviterLosesTheRole() {
        User carl = gateway.user();
        gateway.join(team.substring("/api/teams/".length()), ada, carl, "admin");
        Answer byCarl = api.post(team + "/members", carl.token(), body(bob.email(), "member"));
        api.put(team + "/members/" + carl.id(), ada.token(), "{\"role\": \"viewer\"}");
        accept(bob, byCarl.text("code")).isProblem(404, "not-found");
    }

    @Test
    void acceptsACodeOnce() throws Exception {
        String code = invite(bob.email(), "member").text("code");
        List<Callable<Answer>> accepting = Collections.nCopies(6, () -> accept(bob, code));
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : threads.invokeAll(accepting)) {
                statuses.add(answer.get().status());
            }
        }
        assertThat(statuses).containsOnly(200, 404).containsOnlyOnce(200);
    }

    @Test
    void limitsInvitationsPerTeamInviterAndAddress() throws SQLException {
        String address = UUID.randomUUID() + "@example.org";
        String second = anotherTeam();
        String third = anotherTeam();
        assertThat(invite(address, "member").status()).isEqualTo(201);
        assertThat(api.post(second + "/members", ada.token(), body(address, "member"))
                        .status())
                .isEqualTo(201);
        api.post(third + "/members", ada.token(), body(address, "member")).isProblem(409, "limit-reached");
        // The address belongs to others, too: twenty open ones of ten people.
        fill(20, gateway.emailIndex(bob.email()), true);
        invite(bob.email(), "member").isProblem(409, "limit-reached");
        gateway.execute(
                "update identity.team_invitations set declined = true where email_index = ?",
                gateway.emailIndex(bob.email()));
        assertThat(invite(bob.email(), "member").status())
                .as("declining makes room")
                .isEqualTo(201);
        fill(200, null, false);
        invite(gateway.user().email(), "member").isProblem(409, "limit-reached");
    }

    @Test
    void destroysTheKeyOfAnAddressWithItsInvitation() {
        String keys = "select count(*) from protection.user_keys where user_id = ?";
        Answer withdrawn = invite(bob.email(), "member");
        UUID first = UUID.fromString(withdrawn.text("invitation_id"));
        assertThat(gateway.count(keys, first)).isOne();
        api.delete(team + "/invitations/" + first, ada.token());
        assertThat(gateway.count(keys, first)).isZero();

        Answer accepted = invite(bob.email(), "member");
        UUID second = UUID.fromString(accepted.text("invitation_id"));
        accept(bob, accepted.text("code"));
        assertThat(gateway.count(keys, second)).isZero();
    }

    /** Invitations by others into teams of their own, or by Ada into her team. */
    private void fill(int count, byte @Nullable [] emailIndex, boolean byOthers) throws SQLException {
        String teamId = team.substring("/api/teams/".length());
        for (int i = 0; i < (byOthers ? count : 1); i++) {
            UUID others = byOthers
                    ? UUID.fromString(anotherTeam().substring("/api/teams/".length()))
                    : UUID.fromString(teamId);
            gateway.execute(
                    """
                    insert into identity.team_invitations
                        (invitation_id, team_id, email_index, sealed_email, role, code_hash, invited_by,
                         created_at, expires_at)
                    select gen_random_uuid(), ?, coalesce(?, sha256(gen_random_uuid()::text::bytea)), '',
                           'member', sha256(gen_random_uuid()::text::bytea), ?, now(),
                           now() + interval '1 day'
                    from generate_series(1, %d)""".formatted(byOthers ? 1 : count),
                    others,
                    emailIndex,
                    gateway.user().id());
        }
    }

    private String anotherTeam() {
        return "/api/teams/"
                + api.post("/api/teams", ada.token(), "{\"name\": \"another\"}").text("team_id");
    }

    private Answer invite(String email, String role) {
        return api.post(team + "/members", ada.token(), body(email, role));
    }

    private static String body(String email, String role) {
        return "{\"email\": \"" + email + "\", \"role\": \"" + role + "\"}";
    }

    private Answer accept(User user, String code) {
        return api.post("/api/invitations/accept", user.token(), "{\"code\": \"" + code + "\"}");
    }

    private Answer withdraw(Answer invited) {
        return api.delete(team + "/invitations/" + invited.text("invitation_id"), ada.token());
    }

    private JsonNode ofTeam() {
        return api.get(team + "/invitations", ada.token()).json().path("invitations");
    }

    private JsonNode received(User user) {
        return api.get("/api/invitations", user.token()).json().path("invitations");
    }
}
