package dev.mindfulcode.apigateway.limits;

import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.webkit.limits.MemoryBuckets;
import dev.mindfulcode.webkit.limits.RedisBuckets;
import dev.mindfulcode.webkit.limits.TokenBuckets;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires rate limits. */
@Configuration(value = "gatewayLimitConfiguration", proxyBeanMethods = false)
public class LimitConfiguration {

    @Bean
    TokenBuckets gatewayTokenBuckets(LimitSettings settings, ProtectionSecrets secrets) {
        MemoryBuckets memory = new MemoryBuckets();
        String redisUrl = settings.redisUrl();
        return redisUrl == null ? memory : RedisBuckets.connect(redisUrl, memory, secrets.get("rate-limit-subjects"));
    }

    @Bean
    RateLimits gatewayRateLimits(LimitSettings settings, TokenBuckets buckets) {
        return new RateLimits(settings, buckets);
    }
}
