package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Rate limits of a gateway with small quotas behind a trusted proxy, so that each test has its own client address.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RateLimitTest {

    private static final AtomicInteger ADDRESSES = new AtomicInteger();

    private final GatewayUnderTest shared = GatewayUnderTest.shared();
    private ConfigurableApplicationContext context;
    private Api api;

    @BeforeAll
    void start() {
        Map<String, Object> environment = new HashMap<>(shared.environment);
        environment.put("TRUSTED_PROXIES", "127.0.0.0/8");
        environment.put("RATE_LIMIT_EXEMPT", "198.51.100.0/24");
        environment.put("RATE_LIMIT_ADDRESS", "20/3600");
        environment.put("RATE_LIMIT_USER", "12/3600");
        environment.put("RATE_LIMIT_SIGN_IN", "6/3600");
        environment.put("RATE_LIMIT_REGISTER", "2/3600");
        environment.put("RATE_LIMIT_ACCOUNT", "4/3600");
        context = GatewayUnderTest.start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment);
        api = new Api(GatewayUnderTest.port(context));
    }

    @AfterAll
    void stop() {
        context.close();
    }

    @Test
    void limitsAnAddress() {
        String address = address();
        for (int i = 1; i <= 20; i++) {
            Answer answer = get("/api/nothing", null, address);
            answer.isProblem(401, "unauthenticated");
            assertThat(answer.header("RateLimit-Policy")).isEqualTo("\"address\";q=20;w=3600");
            assertThat(answer.header("RateLimit")).matches("\"address\";r=" + (20 - i) + ";t=[0-9]+");
        }
        Answer refused = get("/", null, address).isProblem(429, "rate-limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(170, 180);
        assertThat(refused.header("RateLimit")).startsWith("\"address\";r=0;t=");
        assertThat(refused.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(refused.header("Content-Security-Policy")).contains("default-src 'self'");
        assertThat(get("/", null, address()).status()).as("another address").isEqualTo(200);
        assertThat(get("/health", null, address).status())
                .as("not rate limited")
                .isEqualTo(200);
    }

    @Test
    void countsAUserAcrossAddresses() {
        User ada = shared.user();
        for (int i = 1; i <= 12; i++) {
            Answer answer = get("/api/account", ada.token(), address());
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.header("RateLimit-Policy")).isEqualTo("\"address\";q=20;w=3600, \"user\";q=12;w=3600");
            assertThat(answer.header("RateLimit")).contains("\"user\";r=" + (12 - i) + ";t=");
        }
        get("/api/account", ada.token(), address()).isProblem(429, "rate-limited");
        assertThat(get("/api/account", shared.user().token(), address()).status())
                .isEqualTo(200);
    }

    @Test
    void countsApiKeysWithTheirUser() {
        User ada = shared.user();
        String key = shared.api
                .post("/api/keys", ada.token(), "{\"name\": \"n\", \"scope\": \"ingest\"}")
                .text("key");
        for (int i = 0; i < 12; i++) {
            Answer started = api.post("/api/sessions/start", key, "{}", "X-Forwarded-For", address());
            assertThat(started.status()).as(started.toString()).isEqualTo(201);
        }
        get("/api/account", ada.token(), address()).isProblem(429, "rate-limited");
    }

    @Test
    void limitsSignInsOfAnAccount() {
        User ada = shared.user();
        for (int i = 0; i < 4; i++) {
            login(ada.email(), "wrong password", address()).isProblem(401, "invalid-credentials");
        }
        Answer refused = login(ada.email().toUpperCase(java.util.Locale.ROOT), Api.PASSWORD, address());
        refused.isProblem(429, "rate-limited");
        assertThat(refused.header("RateLimit")).contains("\"account\";r=0;t=");
        login("nobody-" + UUID.randomUUID() + "@example.org", "wrong password", address())
                .isProblem(401, "invalid-credentials");
    }

    @Test
    void countsPasswordChecksAsSignIns() {
        User ada = shared.user();
        for (int i = 0; i < 2; i++) {
            changePassword(ada, "wrong password " + i).isProblem(403, "wrong-password");
            changeEmail(ada, "wrong password " + i).isProblem(403, "wrong-password");
        }
        Answer refused = changePassword(ada, Api.PASSWORD);
        refused.isProblem(429, "rate-limited");
        assertThat(refused.header("RateLimit")).contains("\"account\";r=0;t=");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        changeEmail(ada, Api.PASSWORD).isProblem(429, "rate-limited");
        login(ada.email(), Api.PASSWORD, address()).isProblem(429, "rate-limited");
        assertThat(api.patch("/api/account", ada.token(), "{\"name\": \"Ada\"}", "X-Forwarded-For", address())
                        .status())
                .as("without a password")
                .isEqualTo(200);
    }

    private Answer changePassword(User user, String current) {
        return api.post(
                "/api/account/password",
                user.token(),
                "{\"current_password\": \"%s\", \"new_password\": \"another long sentence entirely\"}"
                        .formatted(current),
                "X-Forwarded-For",
                address());
    }

    private Answer changeEmail(User user, String current) {
        return api.patch(
                "/api/account",
                user.token(),
                "{\"email\": \"%s@example.org\", \"current_password\": \"%s\"}".formatted(UUID.randomUUID(), current),
                "X-Forwarded-For",
                "198.51.100.9"); // exempt from other quotas
    }

    @Test
    void limitsSignInsOfAnAddress() {
        String address = address();
        for (int i = 0; i < 6; i++) {
            login(UUID.randomUUID() + "@example.org", "wrong password", address).isProblem(401, "invalid-credentials");
        }
        Answer refused = login(UUID.randomUUID() + "@example.org", "wrong password", address);
        refused.isProblem(429, "rate-limited");
        assertThat(refused.header("RateLimit")).contains("\"sign-in\";r=0;t=");
        assertThat(get("/", null, address).status())
                .as("only sign-ins are limited")
                .isEqualTo(200);
    }

    @Test
    void limitsRegistrations() {
        String address = address();
        for (int i = 0; i < 2; i++) {
            assertThat(register(address).status()).isEqualTo(201);
        }
        register(address).isProblem(429, "rate-limited");
        assertThat(register(address()).status()).isEqualTo(201);
    }

    @Test
    void doesNotCountExemptAddresses() {
        User ada = shared.user();
        for (int i = 0; i < 30; i++) {
            Answer answer = get("/api/account", ada.token(), "198.51.100.9");
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.headers().map()).doesNotContainKeys("ratelimit", "ratelimit-policy");
        }
    }

    private static String address() {
        int number = ADDRESSES.incrementAndGet();
        return "203.0." + number / 250 + "." + number % 250;
    }

    private Answer get(String path, @org.jspecify.annotations.Nullable String token, String address) {
        return api.get(path, token, "X-Forwarded-For", address);
    }

    private Answer login(String email, String password, String address) {
        return api.post(
                "/api/auth/login",
                null,
                "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(email, password),
                "X-Forwarded-For",
                address);
    }

    private Answer register(String address) {
        return api.post(
                "/api/auth/register",
                null,
                "{\"email\": \"%s@example.org\", \"password\": \"%s\"}".formatted(UUID.randomUUID(), Api.PASSWORD),
                "X-Forwarded-For",
                address);
    }
}
