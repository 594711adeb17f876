package dev.mindfulcode.apigateway.limits;

import dev.mindfulcode.webkit.limits.CidrBlock;
import dev.mindfulcode.webkit.limits.Quota;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * Settings of rate limits. A quota that is null is off.
 *
 * @param exempt networks that are not limited, such as loopback on a developer's machine
 * @param redisUrl set if several gateways share their counts
 */
record LimitSettings(
        @Nullable Quota address,
        @Nullable Quota user,
        @Nullable Quota signIn,
        @Nullable Quota register,
        @Nullable Quota account,
        List<CidrBlock> exempt,
        List<CidrBlock> trustedProxies,
        @Nullable String redisUrl) {

    private static final String ADDRESS_DEFAULT = "3000/60";
    private static final String USER_DEFAULT = "1200/60";
    private static final String SIGN_IN_DEFAULT = "60/300";
    private static final String REGISTER_DEFAULT = "60/3600";
    private static final String ACCOUNT_DEFAULT = "10/900";

    /** @throws IllegalStateException naming the variable, the value and the rule */
    static LimitSettings read(Environment environment) {
        return new LimitSettings(
                quota(environment, "address", "RATE_LIMIT_ADDRESS", ADDRESS_DEFAULT),
                quota(environment, "user", "RATE_LIMIT_USER", USER_DEFAULT),
                quota(environment, "sign-in", "RATE_LIMIT_SIGN_IN", SIGN_IN_DEFAULT),
                quota(environment, "register", "RATE_LIMIT_REGISTER", REGISTER_DEFAULT),
                quota(environment, "account", "RATE_LIMIT_ACCOUNT", ACCOUNT_DEFAULT),
                CidrBlock.parseAll("RATE_LIMIT_EXEMPT", environment.getProperty("RATE_LIMIT_EXEMPT")),
                CidrBlock.parseAll("TRUSTED_PROXIES", environment.getProperty("TRUSTED_PROXIES")),
                redisUrl(environment.getProperty("REDIS_URL")));
    }

    private static @Nullable Quota quota(Environment environment, String name, String variable, String absent) {
        String text = environment.getProperty(variable);
        return Quota.parse(name, variable, text == null || text.isBlank() ? absent : text);
    }

    private static @Nullable String redisUrl(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        if (!text.startsWith("redis://") && !text.startsWith("rediss://")) {
            throw new IllegalStateException(
                    "REDIS_URL is not a Redis URL; set one such as redis://:password@localhost:6379.");
        }
        return text.strip();
    }

    /** Without the URL, which holds a password. */
    @Override
    public String toString() {
        return "LimitSettings";
    }
}
