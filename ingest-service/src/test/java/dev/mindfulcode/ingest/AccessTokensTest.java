package dev.mindfulcode.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTokensTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final Instant LATER = NOW.plusSeconds(900);
    private static final String SECRET = IngestServer.JWT_SECRET;
    private static final UUID USER = UUID.fromString("0192d3a4-5b6c-7d8e-9fa0-b1c2d3e4f506");

    private final SettableClock clock = new SettableClock(NOW);
    private final AccessTokens tokens = new AccessTokens(SECRET, clock);

    private static String good() {
        return IngestServer.token(USER.toString(), "mindful-code", LATER, SECRET, JWSAlgorithm.HS256);
    }

    @Test
    void knowsTheUserOfAValidToken() {
        assertThat(tokens.fromAuthorization("Bearer " + good())).isEqualTo(new AccessToken(USER, LATER));
        assertThat(tokens.fromAuthorization("bearer " + good()).userId()).isEqualTo(USER);
    }

    @Test
    void stopsBelievingATokenWhenItExpiresAlsoWhenItIsRemembered() {
        String token = good();
        tokens.verify(token);

        clock.set(LATER.plus(AccessTokens.CLOCK_SKEW).minusMillis(1));
        assertThat(tokens.verify(token).userId()).isEqualTo(USER);
        clock.set(LATER.plus(AccessTokens.CLOCK_SKEW));

        assertRefused(() -> tokens.verify(token));
    }

    static List<String> forged() {
        String good = good();
        String[] parts = good.split("\\.");
        String subject = USER.toString();
        return List.of(
                "",
                "x",
                "a.b.c",
                parts[0] + "." + parts[1] + ".",
                parts[0] + "." + parts[1] + "." + parts[2].substring(1),
                base64("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                base64("{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}") + "." + parts[1] + "." + parts[2],
                parts[0] + "." + base64("{\"sub\":\"" + UUID.randomUUID() + "\"}") + "." + parts[2],
                IngestServer.token(subject, "mindful-code", LATER, SECRET.replace('o', 'p'), JWSAlgorithm.HS256),
                IngestServer.token(subject, "mindful-code", LATER, SECRET + SECRET, JWSAlgorithm.HS512),
                IngestServer.token(subject, "someone-else", LATER, SECRET, JWSAlgorithm.HS256),
                IngestServer.token("alice", "mindful-code", LATER, SECRET, JWSAlgorithm.HS256),
                IngestServer.token("1-2-3-4-5", "mindful-code", LATER, SECRET, JWSAlgorithm.HS256),
                IngestServer.token(subject, "mindful-code", NOW.minusSeconds(31), SECRET, JWSAlgorithm.HS256),
                "e".repeat(1_000_000));
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("forged")
    void refusesWhatIsNotAValidToken(String token) {
        assertRefused(() -> tokens.verify(token));
    }

    @Test
    void refusesHeadersThatHoldNoBearerToken() {
        assertRefused(() -> tokens.fromAuthorization(null));
        assertRefused(() -> tokens.fromAuthorization("Basic dTpw"));
        assertRefused(() -> tokens.fromAuthorization(good()));
    }

    @Test
    void refusesAWeakSecretAndSaysHowToMakeAGoodOne() {
        assertThatThrownBy(() -> new AccessTokens("short", clock))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JWT_SECRET")
                .hasMessageContaining("openssl rand")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> new AccessTokens(null, clock)).hasMessageContaining("JWT_SECRET");
    }

    private static void assertRefused(Runnable attempt) {
        assertThatThrownBy(attempt::run)
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.type()).isEqualTo(ProblemType.UNAUTHENTICATED));
    }

    private static String base64(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
