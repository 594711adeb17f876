package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.accounts.TestAccount;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AccountApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void registrationCreatesAKeyAndPublishesAnEvent() {
        User ada = gateway.user();
        assertThat(gateway.count("select count(*) from protection.user_keys where user_id = ?", ada.id()))
                .isEqualTo(1);
        try (TestKafka log = gateway.log()) {
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
    void registersWithUtcForAnUnknownTimeZone() {
        Answer answer = api.post("/api/auth/register", null, """
                {"email": "%s@example.org", "password": "%s", "timezone": "Etc/Unknown"}\
                """.formatted(UUID.randomUUID(), Api.PASSWORD));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        assertThat(answer.text("timezone")).isEqualTo("UTC");
        assertThat(answer.text("notice"))
                .contains("Etc/Unknown")
                .contains("UTC")
                .contains("PATCH /api/account");
        String token = answer.text("access_token");
        assertThat(api.get("/api/account", token).text("time_zone")).isEqualTo("UTC");

        Answer changed = api.patch("/api/account", token, "{\"timezone\": \"UTC+2\"}");
        assertThat(changed.text("time_zone")).isEqualTo("Etc/GMT-2");
        api.patch("/api/account", token, "{\"timezone\": \"Etc/Unknown\"}")
                .isProblem(400, "invalid-request")
                .withField("timezone");
    }

    @Test
    void refusesASecondAccountForAnotherSpellingOfAnAddress() {
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
    void answersAWrongPasswordLikeAnUnknownAddress() {
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
    void rejectsInvalidAddresses(String email) {
        register(email, Api.PASSWORD).isProblem(400, "invalid-request").withField("email");
    }

    @ParameterizedTest
    @CsvSource({
        "short",
        "ada@example.org",
        "Ada.Lovelace@Example.org",
        "ada-lovelace",
        "Lovelace1815",
        "mindful code",
        "MindfulCode",
        "MindfulC0de!",
        "password",
        "P@ssw0rd1",
        "12345678",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "letmein2024",
        "iloveyou2",
        "01.01.1990"
    })
    void rejectsEasilyGuessedPasswords(String password) {
        Answer answer = register(
                        "ada.lovelace@example.org",
                        password.equals("ada@example.org") ? "adalovelaceexampleorg" : password)
                .isProblem(400, "invalid-request")
                .withField("password");
        assertThat(answer.text("detail").replace("password", "")).doesNotContain(password);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a long enough sentence",
                "correct horse battery staple",
                "kein Mensch errät diesen Satz",
                "yK4!mdq2zP",
                "长城外面的古道边有一只猫"
            })
    void acceptsPasswordsWithoutSpecialCharacters(String password) {
        assertThat(register(UUID.randomUUID() + "@example.org", password).status())
                .isEqualTo(201);
    }

    @Test
    void explainsWhyAPasswordIsRejected() {
        Answer answer = register(UUID.randomUUID() + "@example.org", "qwertyuiop");
        assertThat(answer.text("detail")).contains("easily guessed", "unusual words");
    }

    /** zxcvbn sees the beginning and the end of it only, and a cut through the address would hide the address. */
    @Test
    void rejectsALongAddressAsPassword() {
        String address = UUID.randomUUID() + "@a-domain-with-a-long-name.example.org";
        register(address, address.toUpperCase(Locale.ROOT))
                .isProblem(400, "invalid-request")
                .withField("password");
    }

    @Test
    void rejectsTheUsersNameAsPassword() {
        api.post("/api/auth/register", null, """
            {"email": "%s@example.org", "name": "Wilhelmina Featherstonehaugh",
             "password": "featherstonehaugh"}\
            """.formatted(UUID.randomUUID()))
                .isProblem(400, "invalid-request")
                .withField("password");
    }

    @Test
    void acceptsLongPasswordsInAnyScript() {
        String emoji = new java.util.Random(7)
                .ints(128, 0x1F400, 0x1F4FF)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        String email = UUID.randomUUID() + "@example.org";
        assertThat(register(email, emoji).status()).isEqualTo(201);
        assertThat(login(email, emoji).status()).isEqualTo(200);
        register(UUID.randomUUID() + "@example.org", emoji + "🦉")
                .isProblem(400, "invalid-request")
                .withField("password");
    }

    @Test
    void rejectsAChangeToAnUnknownTimeZone() {
        User ada = gateway.user();
        for (String zone : List.of("Mars/Olympus", "Local", "")) {
            patch(ada.token(), "{\"timezone\": \"%s\"}".formatted(zone))
                    .isProblem(400, "invalid-request")
                    .withField("timezone");
        }
    }

    @Test
    void revokesTheFamilyWhenARefreshTokenIsReused() {
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
    void logoutRevokesTheFamilyAndIgnoresUnknownTokens() {
        User ada = gateway.user();
        assertThat(logout(ada.refreshToken()).status()).isEqualTo(204);
        refresh(ada.refreshToken()).isProblem(401, "invalid-refresh-token");
        assertThat(logout("unknown").status()).isEqualTo(204);
    }

    @Test
    void passwordChangeRevokesAllOtherSessions() {
        User ada = gateway.user();
        Answer elsewhere = login(ada.email(), Api.PASSWORD);
        changePassword(ada.token(), "not the password", "another long sentence entirely")
                .isProblem(403, "wrong-password")
                .withField("current_password");
        changePassword(ada.token(), Api.PASSWORD, "password1")
                .isProblem(400, "invalid-request")
                .withField("new_password");
        changePassword(ada.token(), Api.PASSWORD, ada.email())
                .isProblem(400, "invalid-request")
                .withField("new_password");
        assertThat(api.get("/api/account", ada.token()).status()).isEqualTo(200);

        Answer fresh = changePassword(ada.token(), Api.PASSWORD, "another long sentence entirely");

        assertThat(fresh.status()).as(fresh.toString()).isEqualTo(200);
        assertThat(fresh.header("Cache-Control")).isEqualTo("no-store");
        assertThat(api.get("/api/account", fresh.text("access_token")).status()).isEqualTo(200);
        assertThat(refresh(fresh.text("refresh_token")).status()).isEqualTo(200);
        api.get("/api/account", ada.token()).isProblem(401, "unauthenticated");
        api.get("/api/account", elsewhere.text("access_token")).isProblem(401, "unauthenticated");
        refresh(ada.refreshToken()).isProblem(401, "invalid-refresh-token");
        refresh(elsewhere.text("refresh_token")).isProblem(401, "invalid-refresh-token");
        login(ada.email(), Api.PASSWORD).isProblem(401, "invalid-credentials");
        assertThat(login(ada.email(), "another long sentence entirely").status())
                .isEqualTo(200);
    }

    @Test
    void logoutAndReuseRevokeAccessTokensOfTheFamily() {
        User ada = gateway.user();
        Answer other = login(ada.email(), Api.PASSWORD);
        assertThat(api.get("/api/account", ada.token()).status()).isEqualTo(200);
        logout(ada.refreshToken());
        api.get("/api/account", ada.token()).isProblem(401, "unauthenticated");

        Answer next = refresh(other.text("refresh_token"));
        assertThat(api.get("/api/account", next.text("access_token")).status()).isEqualTo(200);
        assertThat(refresh(next.text("refresh_token")).status()).isEqualTo(200);
        refresh(other.text("refresh_token")).isProblem(401, "invalid-refresh-token");
        api.get("/api/account", next.text("access_token")).isProblem(401, "unauthenticated");
        api.get("/api/account", other.text("access_token")).isProblem(401, "unauthenticated");
    }

    @Test
    void correctsAndDeletesTheName() {
        User ada = gateway.user();
        Answer named = patch(ada.token(), "{\"name\": \"Ada Lovelace\"}");
        assertThat(named.status()).as(named.toString()).isEqualTo(200);
        assertThat(named.text("name")).isEqualTo("Ada Lovelace");
        assertThat(named.text("email")).isEqualTo(ada.email());
        assertThat(api.get("/api/account", ada.token()).text("name")).isEqualTo("Ada Lovelace");
        assertThat(patch(ada.token(), "{\"name\": \"Ju\u0308rgen\"}").text("name"))
                .as("composed")
                .isEqualTo("J\u00fcrgen");
        assertThat(patch(ada.token(), "{\"name\": null}").json().has("name")).isFalse();
        assertThat(patch(ada.token(), "{}").status()).isEqualTo(200);
        patch(ada.token(), "{\"name\": \"%s\"}".formatted("x".repeat(101)))
                .isProblem(400, "invalid-request")
                .withField("name");
    }

    @Test
    void requiresPasswordAndFreeAddressForANewAddress() {
        User ada = gateway.user();
        User bob = gateway.user();
        String address = UUID.randomUUID() + "@example.org";
        patch(ada.token(), "{\"email\": \"%s\"}".formatted(address))
                .isProblem(400, "invalid-request")
                .withField("current_password");
        patch(ada.token(), "{\"email\": \"%s\", \"current_password\": \"not it\"}".formatted(address))
                .isProblem(403, "wrong-password")
                .withField("current_password");
        patch(ada.token(), "{\"email\": \"%s\", \"current_password\": \"%s\"}".formatted(bob.email(), Api.PASSWORD))
                .isProblem(409, "email-taken")
                .withField("email");
        patch(ada.token(), "{\"email\": \"ada@\"}")
                .isProblem(400, "invalid-request")
                .withField("email");

        Answer changed = patch(
                ada.token(), "{\"email\": \"%s\", \"current_password\": \"%s\"}".formatted(address, Api.PASSWORD));

        assertThat(changed.text("email")).isEqualTo(address);
        login(ada.email(), Api.PASSWORD).isProblem(401, "invalid-credentials");
        assertThat(login(address, Api.PASSWORD).status()).isEqualTo(200);
    }

    @Test
    void publishesANewTimeZoneOnceAndInOrder() {
        User ada = gateway.user();
        patch(ada.token(), "{\"timezone\": \"Mars/Olympus\"}")
                .isProblem(400, "invalid-request")
                .withField("timezone");
        for (String field : List.of("email", "timezone", "current_password")) {
            patch(ada.token(), "{\"%s\": null}".formatted(field))
                    .isProblem(400, "invalid-request")
                    .withField(field);
        }
        patch(ada.token(), "{\"timezone\": \"Europe/Berlin\"}");
        assertThat(patch(ada.token(), "{\"timezone\": \"Asia/Tokyo\", \"name\": \"Ada\"}")
                        .text("time_zone"))
                .isEqualTo("Asia/Tokyo");
        patch(ada.token(), "{\"timezone\": \"UTC\"}");
        try (TestKafka log = gateway.log()) {
            List<AccountEvent> events = log.read(Topics.ACCOUNTS, ada.id(), 3);
            assertThat(events.stream().map(AccountEvent::getKind))
                    .containsExactly(
                            AccountEventKind.REGISTERED,
                            AccountEventKind.SETTINGS_CHANGED,
                            AccountEventKind.SETTINGS_CHANGED);
            assertThat(events.stream().map(AccountEvent::getTimeZone))
                    .containsExactly("Europe/Berlin", "Asia/Tokyo", "UTC");
            assertThat(events).noneMatch(event -> event.toString().contains("Ada"));
        }
    }

    @Test
    void hashesOnceForKnownAndUnknownAddresses() {
        User ada = gateway.user();
        int rounds = 15;
        long[] knownNs = new long[rounds];
        long[] unknownNs = new long[rounds];
        for (int i = 0; i < rounds; i++) {
            knownNs[i] = timed(ada.email());
            unknownNs[i] = timed(UUID.randomUUID() + "@example.org");
        }
        double ratio = (double) median(unknownNs) / median(knownNs);
        assertThat(ratio).as("medians of unknown to known").isBetween(0.5, 2.0);
    }

    private long timed(String email) {
        long startNs = System.nanoTime();
        login(email, "not the password").isProblem(401, "invalid-credentials");
        return System.nanoTime() - startNs;
    }

    private static long median(long[] times) {
        java.util.Arrays.sort(times);
        return times[times.length / 2];
    }

    @Test
    void storesNeitherTokensNorPasswords() {
        User ada = gateway.user();
        assertThat(gateway.count(
                        "select count(*) from identity.refresh_tokens where token_hash = convert_to(?, 'UTF8')",
                        ada.refreshToken()))
                .isZero();
        assertThat(gateway.count(
                        "select count(*) from identity.users where user_id = ?"
                                + " and password_hash like '$argon2id$v=19$m=19456,t=2,p=1$%'",
                        ada.id()))
                .isEqualTo(1);
    }

    @Test
    void upgradesOutdatedHashesAtSignIn() throws Exception {
        User ada = gateway.user();
        gateway.execute(
                "update identity.users set password_hash = ? where user_id = ?", TestAccount.OUTDATED_HASH, ada.id());
        login(ada.email(), "not the password").isProblem(401, "invalid-credentials");
        assertThat(hasHash(ada, TestAccount.OUTDATED_HASH)).isTrue();

        List<Integer> statuses = IntStream.range(0, 3)
                .parallel()
                .mapToObj(i -> login(ada.email(), Api.PASSWORD).status())
                .toList();

        assertThat(statuses).containsOnly(200);
        assertThat(hasHash(ada, "$argon2id$v=19$m=19456,t=2,p=1$%")).isTrue();
        assertThat(login(ada.email(), Api.PASSWORD).status()).isEqualTo(200);
        login(ada.email(), "not the password").isProblem(401, "invalid-credentials");
    }

    private boolean hasHash(User user, String pattern) {
        return gateway.count(
                        "select count(*) from identity.users where user_id = ? and password_hash like ?",
                        user.id(),
                        pattern)
                == 1;
    }

    @Test
    void manyChecksOfOneAccountDoNotBlockOthers() {
        User ada = gateway.user();
        User bob = gateway.user();
        HttpRequest check = api.request("/api/account/password", ada.token())
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        "{\"current_password\": \"not it\", \"new_password\": \"another long sentence entirely\"}"))
                .build();
        List<CompletableFuture<Integer>> checks = IntStream.range(0, 100)
                .mapToObj(i ->
                        api.http().sendAsync(check, BodyHandlers.discarding()).thenApply(HttpResponse::statusCode))
                .toList();

        for (int i = 0; i < 3; i++) {
            assertThat(login(bob.email(), Api.PASSWORD).status()).isEqualTo(200);
        }

        assertThat(checks.stream().map(CompletableFuture::join))
                .contains(403, 429)
                .doesNotContain(503);
    }

    @Test
    void refusesForgedAndExpiredTokens() {
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
    void refreshesWithAnExpiredAccessToken() {
        User ada = gateway.user();
        String expired = Tokens.signed(ada.id().toString(), Instant.now().minusSeconds(60));
        Answer answer = api.post("/api/auth/refresh", expired, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}");
        assertThat(answer.status()).isEqualTo(200);
    }

    /** Returns the number of computed password hashes, so that work is compared without a clock. */
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

    private Answer changePassword(String token, String current, String next) {
        return api.post(
                "/api/account/password",
                token,
                "{\"current_password\": \"%s\", \"new_password\": \"%s\"}".formatted(current, next));
    }

    private Answer patch(String token, String json) {
        return api.sendJson("PATCH", "/api/account", token, json);
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

    @Test
    void storesNoPersonalTextInClear() throws Exception {
        String marker = "marker" + UUID.randomUUID().toString().substring(0, 8);
        User marked = gateway.user();
        User lead = gateway.user();
        patch(
                marked.token(),
                "{\"email\": \"%1$s@example.org\", \"name\": \"%1$s\", \"current_password\": \"%2$s\"}"
                        .formatted(marker, Api.PASSWORD));
        api.post("/api/keys", marked.token(), "{\"name\": \"" + marker + "\", \"scope\": \"ingest\"}");
        String team = api.post("/api/teams", lead.token(), "{\"name\": \"t\"}").text("team_id");
        Answer invited = api.post(
                "/api/teams/" + team + "/members",
                lead.token(),
                "{\"email\": \"" + marker + "@example.org\", \"role\": \"member\"}");

        Answer account = api.get("/api/account", marked.token());
        assertThat(account.text("email")).isEqualTo(marker + "@example.org");
        assertThat(account.text("name")).isEqualTo(marker);
        assertThat(api.get("/api/keys", marked.token()).json().toString()).contains(marker);
        assertThat(invited.text("email")).isEqualTo(marker + "@example.org");
        assertThat(gateway.rowsWith("identity", marker)).isEmpty();
        assertThat(gateway.rowsWith("gateway", marker)).isEmpty();
        assertThat(gateway.rowsWith("identity", marked.id().toString())).isNotEmpty();
    }
}
