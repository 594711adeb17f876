package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.StoredPassword;
import dev.mindfulcode.identity.tokens.OneTimeLinks;
import dev.mindfulcode.identity.tokens.OneTimeLinks.Purpose;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Signs in with address and password, and changes passwords. */
final class SignIn {

    private final Database database;
    private final AccountDetails accounts;
    private final PasswordHashes hashes;
    private final Passwords passwords;
    private final SessionTokens tokens;
    private final RefreshTokens refreshTokens;
    private final RevocationTable revocations;
    private final OneTimeLinks links;

    SignIn(
            Database database,
            AccountDetails accounts,
            PasswordHashes hashes,
            Passwords passwords,
            SessionTokens tokens,
            RefreshTokens refreshTokens,
            RevocationTable revocations,
            OneTimeLinks links) {
        this.database = database;
        this.accounts = accounts;
        this.hashes = hashes;
        this.passwords = passwords;
        this.tokens = tokens;
        this.refreshTokens = refreshTokens;
        this.revocations = revocations;
        this.links = links;
    }

    /**
     * Signs in, and replaces a hash with outdated parameters. Neither the response nor its time reveals whether the
     * address or the password is wrong.
     */
    Mono<Tokens> login(SignInAttempt attempt, String address, String password) {
        // One retry if the hash was replaced while the password was checked against it, as by a concurrent sign-in.
        return loginOnce(attempt, EmailAddress.parse(address), password)
                .retryWhen(Retry.max(1).filter(Passwords.ReplacedException.class::isInstance))
                .onErrorMap(Exceptions::isRetryExhausted, e -> wrongCredentials());
    }

    private Mono<Tokens> loginOnce(SignInAttempt attempt, @Nullable EmailAddress email, String password) {
        return Mono.defer(() -> email == null ? Mono.<StoredPassword>empty() : accounts.password(email.normalised()))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(found -> {
                    StoredPassword stored = found.orElse(null);
                    String hash = stored == null ? null : stored.hash();
                    return hashes.matches(attempt, password, hash)
                            .flatMap(matches -> matches && stored != null && hash != null
                                    ? login(attempt, stored.userId(), password, hash)
                                    : Mono.error(SignIn::wrongCredentials));
                });
    }

    private Mono<Tokens> login(SignInAttempt attempt, UUID userId, String password, String hash) {
        return hashes.upgrade(attempt, password, hash)
                .map(upgraded -> passwords.replace(userId, hash, upgraded))
                .defaultIfEmpty(passwords.requireUnchanged(userId, hash))
                .flatMap(unchanged -> database.inTransaction(unchanged.then(tokens.issue(userId))));
    }

    /** Replaces a password, revokes all sessions and starts a new one. */
    Mono<Tokens> changePassword(UUID userId, String current, String next, PasswordChecks checks) {
        return accounts.find(userId)
                .switchIfEmpty(Mono.error(Accounts::gone))
                .flatMap(account -> passwords
                        .confirm(userId, current, checks)
                        .flatMap(old -> passwords
                                .hash(old.attempt(), "new_password", next, account.email(), account.name())
                                .flatMap(newHash -> database.inTransaction(passwords
                                        .replace(userId, old.hash(), newHash)
                                        .onErrorMap(Passwords.ReplacedException.class, e -> Passwords.wrong())
                                        .then(replaceSessions(userId))))
                                .doOnNext(change -> revocations.committed(change.revoked()))
                                .map(PasswordChange::tokens)));
    }

    /** Signs in with a link that works once; fails with 401 for any other text. */
    Mono<Tokens> redeem(String secret) {
        return links.find(secret, Purpose.SIGN_IN)
                .flatMap(userId -> database.inTransaction(passwords
                        .lockUser(userId) // before the link, as everything that deletes links does
                        .then(Mono.defer(() -> links.redeem(secret, Purpose.SIGN_IN)))
                        .flatMap(tokens::issue)))
                .switchIfEmpty(Mono.error(SignIn::invalidLink));
    }

    /**
     * Sets the new password of a link that works once, revokes all sessions and starts a new one. The link stays valid
     * if the password is refused.
     */
    Mono<Tokens> resetPassword(SignInAttempt attempt, String secret, String next) {
        return links.find(secret, Purpose.NEW_PASSWORD)
                .flatMap(accounts::find)
                .switchIfEmpty(Mono.error(SignIn::invalidLink))
                .flatMap(account -> passwords
                        .hash(attempt, "new_password", next, account.email(), account.name())
                        .flatMap(hash -> database.inTransaction(passwords
                                .reset(account.userId(), hash)
                                .then(Mono.defer(() -> links.redeem(secret, Purpose.NEW_PASSWORD)))
                                .switchIfEmpty(Mono.error(SignIn::invalidLink))
                                .flatMap(this::replaceSessions))))
                .doOnNext(change -> revocations.committed(change.revoked()))
                .map(PasswordChange::tokens);
    }

    /** Ends all sessions and links of a user and starts a session, in the caller's transaction. */
    private Mono<PasswordChange> replaceSessions(UUID userId) {
        return links.deleteAll(userId)
                .then(refreshTokens.revokeAll(userId))
                .flatMap(revoked -> tokens.issue(userId).map(issued -> new PasswordChange(revoked, issued)));
    }

    private static RuntimeException invalidLink() {
        return ProblemType.INVALID_LINK.withDetail("It was used, replaced or has expired. Ask for a new one.");
    }

    private static RuntimeException wrongCredentials() {
        return ProblemType.INVALID_CREDENTIALS.withDetail("Check both and try again.");
    }

    private record PasswordChange(List<UUID> revoked, Tokens tokens) {}
}
