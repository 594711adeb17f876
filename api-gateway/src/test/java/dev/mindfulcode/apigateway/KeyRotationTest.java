package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** Tests a rotation of the key-encryption key over restarts of the gateway. */
final class KeyRotationTest {

    private final Map<String, Object> environment = GatewayUnderTest.environment(GatewayUnderTest.platform());

    @Test
    void rotatesTheKeyEncryptionKeyAndDropsTheOldOne() {
        String old = String.valueOf(environment.get("ENCRYPTION_KEY"));
        String fresh = random();
        environment.remove("JWT_SECRET"); // so that signing keys are sealed in the database
        User ada;
        String webhook;
        String refreshed;
        try (ConfigurableApplicationContext gateway = start(old, null)) {
            Api api = api(gateway);
            ada = api.register(UUID.randomUUID() + "@example.org");
            refreshed = api.post("/api/auth/refresh", null, refresh(ada.refreshToken()))
                    .text("refresh_token");
            webhook = webhook(api, ada);
        }

        try (ConfigurableApplicationContext gateway = start(fresh, old)) {
            Api api = api(gateway);
            Answer status = api.get("/api/admin/keys", GatewayUnderTest.OPERATOR_TOKEN);
            long rows = status.json().path("rows").asLong();
            assertThat(rows)
                    .as("keys, secrets, signing key, refresh token, webhook")
                    .isGreaterThanOrEqualTo(6);
            assertThat(account(api, ada)).isEqualTo(ada.email());
            api.post("/api/admin/keys/rotate", GatewayUnderTest.OPERATOR_TOKEN, "{\"cursor\": \"!\"}")
                    .isProblem(400, "invalid-request")
                    .withField("cursor");
            assertThat(rotate(api, "rewrapped")).isEqualTo(rows);
            assertThat(rotate(api, "rewrapped")).as("repeated").isZero();
            assertThat(rotate(api, "unchanged")).isEqualTo(rows);
            String keys = "/api/admin/users/" + ada.id() + "/keys";
            for (int i = 0; i < 2; i++) {
                assertThat(api.post(keys, GatewayUnderTest.OPERATOR_TOKEN, "{}")
                                .json()
                                .path("keys")
                                .asInt())
                        .isEqualTo(2);
            }
            api.post("/api/admin/users/" + UUID.randomUUID() + "/keys", GatewayUnderTest.OPERATOR_TOKEN, "{}")
                    .isProblem(404, "not-found");
        }

        try (ConfigurableApplicationContext gateway = start(fresh, null)) {
            Api api = api(gateway);
            assertThat(account(api, ada)).isEqualTo(ada.email());
            assertThat(api.post("/api/auth/refresh", null, refresh(refreshed)).status())
                    .isEqualTo(200);
            assertThat(api.post(webhook, ada.token(), "{}").status())
                    .as("the webhook's target opens")
                    .isNotEqualTo(500);
            assertThat(rotate(api, "unreadable")).isZero();
        }
    }

    private static String webhook(Api api, User user) {
        String team = "/api/teams/"
                + api.post("/api/teams", user.token(), "{\"name\": \"t\"}").text("team_id");
        api.sendJson(
                "PUT",
                team.replace("/api/teams", "/api/admin/teams") + "/plan",
                GatewayUnderTest.OPERATOR_TOKEN,
                "{\"plan\": \"premium\"}");
        Answer rule = api.post(team + "/alerts", user.token(), """
                {"indicator": "weekend_share", "threshold": 0.2, "window": "four_weeks", "channel": "webhook",
                 "url": "http://127.0.0.1:9/hook"}""");
        assertThat(rule.status()).as(rule.toString()).isEqualTo(201);
        return team + "/alerts/" + rule.text("rule_id") + "/test";
    }

    private static long rotate(Api api, String count) {
        long sum = 0;
        String cursor = null;
        do {
            Answer step = api.post(
                    "/api/admin/keys/rotate",
                    GatewayUnderTest.OPERATOR_TOKEN,
                    cursor == null ? "{}" : "{\"cursor\": \"" + cursor + "\"}");
            assertThat(step.status()).as(step.toString()).isEqualTo(200);
            sum += step.json().path(count).asLong();
            cursor = step.json().has("cursor") ? step.text("cursor") : null;
        } while (cursor != null);
        return sum;
    }

    private static String account(Api api, User user) {
        return api.get("/api/account", user.token()).text("email");
    }

    private static String refresh(String token) {
        return "{\"refresh_token\": \"" + token + "\"}";
    }

    private ConfigurableApplicationContext start(String key, @Nullable String previous) {
        environment.put("ENCRYPTION_KEY", key);
        environment.put("ENCRYPTION_KEY_PREVIOUS", previous == null ? "" : previous);
        return GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment);
    }

    private static Api api(ConfigurableApplicationContext gateway) {
        return new Api(GatewayUnderTest.port(gateway));
    }

    private static String random() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }
}
