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
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.tokens.AccessTokenIssuer;
import dev.mindfulcode.identity.tokens.OneTimeLinks;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.identity.tokens.SigningKeys;
import dev.mindfulcode.identity.tokens.TokenSigning;
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

/** Wires accounts, sign-in and the verification of credentials. */
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
        return TokenSigning.open(trust.secret(), database, keyEncryptionKey);
    }

    @Bean
    CredentialVerifier gatewayCredentials(
            TokenTrust trust,
            PostgresUrl database,
            ProtectionSecrets secrets,
            ObjectProvider<Registration> registration) {
        return CredentialVerifier.open(
                database.dataSource(),
                trust.secret(),
                trust.issuer(),
                (issuer, subject, email, issuedAt) -> registration
                        .getObject()
                        .provision(issuer, subject, email == null ? null : EmailAddress.parse(email), issuedAt)
                        .toFuture(),
                () -> BlindIndex.ofSubjects(secrets),
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
    RefreshTokens gatewayRefreshTokens(
            Database database, RevocationTable revocations, KeyEncryptionKey keyEncryptionKey) {
        return new RefreshTokens(database, revocations, keyEncryptionKey, random, clock);
    }

    @Bean
    OneTimeLinks gatewayOneTimeLinks(Database database) {
        return new OneTimeLinks(database, random, clock);
    }

    @Bean
    EndpointGroup gatewayLinkRoutes(
            Database database,
            AccountTable accounts,
            AccountDetails details,
            OneTimeLinks links,
            Reauthentication reauthentication) {
        return new LinkRoutes(database, accounts, details, links, reauthentication)::addTo;
    }

    @Bean
    SessionTokens gatewaySessionTokens(TokenSigning signing, RefreshTokens refreshTokens) {
        return new SessionTokens(new AccessTokenIssuer(signing::signer, clock), refreshTokens);
    }

    @Bean
    AccountDetails gatewayAccountDetails(Database database, AsyncUserCiphers ciphers, ProtectionSecrets secrets) {
        return new AccountDetails(database, ciphers, BlindIndex.ofEmails(secrets), BlindIndex.ofSubjects(secrets));
    }

    @Bean
    AccountTable gatewayAccountTable(Database database) {
        return new AccountTable(database);
    }

    @Bean
    Passwords gatewayPasswords(PasswordHashes hashes, AccountTable accounts) {
        return new Passwords(hashes, accounts);
    }

    @Bean
    Reauthentication gatewayReauthentication(AccountTable accounts, Passwords passwords, RateLimits limits) {
        return new Reauthentication(accounts, passwords, limits, clock);
    }

    @Bean
    AccountEvents gatewayAccountEvents(EventPublisher publisher, Outbox outbox) {
        return new AccountEvents(publisher, outbox);
    }

    @Bean
    Registration gatewayRegistration(
            Database database,
            AccountDetails accounts,
            Passwords passwords,
            SessionTokens tokens,
            AccountEvents events) {
        return new Registration(database, accounts, passwords, tokens, events, random, clock);
    }

    @Bean
    SignIn gatewaySignIn(
            Database database,
            AccountDetails accounts,
            PasswordHashes hashes,
            Passwords passwords,
            SessionTokens tokens,
            RefreshTokens refreshTokens,
            RevocationTable revocations,
            OneTimeLinks links) {
        return new SignIn(database, accounts, hashes, passwords, tokens, refreshTokens, revocations, links);
    }

    @Bean
    Accounts gatewayAccounts(Database database, AccountDetails accounts, Passwords passwords, AccountEvents events) {
        return new Accounts(database, accounts, passwords, events, clock);
    }

    @Bean
    EndpointGroup gatewayAccountRoutes(
            Registration registration,
            SignIn signIn,
            SessionTokens tokens,
            Accounts accounts,
            AccountDetails details,
            TokenTrust trust,
            Database database,
            RateLimits limits) {
        Mono<List<String>> publicKeys =
                trust.secret() == null ? SigningKeys.publicKeys(database) : Mono.just(List.of());
        return new AccountRoutes(registration, signIn, tokens, accounts, details::subjectOf, publicKeys, limits)::addTo;
    }

    @Bean
    EndpointGroup gatewayApiKeyRoutes(
            Database database, AccountTable accounts, AsyncUserCiphers ciphers, RevocationTable revocations) {
        return new ApiKeyRoutes(database, accounts, ciphers, revocations, random, clock)::addTo;
    }

    /**
     * The keys and issuers whose access tokens are accepted.
     *
     * @param secret null if access tokens are signed with keys in the database
     * @param issuer null if no OIDC issuer is trusted
     */
    public record TokenTrust(
            @Nullable JwtSecret secret, @Nullable OidcIssuer issuer) {}
}
