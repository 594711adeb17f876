package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TeamApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final User bob = gateway.user();

    @Test
    void createsATeamOwnedByItsCreator() {
        Answer made = api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}");
        assertThat(made.status()).isEqualTo(201);
        assertThat(made.text("role")).isEqualTo("owner");
        assertThat(made.text("plan")).isEqualTo("free");
        assertThat(made.json().path("members").asInt()).isEqualTo(1);
        assertThat(made.json().path("consent").asBoolean(true)).isFalse();
        assertThat(api.get("/api/teams/" + made.text("team_id"), ada.token()).json())
                .isEqualTo(made.json());
        assertThat(api.get("/api/teams", ada.token()).json().path("teams"))
                .singleElement()
                .isEqualTo(made.json());
        assertThat(api.get("/api/teams", bob.token()).json().path("teams")).isEmpty();
        api.get("/api/teams/" + made.text("team_id"), bob.token()).isProblem(404, "not-found");
    }

    @Test
    void onlyTheMemberGivesConsentAfterJoining() {
        String team = team();
        add(team, bob, "member");
        assertThat(api.get(team, bob.token()).json().path("consent").asBoolean(true))
                .isFalse();
        Answer given = api.put(team + "/consent", bob.token(), "{\"consent\": true}");
        assertThat(given.status()).isEqualTo(200);
        assertThat(given.json().path("consent").asBoolean()).isTrue();
        assertThat(api.get(team, bob.token()).json().path("consent").asBoolean())
                .isTrue();
        api.put(team + "/consent", bob.token(), "{\"consent\": \"yes\"}")
                .isProblem(400, "invalid-request")
                .withField("consent");
    }

    @Test
    void showsAddressesToAdminsAndConsentToTheMemberOnly() {
        String team = team();
        User carl = gateway.user();
        add(team, bob, "member");
        add(team, carl, "admin");
        api.put(team + "/consent", bob.token(), "{\"consent\": true}");
        for (User administrator : List.of(ada, carl)) {
            String seen = body(api.get(team + "/members", administrator.token()));
            assertThat(seen).contains(ada.email(), bob.email(), carl.email()).doesNotContain("\"consent\":true");
        }
        String seen = body(api.get(team + "/members", bob.token()));
        assertThat(seen)
                .contains(
                        bob.email(),
                        "\"consent\":true",
                        ada.id().toString(),
                        carl.id().toString())
                .doesNotContain(ada.email(), carl.email());
    }

    private static String body(Answer answer) {
        return new String(answer.body(), StandardCharsets.UTF_8);
    }

    @Test
    void keepsAtLeastOneOwner() {
        String team = team();
        String me = team + "/members/" + ada.id();
        api.delete(me, ada.token()).isProblem(409, "last-owner");
        api.put(me, ada.token(), "{\"role\": \"admin\"}").isProblem(409, "last-owner");
        add(team, bob, "owner");
        assertThat(api.put(me, ada.token(), "{\"role\": \"viewer\"}").text("role"))
                .isEqualTo("viewer");
        api.delete(team + "/members/" + bob.id(), bob.token()).isProblem(409, "last-owner");
        assertThat(api.delete(me, ada.token()).status()).isEqualTo(204);
        api.get(team, ada.token()).isProblem(404, "not-found");
    }

    @Test
    void keepsOneOwnerWhenAllLeaveConcurrently() throws Exception {
        String team = team();
        List<User> owners = new ArrayList<>(List.of(ada));
        for (int i = 0; i < 7; i++) {
            User owner = gateway.user();
            add(team, owner, "owner");
            owners.add(owner);
        }
        List<Callable<Answer>> leaving = new ArrayList<>();
        for (User owner : owners) {
            leaving.add(() -> api.delete(team + "/members/" + owner.id(), owner.token()));
        }
        List<Integer> statuses = statusesOfAllAtOnce(leaving);
        assertThat(statuses).containsOnly(204, 409);
        assertThat(statuses.stream().filter(status -> status == 409)).hasSize(1);
        assertThat(gateway.count(
                        "select count(*) from identity.team_members where team_id = ? and role = 'owner'",
                        UUID.fromString(team.substring("/api/teams/".length()))))
                .isEqualTo(1);
    }

    private static List<Integer> statusesOfAllAtOnce(List<Callable<Answer>> requests) throws Exception {
        List<Integer> statuses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<Answer> answer : threads.invokeAll(requests)) {
                statuses.add(answer.get().status());
            }
        }
        return statuses;
    }

    @Test
    void limitsTeamsPerUserAndMembersPerTeam() throws Exception {
        for (int i = 0; i < 50; i++) {
            assertThat(api.post("/api/teams", ada.token(), "{\"name\": \"t\"}").status())
                    .isEqualTo(201);
        }
        api.post("/api/teams", ada.token(), "{\"name\": \"one too many\"}").isProblem(409, "limit-reached");
        String bobs = api.post("/api/teams", bob.token(), "{\"name\": \"b\"}").text("team_id");
        acceptInvitation(bobs, ada).isProblem(409, "limit-reached");
        try (var connection = gateway.connection();
                var insert = connection.prepareStatement("""
                        with made as (
                            insert into identity.users (user_id, password_hash, time_zone, created_at)
                            select gen_random_uuid(), 'x', 'UTC', now()
                            from generate_series(1, 199) returning user_id)
                        insert into identity.team_members (team_id, user_id, role, joined_at, changed_at)
                        select ?::uuid, user_id, 'viewer', now(), now() from made""")) {
            insert.setString(1, bobs);
            insert.executeUpdate();
        }
        acceptInvitation(bobs, gateway.user()).isProblem(409, "limit-reached");
    }

    private Answer acceptInvitation(String bobs, User invited) {
        String code = api.post("/api/teams/" + bobs + "/members", bob.token(), """
                {"email": "%s", "role": "member"}""".formatted(invited.email()))
                .text("code");
        return api.post("/api/invitations/accept", invited.token(), "{\"code\": \"" + code + "\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{}|name",
                "{\"name\": \" \"}|name",
                "{\"name\": 7}|name",
                "{\"name\": \"a\\u0000b\"}|name",
            })
    void rejectsInvalidTeamNames(String json, String field) {
        api.post("/api/teams", ada.token(), json)
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    @Test
    void rejectsInvalidRolesAndAddresses() {
        String team = team();
        invite(team, bob.email(), "boss").isProblem(400, "invalid-request").withField("role");
        invite(team, "no address", "member").isProblem(400, "invalid-request").withField("email");
        api.put(team + "/members/" + ada.id(), ada.token(), "{}")
                .isProblem(400, "invalid-request")
                .withField("role");
        api.put(team + "/members/" + UUID.randomUUID(), ada.token(), "{\"role\": \"member\"}")
                .isProblem(404, "not-found");
        api.get("/api/teams/nonsense", ada.token()).isProblem(404, "not-found");
    }

    @Test
    void publishesMembershipChangesInOrder() {
        String team = team();
        UUID teamId = UUID.fromString(team.substring("/api/teams/".length()));
        add(team, bob, "member");
        api.put(team + "/consent", bob.token(), "{\"consent\": true}");
        api.put(team + "/consent", bob.token(), "{\"consent\": true}");
        api.put(team + "/members/" + bob.id(), ada.token(), "{\"role\": \"admin\"}");
        api.delete(team + "/members/" + bob.id(), bob.token());
        try (TestKafka log = gateway.log()) {
            List<AccountEvent> events = log.read(Topics.ACCOUNTS, bob.id(), 5);
            assertThat(events)
                    .extracting(AccountEvent::getKind)
                    .containsExactly(
                            AccountEventKind.REGISTERED,
                            AccountEventKind.JOINED_TEAM,
                            AccountEventKind.CONSENT_CHANGED,
                            AccountEventKind.ROLE_CHANGED,
                            AccountEventKind.LEFT_TEAM);
            assertThat(events)
                    .as("whether the member is a viewer")
                    .extracting(AccountEvent::getTeamViewer)
                    .containsExactly(null, false, null, false, null);
            assertThat(events.subList(1, 5)).extracting(AccountEvent::getTeamId).containsOnly(teamId);
            assertThat(events.get(2).getTeamConsent()).isTrue();
        }
    }

    private String team() {
        return "/api/teams/"
                + api.post("/api/teams", ada.token(), "{\"name\": \"team\"}").text("team_id");
    }

    private void add(String team, User user, String role) {
        gateway.join(team.substring("/api/teams/".length()), ada, user, role);
    }

    private Answer invite(String team, String email, String role) {
        return api.post(team + "/members", ada.token(), """
                {"email": "%s", "role": "%s"}""".formatted(email, role));
    }
}
