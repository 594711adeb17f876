package dev.mindfulcode.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.gateway.Api.Answer;
import dev.mindfulcode.gateway.Api.User;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void aNewAccountHasAKeyAndItsEventIsOnTheLog() {
        User ada = gateway.user();
        assertThat(gateway.count("select count(*) from protection.user_keys where user_id = ?", ada.id()))
                .isEqualTo(1);
        try (TestLog log = new TestLog(gateway.platform.bootstrapServers(), gateway.registry())) {
            List<AccountEvent> events = log.read(Topics.ACCOUNTS, ada.id(), 1);
            assertThat(events).hasSize(1);
            assertThat(events.getFirst().getKind()).isEqualTo(AccountEventKind.REGISTERED);
            assertThat(events.getFirst().getTimeZone()).isEqualTo("Europe/Berlin");
        }
        Answer account = api.get("/api/account", ada.token());
        assertThat(account.text("user_id")).isEqualTo(ada.id().toString());
        assertThat(account.text("email")).isEqualTo(ada.email());
        assertThat(account.text("time_zone")).isEqualTo("Europe/Berlin");
    }

    @Test
    void anAddressHasOneAccountHoweverItIsSpelt() {
        User ada = gateway.user();
        Answer again = register(ada.email().toUpperCase(Locale.ROOT), Api.PASSWORD);
        again.isProblem(409, "email-taken").withField("email");
        Answer in = login("  " + ada.email().toUpperCase(Locale.ROOT), Api.PASSWORD);
        assertThat(in.status()).isEqualTo(200);
        assertThat(in.text("user_id")).isEqualTo(ada.id().toString());
        assertThat(in.json().path("expires_in").asInt()).isEqualTo(900);
        assertThat(in.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void aWrongPasswordAndAnUnknownAddressAreAnsweredAlike() {
        User ada = gateway.user();
        double before = hashes();
        Answer wrong = login(ada.email(), "not the password").isProblem(401, "invalid-credentials");
        assertThat(hashes() - before).isEqualTo(1);
        Answer unknown = login("nobody-" + UUID.randomUUID() + "@example.org", "not the password")
                .isProblem(401, "invalid-credentials");
        assertThat(hashes() - before).isEqualTo(2);
        Answer noAddress = login("not an address", "not the password").isProblem(401, "invalid-credentials");
        assertThat(hashes() - before).isEqualTo(3);
        assertThat(unknown.json()).isEqualTo(wrong.json());
        assertThat(noAddress.json()).isEqualTo(wrong.json());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ada",
                "ada@",
                "@example.org",
                "ada@localhost",
                "a da@example.org",
                "ada@exa_mple.org",
                "ada@.org"
            })
    void whatIsNoAddressIsRefused(String email) {
        register(email, Api.PASSWORD).isProblem(400, "invalid-request").withField("email");
    }

    @ParameterizedTest
    @CsvSource({"short", "ada@example.org", "Ada.Lovelace@Example.org", "ada-lovelace", "mindful code", "MindfulCode"})
    void passwordsThatAnybodyWouldTryAreRefused(String password) {
        register("ada.lovelace@example.org", password.equals("ada@example.org") ? "adalovelaceexampleorg" : password)
                .isProblem(400, "invalid-request")
                .withField("password");
    }

    @Test
    void passwordsMayBeLongAndOfAnyLanguage() {
        String emoji = "🦉".repeat(128);
        String email = UUID.randomUUID() + "@example.org";
        assertThat(register(email, emoji).status()).isEqualTo(201);
        assertThat(login(email, emoji).status()).isEqualTo(200);
        register(UUID.randomUUID() + "@example.org", emoji + "🦉")
                .isProblem(400, "invalid-request")
                .withField("password");
    }

    @Test
    void aTimeZoneIsANameOfTheIana() {
        for (String zone : List.of("Mars/Olympus", "+02:00", "")) {
            api.post(
                            "/api/auth/register",
                            null,
                            "{\"email\": \"%s@example.org\", \"password\": \"%s\", \"timezone\": \"%s\"}"
                                    .formatted(UUID.randomUUID(), Api.PASSWORD, zone))
                    .isProblem(400, "invalid-request")
                    .withField("timezone");
        }
    }

    @Test
    void aRefreshTokenIsGoodOnceAndItsReuseEndsTheFamily() {
        User ada = gateway.user();
        Answer next = refresh(ada.refreshToken());
        assertThat(next.status()).isEqualTo(200);
        assertThat(next.text("user_id")).isEqualTo(ada.id().toString());
        Answer third = refresh(next.text("refresh_token"));
        assertThat(third.status()).isEqualTo(200);

        refresh(ada.refreshToken()).isProblem(401, "invalid-refresh-token");
        refresh(third.text("refresh_token")).isProblem(401, "invalid-refresh-token");
        assertThat(login(ada.email(), Api.PASSWORD).status())
                .as("another family")
                .isEqualTo(200);
    }

    @Test
    void loggingOutEndsTheFamilyAndSaysNothingOfTokensThatAreNotKnown() {
        User ada = gateway.user();
        assertThat(logout(ada.refreshToken()).status()).isEqualTo(204);
        refresh(ada.refreshToken()).isProblem(401, "invalid-refresh-token");
        assertThat(logout("unknown").status()).isEqualTo(204);
    }

    @Test
    void neitherTokensNorPasswordsAreInTheDatabase() {
        User ada = gateway.user();
        assertThat(gateway.count(
                        "select count(*) from identity.refresh_tokens where token_hash = convert_to(?, 'UTF8')",
                        ada.refreshToken()))
                .isZero();
        assertThat(gateway.count(
                        "select count(*) from identity.users where user_id = ?"
                                + " and password_hash like '$argon2id$v=19$m=65536,t=3,p=4$%'",
                        ada.id()))
                .isEqualTo(1);
    }

    @Test
    void forgedAndExpiredTokensAreRefused() {
        User ada = gateway.user();
        String id = ada.id().toString();
        Instant soon = Instant.now().plusSeconds(600);
        String good = Tokens.signed(id, soon);
        assertThat(api.get("/api/account", good).status()).isEqualTo(200);
        String secret = GatewayUnderTest.JWT_SECRET;
        String[] bad = {
            Tokens.unsigned(id),
            Tokens.signed(id, Instant.now().minusSeconds(60)),
            Tokens.hmac(
                    "HS256",
                    "HmacSHA256",
                    "another-secret-0123456789-abcdefghijk",
                    Tokens.claims("mindful-code", id, soon)),
            Tokens.hmac("HS512", "HmacSHA512", secret, Tokens.claims("mindful-code", id, soon)),
            Tokens.hmac("HS384", "HmacSHA384", secret, Tokens.claims("mindful-code", id, soon)),
            Tokens.hmac("RS256", "HmacSHA256", secret, Tokens.claims("mindful-code", id, soon)),
            Tokens.hmac("HS256", "HmacSHA256", secret, Tokens.claims("somebody-else", id, soon)),
            Tokens.hmac("HS256", "HmacSHA256", secret, "{\"iss\":\"mindful-code\",\"sub\":\"" + id + "\"}"),
            Tokens.hmac("HS256", "HmacSHA256", secret, Tokens.claims("mindful-code", "admin", soon)),
            good.substring(0, good.length() - 3),
            good.substring(0, good.lastIndexOf('.') + 1),
            "nonsense"
        };
        for (String token : bad) {
            Answer answer = api.get("/api/account", token).isProblem(401, "unauthenticated");
            assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
        }
        api.get("/api/account", null).isProblem(401, "unauthenticated");
    }

    @Test
    void anExpiredAccessTokenDoesNotKeepOneFromRefreshing() {
        User ada = gateway.user();
        String expired = Tokens.signed(ada.id().toString(), Instant.now().minusSeconds(60));
        Answer answer = api.post("/api/auth/refresh", expired, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}");
        assertThat(answer.status()).isEqualTo(200);
    }

    /** How many times a password has been hashed: what could otherwise be read off the clock. */
    private double hashes() {
        String metrics = new String(api.get("/metrics", null).body(), StandardCharsets.UTF_8);
        return metrics.lines()
                .filter(line -> line.startsWith("mindful_gateway_password_hashes_total "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private Answer register(String email, String password) {
        return api.post(
                "/api/auth/register", null, "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password));
    }

    private Answer login(String email, String password) {
        return api.post(
                "/api/auth/login", null, "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password));
    }

    private Answer refresh(String token) {
        return api.post("/api/auth/refresh", null, "{\"refresh_token\": \"" + token + "\"}");
    }

    private Answer logout(String token) {
        return api.post("/api/auth/logout", null, "{\"refresh_token\": \"" + token + "\"}");
    }
}
