package dev.mindfulcode.apigateway.limits;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * What the environment says about limits. A quota that is null is switched off.
 *
 * @param exempt networks for which nothing is counted, such as loopback where it is one person's machine
 * @param redisUrl where several gateways count together
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

    /** @throws IllegalStateException naming the variable and how to set it */
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
            throw new IllegalStateException("REDIS_URL must be such as redis://:password@localhost:6379.");
        }
        return text.strip();
    }

    /** Without the URL, which holds a password. */
    @Override
    public String toString() {
        return "LimitSettings";
    }
}
