package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OneTimeLinkApiTest {

    private static final String NEXT_PASSWORD = "another long sentence entirely";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void aSignInLinkWorksOnce() {
        User ada = gateway.user();
        Answer created = createSignInLink(ada.token(), Api.PASSWORD);
        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        assertThat(created.header("Cache-Control")).isEqualTo("no-store");
        assertThat(created.text("path")).startsWith("sign-in#mcl_");

        List<Integer> statuses = IntStream.range(0, 6)
                .parallel()
                .mapToObj(_ -> redeem(secret(created)).status())
                .sorted()
                .toList();

        assertThat(statuses).containsExactly(200, 401, 401, 401, 401, 401);
        redeem(secret(created)).isProblem(401, "invalid-link");
        assertThat(api.get("/api/account", ada.token()).status())
                .as("the sign-in that made the link")
                .isEqualTo(200);
    }

    @Test
    void aSignInLinkStartsASessionOfItsUser() {
        User ada = gateway.user();
        Answer tokens = redeem(secret(createSignInLink(ada.token(), Api.PASSWORD)));
        assertThat(tokens.text("user_id")).isEqualTo(ada.id().toString());
        assertThat(api.get("/api/account", tokens.text("access_token")).text("email"))
                .isEqualTo(ada.email());
    }

    @Test
    void aSignInLinkNeedsThePassword() {
        User ada = gateway.user();
        createSignInLink(ada.token(), "not the password")
                .isProblem(403, "wrong-password")
                .withField("current_password");
        api.post("/api/account/sign-in-links", ada.token(), "{}")
                .isProblem(400, "invalid-request")
                .withField("current_password");
    }

    @Test
    void aNewLinkReplacesTheOneBefore() {
        User ada = gateway.user();
        String first = secret(createSignInLink(ada.token(), Api.PASSWORD));
        String second = secret(createSignInLink(ada.token(), Api.PASSWORD));
        redeem(first).isProblem(401, "invalid-link");
        assertThat(redeem(second).status()).isEqualTo(200);
    }

    @Test
    void anOperatorsLinkSetsANewPasswordAndEndsAllSessions() {
        User ada = gateway.user();
        String signInLink = secret(createSignInLink(ada.token(), Api.PASSWORD));
        Answer created = createPasswordLink(ada.email().toUpperCase(Locale.ROOT));
        assertThat(created.status()).as(created.toString()).isEqualTo(201);
        assertThat(created.text("path")).startsWith("new-password#mcl_");
        String secret = secret(created);

        reset(secret, "password1").isProblem(400, "invalid-request").withField("new_password");
        reset(secret, ada.email()).isProblem(400, "invalid-request").withField("new_password");
        Answer tokens = reset(secret, NEXT_PASSWORD);

        assertThat(tokens.status()).as(tokens.toString()).isEqualTo(200);
        assertThat(api.get("/api/account", tokens.text("access_token")).status())
                .isEqualTo(200);
        api.get("/api/account", ada.token()).isProblem(401, "unauthenticated");
        login(ada.email(), Api.PASSWORD).isProblem(401, "invalid-credentials");
        assertThat(login(ada.email(), NEXT_PASSWORD).status()).isEqualTo(200);
        reset(secret, "yet another long sentence").isProblem(401, "invalid-link");
        redeem(signInLink).isProblem(401, "invalid-link");
    }

    @Test
    void linksServeOnlyTheirPurpose() {
        User ada = gateway.user();
        redeem(secret(createPasswordLink(ada.email()))).isProblem(401, "invalid-link");
        reset(secret(createSignInLink(ada.token(), Api.PASSWORD)), NEXT_PASSWORD)
                .isProblem(401, "invalid-link");
        assertThat(login(ada.email(), Api.PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void linksExpire() throws SQLException {
        User ada = gateway.user();
        String signIn = secret(createSignInLink(ada.token(), Api.PASSWORD));
        String password = secret(createPasswordLink(ada.email()));
        gateway.execute("update identity.one_time_links set expires_at = now() where user_id = ?", ada.id());
        redeem(signIn).isProblem(401, "invalid-link");
        reset(password, NEXT_PASSWORD).isProblem(401, "invalid-link");
    }

    @Test
    void changingThePasswordEndsLinks() {
        User ada = gateway.user();
        String password = secret(createPasswordLink(ada.email()));
        Answer changed = api.post(
                "/api/account/password",
                ada.token(),
                "{\"current_password\": \"%s\", \"new_password\": \"%s\"}".formatted(Api.PASSWORD, NEXT_PASSWORD));
        assertThat(changed.status()).isEqualTo(200);
        reset(password, "yet another long sentence").isProblem(401, "invalid-link");
    }

    @Test
    void purgingAnAccountEndsItsLinks() throws SQLException {
        User ada = gateway.user();
        String signIn = secret(createSignInLink(ada.token(), Api.PASSWORD));
        Answer purged = api.sendJson(
                "DELETE", "/api/privacy/purge", ada.token(), "{\"current_password\": \"%s\"}".formatted(Api.PASSWORD));
        assertThat(purged.status()).as(purged.toString()).isIn(200, 202);
        redeem(signIn).isProblem(401, "invalid-link");
        assertThat(gateway.count("select count(*) from identity.one_time_links where user_id = ?", ada.id()))
                .isZero();
    }

    /** An erasure locks the user, then deletes the links: with the other order here both would wait for each other. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void waitsForAnErasureOfTheUser(boolean signsIn) throws Exception {
        User ada = gateway.user();
        String secret = secret(signsIn ? createSignInLink(ada.token(), Api.PASSWORD) : createPasswordLink(ada.email()));
        CompletableFuture<Answer> redeemed;
        try (Connection erasure = gateway.connection();
                Statement statement = erasure.createStatement()) {
            erasure.setAutoCommit(false);
            statement.execute("select 1 from identity.users where user_id = '" + ada.id() + "' for update");
            redeemed = CompletableFuture.supplyAsync(() -> signsIn ? redeem(secret) : reset(secret, NEXT_PASSWORD));
            Eventually.holds(() -> gateway.count("select count(*) from pg_locks l join pg_stat_activity a using (pid)"
                            + " where not l.granted and a.query like '%identity.%'")
                    > 0);
            statement.execute("delete from identity.one_time_links where user_id = '" + ada.id() + "'");
            erasure.commit();
        }
        redeemed.join().isProblem(401, "invalid-link");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/api/admin/password-links | {}                                        | 400 | email",
                "/api/admin/password-links | {\"email\": \"nobody\"}                   | 400 | email",
                "/api/admin/password-links | {\"email\": 1}                            | 400 | email",
                "/api/admin/password-links | {\"email\": \"nobody-here@example.org\"}  | 404 | email",
                "/api/auth/link            | {}                                        | 400 | secret",
                "/api/auth/link            | {\"secret\": \"\"}                        | 400 | secret",
                "/api/auth/link            | {\"secret\": \"x\", \"password\": \"y\"}  | 400 | password",
                "/api/auth/password        | {\"secret\": \"x\"}                       | 400 | new_password",
                "/api/auth/password        | {\"secret\": \"x\", \"new_password\": \"short\"} | 400 | new_password",
            })
    void namesTheFieldOfABadRequest(String path, String body, int status, String field) {
        String token = path.startsWith("/api/admin/") ? GatewayUnderTest.OPERATOR_TOKEN : null;
        api.post(path, token, body)
                .isProblem(status, status == 404 ? "not-found" : "invalid-request")
                .withField(field);
    }

    @Test
    void refusesALongSecret() {
        redeem("x".repeat(128)).isProblem(401, "invalid-link");
        redeem("x".repeat(129)).isProblem(400, "invalid-request").withField("secret");
    }

    @Test
    void storesNoSecretInClear() throws SQLException {
        User ada = gateway.user();
        String secret = secret(createSignInLink(ada.token(), Api.PASSWORD));
        assertThat(gateway.rowsWith("identity", secret)).isEmpty();
    }

    private Answer createSignInLink(String token, String password) {
        return api.post("/api/account/sign-in-links", token, "{\"current_password\": \"" + password + "\"}");
    }

    private Answer createPasswordLink(String email) {
        return api.post("/api/admin/password-links", GatewayUnderTest.OPERATOR_TOKEN, "{\"email\": \"" + email + "\"}");
    }

    private static String secret(Answer created) {
        String path = created.text("path");
        return path.substring(path.indexOf('#') + 1);
    }

    private Answer redeem(String secret) {
        return api.post("/api/auth/link", null, "{\"secret\": \"" + secret + "\"}");
    }

    private Answer reset(String secret, String password) {
        return api.post(
                "/api/auth/password",
                null,
                "{\"secret\": \"%s\", \"new_password\": \"%s\"}".formatted(secret, password));
    }

    private Answer login(String email, String password) {
        return api.post(
                "/api/auth/login", null, "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password));
    }
}
