package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.NewAccount;
import dev.mindfulcode.webkit.json.Uuids;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Creates accounts: by registration, and on the first sign-in at an OIDC issuer. */
final class Registration {

    private static final String DEFAULT_TIME_ZONE = "UTC";

    private final Database database;
    private final AccountDetails accounts;
    private final Passwords passwords;
    private final SessionTokens tokens;
    private final AccountEvents events;
    private final SecureRandom random;
    private final Clock clock;

    Registration(
            Database database,
            AccountDetails accounts,
            Passwords passwords,
            SessionTokens tokens,
            AccountEvents events,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.accounts = accounts;
        this.passwords = passwords;
        this.tokens = tokens;
        this.events = events;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Creates an account, its data key and its REGISTERED event, all or nothing. (A failed transaction may leave a key
     * behind, of an id that no account has.) The password is hashed first, so that an address that has an account is
     * refused no sooner than another.
     */
    Mono<Tokens> register(
            SignInAttempt attempt, EmailAddress email, String password, @Nullable String name, String timeZone) {
        return passwords
                .hash(attempt, "password", password, email.normalised(), name)
                .flatMap(hash -> registerHashed(email, hash, name, timeZone));
    }

    Mono<Tokens> registerHashed(EmailAddress email, String passwordHash, @Nullable String name, String timeZone) {
        NewAccount account = newAccount(email.normalised(), passwordHash, name, timeZone);
        UUID userId = account.userId();
        return database.inTransaction(accounts.insert(account)
                        .flatMap(inserted -> inserted ? Mono.empty() : Mono.error(Accounts::emailTaken))
                        .then(Mono.defer(() -> events.addRegistered(userId, timeZone, account.createdAt())))
                        .then(tokens.issue(userId)))
                .doOnSuccess(issued -> events.committed());
    }

    /**
     * Emits the account of a user of an OIDC issuer, and creates it on first sign-in, without a password. An address
     * that has an account is not stored again: the issuer's word gives no access to that account. Fails with 401 for a
     * token from before the erasure of the user's account.
     */
    Mono<UUID> provision(String issuer, String subject, @Nullable EmailAddress email, Instant issuedAt) {
        return accounts.isErasedSince(issuer, subject, issuedAt)
                .flatMap(isErased ->
                        isErased ? Mono.error(Reauthentication.erased()) : provision(issuer, subject, email));
    }

    private Mono<UUID> provision(String issuer, String subject, @Nullable EmailAddress email) {
        NewAccount account = newAccount(email == null ? null : email.normalised(), null, null, DEFAULT_TIME_ZONE);
        UUID userId = account.userId();
        return database.inTransaction(accounts.insert(account)
                        .flatMap(inserted -> inserted ? Mono.just(true) : accounts.insert(account.withoutEmail()))
                        .then(accounts.linkExternal(issuer, subject, userId))
                        .flatMap(linked -> linked ? Mono.empty() : Mono.error(ProvisionedMeanwhileException::new))
                        .then(Mono.defer(() -> events.addRegistered(userId, DEFAULT_TIME_ZONE, account.createdAt())))
                        .thenReturn(userId))
                .doOnSuccess(created -> events.committed())
                .onErrorResume(ProvisionedMeanwhileException.class, e -> accounts.findExternal(issuer, subject));
    }

    private NewAccount newAccount(
            @Nullable String email, @Nullable String passwordHash, @Nullable String name, String timeZone) {
        Instant now = clock.instant();
        return new NewAccount(Uuids.version7(now.toEpochMilli(), random), email, passwordHash, name, timeZone, now);
    }

    /** A concurrent first sign-in created the account. */
    private static final class ProvisionedMeanwhileException extends RuntimeException {
        ProvisionedMeanwhileException() {
            super(null, null, false, false);
        }
    }
}
