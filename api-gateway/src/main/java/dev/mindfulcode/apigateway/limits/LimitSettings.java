package dev.mindfulcode.apigateway.limits;

import dev.mindfulcode.webkit.limits.CidrBlock;
import dev.mindfulcode.webkit.limits.Quota;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of rate limits. A quota that is null is off.
 *
 * @param exempt networks that are not limited, such as loopback on a developer's machine
 * @param redisUrl set if several gateways share their counts
 */
public record LimitSettings(
        @Nullable Quota address,
        @Nullable Quota user,
        @Nullable Quota signIn,
        @Nullable Quota register,
        @Nullable Quota account,
        List<CidrBlock> exempt,
        List<CidrBlock> trustedProxies,
        @Nullable String redisUrl) {

    /** @throws IllegalStateException if the URL's scheme is not that of Redis */
    public LimitSettings {
        if (redisUrl != null && !redisUrl.startsWith("redis://") && !redisUrl.startsWith("rediss://")) {
            throw new IllegalStateException(
                    "REDIS_URL is not a Redis URL; set one such as redis://:password@localhost:6379.");
        }
    }

    /** Without the URL, which holds a password. */
    @Override
    public String toString() {
        return "LimitSettings";
    }
}
