package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.accounts.TestAccount;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** Two gateways on one database, without JWT_SECRET and with another issuer that they trust. */
@Timeout(400) // a stream that should have been refused never ends
class TokensAcrossGatewaysTest {

    /** Within a second or so, says the contract; a test machine may be busy. */
    private static final Duration HEARD_OF_WITHIN = Duration.ofMinutes(1);

    private static OtherIssuer issuer;
    private static Map<String, Object> environment;
    private static ConfigurableApplicationContext first;
    private static ConfigurableApplicationContext second;
    private static Api here;
    private static Api there;

    @BeforeAll
    static void start() {
        Platform platform = GatewayUnderTest.platform();
        issuer = OtherIssuer.start();
        environment = new HashMap<>(GatewayUnderTest.environment(platform));
        environment.remove("JWT_SECRET");
        environment.put("OIDC_ISSUER_URI", issuer.uri());
        first = startGateway(environment);
        second = startGateway(environment);
        here = new Api(GatewayUnderTest.port(first));
        there = new Api(GatewayUnderTest.port(second));
    }

    @AfterAll
    static void stop() {
        first.close();
        second.close();
        issuer.close();
    }

    @Test
    void publishesOneModelOfAnIdThatBothReceiveAtOnce() {
        for (int round = 0; round < 3; round++) {
            String id = "both-" + round;
            List<CompletableFuture<Integer>> sent = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.supplyAsync(
                            () -> (i % 2 == 0 ? here : there)
                                    .post(
                                            "/api/admin/models",
                                            GatewayUnderTest.OPERATOR_TOKEN,
                                            AdminApiTest.model(id, i))
                                    .status(),
                            task -> Thread.ofVirtual().start(task)))
                    .toList();

            assertThat(sent.stream().map(CompletableFuture::join)).containsOnlyOnce(201);
        }
    }

    @Test
    void signsWithAPublishedKeyWithoutASecret() throws Exception {
        User ada = user();
        SignedJWT token = SignedJWT.parse(ada.token());
        assertThat(token.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
        Answer served = there.get("/.well-known/jwks.json", null);
        assertThat(served.header("Content-Type")).isEqualTo("application/jwk-set+json");
        assertThat(served.header("Cache-Control")).contains("max-age=300");
        JWKSet keys = JWKSet.parse(new String(served.body(), StandardCharsets.UTF_8));
        ECKey key = keys.getKeyByKeyId(token.getHeader().getKeyID()).toECKey();
        assertThat(key.isPrivate()).isFalse();
        assertThat(token.verify(new ECDSAVerifier(key))).isTrue();
        assertThat(token.getJWTClaimsSet().getSubject()).isEqualTo(ada.id().toString());
        assertThat(there.get("/api/account", ada.token()).status()).isEqualTo(200);
    }

    @Test
    void redeemsATicketOnceAtAnyGateway() {
        User ada = user();
        String ticket = ticket(here, ada.token());
        assertThat(ticket).hasSize(43);
        assertThat(number("select count(*) from gateway.live_tickets where encode(ticket_hash, 'escape') like '%"
                        + ticket + "%'"))
                .isZero();
        String stream = "/api/flow/stream?ticket=";
        EventStreamClient.open(there, there.request(stream + ticket, null).GET().build())
                .close();
        for (Api gateway : List.of(here, there)) {
            gateway.get(stream + ticket, null).isProblem(401, "unauthenticated");
        }
        // Neither a token in a URL, nor a made-up ticket, nor a ticket for anything but a live connection.
        here.get("/api/flow/stream?token=" + ada.token(), null).isProblem(401, "unauthenticated");
        here.get(stream + ada.token(), null).isProblem(401, "unauthenticated");
        here.get(stream + "x".repeat(43), null).isProblem(401, "unauthenticated");
        here.get("/api/account?ticket=" + ticket(here, ada.token()), null).isProblem(401, "unauthenticated");
        here.post("/api/live/tickets", null, "").isProblem(401, "unauthenticated");
        try (LiveWebSocketClient socket =
                LiveWebSocketClient.open(there, "/ws?ticket=" + ticket(here, ada.token()), null)) {
            socket.send("{\"type\": \"ping\"}");
            socket.next(LiveWebSocketClient.ofType("pong"));
        }
    }

    @Test
    void refusesATicketAfterExpiryOrRevocation() {
        User ada = user();
        String old = ticket(here, ada.token());
        execute("update gateway.live_tickets set expires_at = created_at - interval '1 second'");
        there.get("/api/flow/stream?ticket=" + old, null).isProblem(401, "unauthenticated");

        String ofRevoked = ticket(here, ada.token());
        try (EventStreamClient opened = EventStreamClient.open(
                there,
                there.request("/api/flow/stream?ticket=" + ticket(here, ada.token()), null)
                        .GET()
                        .build())) {
            here.post("/api/auth/logout", null, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}");
            while (!opened.nextLine().equals("END")) {
                // until the server has ended it
            }
        }
        here.get("/api/flow/stream?ticket=" + ofRevoked, null).isProblem(401, "unauthenticated");
    }

    @Test
    void limitsTicketsPerUser() {
        User ada = user();
        String first = ticket(here, ada.token());
        for (int i = 0; i < 16; i++) {
            ticket(i % 2 == 0 ? here : there, ada.token());
        }
        assertThat(number("select count(*) from gateway.live_tickets where user_id = '" + ada.id() + "'"))
                .isEqualTo(16);
        here.get("/api/flow/stream?ticket=" + first, null).isProblem(401, "unauthenticated");
    }

    private static String ticket(Api gateway, String token) {
        Answer made = gateway.post("/api/live/tickets", token, "");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        return made.text("ticket");
    }

    @Test
    void storesThePrivateKeySealed() {
        assertThat(number("select count(*) from identity.signing_keys where public_jwk like '%\"d\"%'"))
                .isZero();
        // PKCS #8 of a P-256 key begins so.
        assertThat(number("select count(*) from identity.signing_keys where sealed_private_key is null or"
                        + " strpos(encode(sealed_private_key, 'hex'), '30410201') > 0"))
                .isZero();
    }

    @Test
    void rotatesSigningKeysAndStillAcceptsTheOldKey() throws Exception {
        User ada = user();
        String before = SignedJWT.parse(ada.token()).getHeader().getKeyID();
        execute("update identity.signing_keys set created_at = created_at - interval '91 days'");
        try (ConfigurableApplicationContext third = startGateway(environment)) {
            Api elsewhere = new Api(GatewayUnderTest.port(third));
            Answer signedIn = login(elsewhere, ada.email());
            assertThat(SignedJWT.parse(signedIn.text("access_token"))
                            .getHeader()
                            .getKeyID())
                    .isNotEqualTo(before);
            assertThat(here.get("/api/account", signedIn.text("access_token")).status())
                    .as("a key that is new to this gateway")
                    .isEqualTo(200);
            assertThat(elsewhere.get("/api/account", ada.token()).status())
                    .as("the key before")
                    .isEqualTo(200);
            assertThat(elsewhere.get("/.well-known/jwks.json", null).json().path("keys"))
                    .hasSizeGreaterThan(1);
        }
    }

    @Test
    void logoutRevokesAccessTokensOnEveryGateway() {
        User ada = user();
        assertThat(there.get("/api/account", ada.token()).status()).isEqualTo(200);

        here.post("/api/auth/logout", null, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}");

        here.get("/api/account", ada.token()).isProblem(401, "unauthenticated");
        awaitRefused(there, ada.token());
    }

    @Test
    void concurrentRefreshesOnSeveralGatewaysReturnOneSuccessor() {
        User ada = user();

        List<Answer> answers = IntStream.range(0, 6)
                .parallel()
                .mapToObj(i -> refresh(i % 2 == 0 ? here : there, ada.refreshToken()))
                .toList();

        assertThat(answers).allSatisfy(answer -> {
            assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
            assertThat(here.get("/api/account", answer.text("access_token")).status())
                    .isEqualTo(200);
        });
        assertThat(answers.stream().map(answer -> answer.text("refresh_token")).distinct())
                .hasSize(1);
        assertThat(number("select count(*) from identity.refresh_tokens t join identity.refresh_families f using"
                        + " (family_id) where f.user_id = '" + ada.id() + "'"))
                .isEqualTo(2);
        Answer next = refresh(there, answers.getFirst().text("refresh_token"));
        assertThat(next.status()).as("the session continues").isEqualTo(200);
    }

    @Test
    void repeatsALostRefreshResponseOnAnotherGateway() {
        User ada = user();
        Answer lost = refresh(here, ada.refreshToken());

        Answer again = refresh(there, ada.refreshToken());

        assertThat(again.status()).as(again.toString()).isEqualTo(200);
        assertThat(again.text("refresh_token")).isEqualTo(lost.text("refresh_token"));
        assertThat(refresh(here, again.text("refresh_token")).status()).isEqualTo(200);
        assertThat(there.get("/api/account", lost.text("access_token")).status())
                .isEqualTo(200);
    }

    @Test
    void successorsAreStoredSealedUntilTheyAreUsed() {
        User ada = user();
        String next = refresh(here, ada.refreshToken()).text("refresh_token");
        String sealed =
                "select count(*) from identity.refresh_tokens t join identity.refresh_families f using (family_id)"
                        + " where f.user_id = '" + ada.id() + "' and t.sealed_successor is not null";
        assertThat(number(sealed)).isEqualTo(1);
        assertThat(number(sealed + " and strpos(encode(t.sealed_successor, 'escape'), '" + next + "') > 0"))
                .isZero();

        refresh(here, next);

        assertThat(number(sealed + " and t.token_hash = sha256('" + ada.refreshToken() + "')"))
                .isZero();
    }

    @Test
    void replacedTokenRevokesItsFamilyOnEveryGatewayAfterTheGracePeriod() {
        User ada = user();
        Answer next = refresh(here, ada.refreshToken());
        assertThat(there.get("/api/account", next.text("access_token")).status())
                .isEqualTo(200);
        execute("update identity.refresh_tokens set used_at = used_at - interval '21 s' where token_hash = sha256('"
                + ada.refreshToken() + "')");

        refresh(there, ada.refreshToken()).isProblem(401, "invalid-refresh-token");

        there.get("/api/account", next.text("access_token")).isProblem(401, "unauthenticated");
        awaitRefused(here, next.text("access_token"));
        awaitRefused(here, ada.token());
        refresh(here, next.text("refresh_token")).isProblem(401, "invalid-refresh-token");
    }

    @Test
    void replacedTokenRevokesItsFamilyOnceItsSuccessorIsUsed() {
        User ada = user();
        Answer next = refresh(here, ada.refreshToken());
        Answer third = refresh(there, next.text("refresh_token"));
        assertThat(third.status()).isEqualTo(200);

        refresh(there, ada.refreshToken()).isProblem(401, "invalid-refresh-token");

        there.get("/api/account", third.text("access_token")).isProblem(401, "unauthenticated");
        refresh(here, third.text("refresh_token")).isProblem(401, "invalid-refresh-token");
    }

    @Test
    void passwordChangeRevokesEarlierTokensOnEveryGateway() {
        User ada = user();
        assertThat(there.get("/api/account", ada.token()).status()).isEqualTo(200);

        Answer fresh = here.post("/api/account/password", ada.token(), """
            {"current_password": "%s", "new_password": "another long sentence entirely"}\
            """.formatted(Api.PASSWORD));

        awaitRefused(there, ada.token());
        assertThat(there.get("/api/account", fresh.text("access_token")).status())
                .isEqualTo(200);
    }

    @Test
    void liveConnectionsEndWithTheFamilyThatOpenedThem() {
        User ada = user();
        try (LiveWebSocketClient socket = LiveWebSocketClient.connect(there, ada.token());
                EventStreamClient events = EventStreamClient.connect(there, ada.token())) {
            socket.send("{\"type\": \"ping\"}");
            socket.next(LiveWebSocketClient.ofType("pong"));

            here.post("/api/auth/logout", null, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}");

            assertThat(socket.next(LiveWebSocketClient.ofType("error"))
                            .path("code")
                            .asString())
                    .isEqualTo("token_expired");
            assertThat(socket.closeStatus()).isEqualTo(4401);
            events.upTo(LiveWebSocketClient.ofType("error"));
        }
    }

    @Test
    void acceptsAnApiKeyOnEveryGatewayUntilItIsRevoked() {
        User ada = user();
        Answer key = here.post("/api/keys", ada.token(), "{\"name\": \"editor\", \"scope\": \"ingest\"}");
        assertThat(there.post("/api/sessions/start", key.text("key"), "{}").status())
                .isEqualTo(201);

        here.send(here.request("/api/keys/" + key.text("key_id"), ada.token())
                .DELETE()
                .build());

        long deadlineNs = System.nanoTime() + HEARD_OF_WITHIN.toNanos();
        while (there.post("/api/sessions/start", key.text("key"), "{}").status() != 401) {
            assertThat(System.nanoTime() - deadlineNs).as("revoked in time").isNegative();
        }
    }

    @Test
    void refusesForgedTokens() throws Exception {
        User ada = user();
        JWTClaimsSet claims = SignedJWT.parse(ada.token()).getJWTClaimsSet();
        String kid = SignedJWT.parse(ada.token()).getHeader().getKeyID();
        byte[] published = here.get("/.well-known/jwks.json", null).body();
        ECKey servedKey = JWKSet.parse(new String(published, StandardCharsets.UTF_8))
                .getKeyByKeyId(kid)
                .toECKey();
        ECKey own = new ECKeyGenerator(Curve.P_256).keyID("own").generate();
        List<String> forged = List.of(
                Tokens.unsigned(ada.id().toString()),
                ada.token().substring(0, ada.token().lastIndexOf('.') + 1),
                hs256(kid, published, claims),
                hs256(kid, servedKey.toJSONString().getBytes(StandardCharsets.UTF_8), claims),
                hs256(kid, servedKey.toECPublicKey().getEncoded(), claims),
                es256(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(kid), own, claims),
                es256(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("own"), own, claims),
                es256(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("own").jwk(own.toPublicJWK()), own, claims),
                es256(
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("own")
                                .jwkURL(URI.create("https://attacker.example.org/jwks.json")),
                        own,
                        claims),
                Tokens.signed(ada.id().toString(), Instant.now().plusSeconds(600)));
        assertThat(here.get("/api/account", ada.token()).status()).isEqualTo(200);
        forged.forEach(token -> here.get("/api/account", token).isProblem(401, "unauthenticated"));
    }

    @Test
    void createsAnAccountOnFirstSignInAtAnIssuer() {
        String subject = issuer.newSubject();

        Answer account = here.get("/api/account", issuer.token(subject));

        assertThat(account.status()).as(account.toString()).isEqualTo(200);
        UUID userId = UUID.fromString(account.text("user_id"));
        assertThat(account.text("email")).isEqualTo(subject + "@issuer.example.org");
        assertThat(there.get("/api/account", issuer.token(subject)).text("user_id"))
                .isEqualTo(userId.toString());
        assertThat(number("select count(*) from protection.user_keys where user_id = '" + userId + "'"))
                .isEqualTo(1);
        assertThat(number("select count(*) from identity.users where password_hash is null and user_id = '" + userId
                        + "'"))
                .isEqualTo(1);
        SchemaRegistry registry = new SchemaRegistry(String.valueOf(environment.get("SCHEMA_REGISTRY_URL")), true);
        try (TestKafka log = new TestKafka(
                String.valueOf(environment.get("KAFKA_BOOTSTRAP_SERVERS")), registry, first.getBean(UserKeys.class))) {
            List<AccountEvent> events = log.read(Topics.ACCOUNTS, userId, 1);
            assertThat(events.getFirst().getKind()).isEqualTo(AccountEventKind.REGISTERED);
        }
        assertThat(here.post("/api/sessions/start", issuer.token(subject), "{}").status())
                .isEqualTo(201);
    }

    @Test
    void concurrentFirstSignInsCreateOneAccount() {
        String subject = issuer.newSubject();
        List<String> tokens =
                IntStream.range(0, 6).mapToObj(i -> issuer.token(subject)).toList();

        List<String> users = IntStream.range(0, 6)
                .parallel()
                .mapToObj(i -> (i % 2 == 0 ? here : there).get("/api/account", tokens.get(i)))
                .map(answer -> answer.status() + " " + answer.text("user_id"))
                .distinct()
                .toList();

        assertThat(users).hasSize(1).first().asString().startsWith("200 ");
        assertThat(number("select count(*) from identity.users where email_index is not null and user_id = '"
                        + users.getFirst().substring("200 ".length()) + "'"))
                .isEqualTo(1);
    }

    @Test
    void doesNotLinkAnIssuersUserToAnExistingAddress() {
        String subject = issuer.newSubject();
        User ada = here.register(subject + "@issuer.example.org");

        Answer account = here.get("/api/account", issuer.token(subject));

        assertThat(account.status()).isEqualTo(200);
        assertThat(account.text("user_id")).isNotEqualTo(ada.id().toString());
        assertThat(account.json().has("email")).isFalse();
    }

    @Test
    void refusesPasswordUseForAccountsWithoutOne() {
        String subject = issuer.newSubject();
        String token = issuer.token(subject);
        here.post("/api/account/password", token, """
            {"current_password": "any sentence", "new_password": "another long sentence entirely"}\
            """).isProblem(403, "forbidden");
        login(here, subject + "@issuer.example.org").isProblem(401, "invalid-credentials");
        String address = UUID.randomUUID() + "@example.org";
        assertThat(here.sendJson("PATCH", "/api/account", token, "{\"email\": \"" + address + "\"}")
                        .text("email"))
                .isEqualTo(address);
    }

    @Test
    void purgeOfAnAccountWithoutAPasswordNeedsARecentSignIn() throws Exception {
        String subject = issuer.newSubject();
        String recent = issuer.token(subject);
        UUID userId = UUID.fromString(here.get("/api/account", recent).text("user_id"));
        assertThat(there.get("/api/account", recent).status()).isEqualTo(200);
        String undated = issuer.signed(issuer.uri(), subject, Instant.now().plusSeconds(300));
        here.delete("/api/privacy/purge", undated).isProblem(401, "unauthenticated");

        try (LiveWebSocketClient socket = LiveWebSocketClient.connect(there, recent)) {
            Answer accepted = here.delete("/api/privacy/purge", recent);

            assertThat(accepted.status()).as(accepted.toString()).isEqualTo(202);
            here.get("/api/account", recent).isProblem(401, "unauthenticated");
            awaitRefused(there, recent);
            assertThat(socket.closeStatus()).isEqualTo(4401);
            assertThat(there.get(accepted.text("status_url"), null).status()).isEqualTo(200);
        }
        there.get("/api/account", undated).isProblem(401, "unauthenticated");
        assertThat(number("select count(*) from identity.external_identities where issuer = '" + issuer.uri()
                        + "' and user_id = '" + userId + "'"))
                .as("a token from before the purge creates no account")
                .isZero();
        Eventually.holds(() -> here.get("/api/account", issuer.token(subject)).status() == 200);
        assertThat(number("select count(*) from identity.external_identities where user_id = '" + userId + "'"))
                .isZero();
    }

    @Test
    void refusesForeignAndExpiredIssuerTokens() throws Exception {
        String subject = issuer.newSubject();
        Instant soon = Instant.now().plusSeconds(300);
        assertThat(here.get("/api/account", issuer.signed(issuer.uri(), subject, soon))
                        .status())
                .isEqualTo(200);
        here.get(
                        "/api/account",
                        issuer.signed(issuer.uri(), subject, Instant.now().minusSeconds(60)))
                .isProblem(401, "unauthenticated");
        here.get("/api/account", issuer.signed("https://elsewhere.example.org", subject, soon))
                .isProblem(401, "unauthenticated");
        here.get("/api/account", issuer.signed("mindful-code", UUID.randomUUID().toString(), soon))
                .isProblem(401, "unauthenticated");
        // The issuer's published key as an HMAC secret, and tokens without a signature.
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(issuer.uri())
                .subject(subject)
                .expirationTime(Date.from(soon))
                .build();
        here.get("/api/account", hs256("x", issuer.publishedKeys(), claims)).isProblem(401, "unauthenticated");
        here.get("/api/account", new com.nimbusds.jwt.PlainJWT(claims).serialize())
                .isProblem(401, "unauthenticated");
        try (OtherIssuer stranger = OtherIssuer.start()) {
            here.get("/api/account", stranger.token(stranger.newSubject())).isProblem(401, "unauthenticated");
            here.get("/api/account", stranger.signed(issuer.uri(), subject, soon))
                    .isProblem(401, "unauthenticated");
        }
    }

    @Test
    void refusesOtherAudiencesAndReportsAnUnavailableIssuer() {
        String subject = issuer.newSubject();
        Map<String, Object> settings = new HashMap<>(environment);
        settings.put("OIDC_AUDIENCE", subject);
        try (ConfigurableApplicationContext third = startGateway(settings)) {
            Api strict = new Api(GatewayUnderTest.port(third));
            assertThat(strict.get("/api/account", issuer.token(subject)).status())
                    .isEqualTo(200);
            strict.get("/api/account", issuer.token(issuer.newSubject())).isProblem(401, "unauthenticated");
        }
        OtherIssuer gone = OtherIssuer.start();
        String token = gone.token(gone.newSubject());
        settings.put("OIDC_ISSUER_URI", gone.uri());
        settings.remove("OIDC_AUDIENCE");
        gone.close();
        try (ConfigurableApplicationContext third = startGateway(settings)) {
            Api alone = new Api(GatewayUnderTest.port(third));
            alone.get("/api/account", token).isProblem(503, "unavailable");
            assertThat(alone.get("/health", null).status()).isEqualTo(200);
        }
    }

    private static User user() {
        String email = UUID.randomUUID() + "@example.org";
        TestAccount user = TestAccount.with(first, email);
        return new User(user.userId(), email, user.accessToken(), user.refreshToken());
    }

    private static Answer login(Api api, String email) {
        return api.post(
                "/api/auth/login", null, "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, Api.PASSWORD));
    }

    private static Answer refresh(Api api, String token) {
        return api.post("/api/auth/refresh", null, "{\"refresh_token\": \"" + token + "\"}");
    }

    private static void awaitRefused(Api api, String token) {
        long deadlineNs = System.nanoTime() + HEARD_OF_WITHIN.toNanos();
        while (api.get("/api/account", token).status() != 401) {
            assertThat(System.nanoTime() - deadlineNs).as("refused in time").isNegative();
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static String hs256(String kid, byte[] secret, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(kid).build(), claims);
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    private static String es256(JWSHeader.Builder header, ECKey key, JWTClaimsSet claims) throws Exception {
        SignedJWT token = new SignedJWT(header.build(), claims);
        token.sign(new ECDSASigner(key));
        return token.serialize();
    }

    private static ConfigurableApplicationContext startGateway(Map<String, Object> settings) {
        return GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, settings);
    }

    private static long number(String sql) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(String sql) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connection() throws SQLException {
        return PostgresUrl.parse(String.valueOf(environment.get("DATABASE_URL")))
                .dataSource()
                .getConnection();
    }
}
