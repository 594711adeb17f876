package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.FunctionCounter;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** Wires {@link Accounts} and what tells for whom a credential speaks. */
@Configuration(value = "gatewayAccountConfiguration", proxyBeanMethods = false)
public class AccountConfiguration {

    private final SecureRandom random = new SecureRandom();
    private final Clock clock = Clock.systemUTC();

    @Bean
    PasswordHashes gatewayPasswordHashes(GatewayMetrics metrics) {
        PasswordHashes hashes = new PasswordHashes();
        FunctionCounter.builder("mindful.gateway.password.hashes", hashes, PasswordHashes::hashed)
                .description("Argon2 computations, of 19 MiB each")
                .register(metrics.registry());
        return hashes;
    }

    @Bean
    TokenSigning gatewayTokenSigning(TokenTrust trust, Database database, KeyEncryptionKey keyEncryptionKey) {
        return TokenSigning.of(trust.secret(), database, keyEncryptionKey);
    }

    /** For whom a credential speaks, for all who have one to check. */
    @Bean
    CredentialVerifier gatewayCredentials(
            TokenTrust trust, PostgresUrl database, Database migrated, ObjectProvider<Accounts> accounts) {
        return CredentialVerifier.open(
                database.dataSource(),
                trust.secret(),
                trust.issuer(),
                (issuer, subject, email) -> accounts.getObject()
                        .admit(issuer, subject, email == null ? null : EmailAddress.parse(email))
                        .toFuture(),
                clock);
    }

    @Bean
    CredentialExpiry gatewayCallerEnds(CredentialVerifier credentials, ConnectionLimits rules) {
        return new CredentialExpiry(credentials.revocations(), clock, rules);
    }

    @Bean
    RevocationTable gatewayRevocations(Database database, CredentialVerifier credentials) {
        return new RevocationTable(database, credentials.revocations());
    }

    @Bean
    Accounts gatewayAccounts(
            Database database,
            PasswordHashes passwords,
            TokenSigning signing,
            RevocationTable revocations,
            KeyEncryptionKey keyEncryptionKey,
            AsyncUserCiphers userCiphers,
            EventPublisher log,
            Outbox outbox) {
        return new Accounts(
                database,
                passwords,
                new PasswordPolicy(),
                new AccessTokens(signing::next, clock),
                new RefreshTokens(database, revocations, keyEncryptionKey, random, clock),
                revocations,
                userCiphers,
                log,
                outbox,
                random,
                clock);
    }

    @Bean
    EndpointGroup gatewayAccountRoutes(Accounts accounts, TokenTrust trust, Database database, RateLimits limits) {
        Mono<List<String>> published = trust.secret() == null ? SigningKeys.published(database) : Mono.just(List.of());
        return new AccountRoutes(accounts, published, limits)::addTo;
    }

    @Bean
    EndpointGroup gatewayApiKeyRoutes(Database database, RevocationTable revocations) {
        return new ApiKeyRoutes(database, revocations, random, clock)::addTo;
    }

    /**
     * Whose access tokens are believed.
     *
     * @param secret null where ours are signed with a key of their own
     * @param issuer null where ours are the only ones
     */
    public record TokenTrust(
            @Nullable JwtSecret secret, @Nullable OidcIssuer issuer) {}
}
