package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.database.UserCiphers;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.log.EventLog;
import dev.mindfulcode.gateway.log.Outbox;
import dev.mindfulcode.gateway.operations.GatewayMetrics;
import io.micrometer.core.instrument.FunctionCounter;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Accounts}. */
@Configuration(value = "gatewayAccountConfiguration", proxyBeanMethods = false)
public class AccountConfiguration {

    @Bean
    PasswordHashes gatewayPasswordHashes(GatewayMetrics metrics) {
        PasswordHashes hashes = new PasswordHashes();
        FunctionCounter.builder("mindful.gateway.password.hashes", hashes, PasswordHashes::hashed)
                .description("Argon2 computations, each some 64 MiB for a tenth of a second")
                .register(metrics.registry());
        return hashes;
    }

    @Bean
    AccessTokens gatewayAccessTokens(JwtSecret secret) {
        return new AccessTokens(secret, Clock.systemUTC());
    }

    @Bean
    RouteGroup gatewayAccountRoutes(
            Database database,
            PasswordHashes passwords,
            AccessTokens accessTokens,
            UserCiphers userCiphers,
            EventLog log,
            Outbox outbox) {
        SecureRandom random = new SecureRandom();
        Clock clock = Clock.systemUTC();
        RefreshTokens refreshTokens = new RefreshTokens(database, random, clock);
        return new AccountRoutes(new Accounts(
                database, passwords, accessTokens, refreshTokens, userCiphers, log, outbox, random, clock))::addTo;
    }
}
