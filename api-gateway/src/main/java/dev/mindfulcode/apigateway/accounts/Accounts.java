package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.Exceptions;
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/** Who may sign in, and as whom. */
public final class Accounts {

    private final Database database;
    private final PasswordHashes passwords;
    private final PasswordPolicy policy;
    private final AccessTokens accessTokens;
    private final RefreshTokens refreshTokens;
    private final RevocationTable revocations;
    private final AsyncUserCiphers userCiphers;
    private final EventPublisher log;
    private final Outbox outbox;
    private final SecureRandom random;
    private final Clock clock;

    Accounts(
            Database database,
            PasswordHashes passwords,
            PasswordPolicy policy,
            AccessTokens accessTokens,
            RefreshTokens refreshTokens,
            RevocationTable revocations,
            AsyncUserCiphers userCiphers,
            EventPublisher log,
            Outbox outbox,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.passwords = passwords;
        this.policy = policy;
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
        this.revocations = revocations;
        this.userCiphers = userCiphers;
        this.log = log;
        this.outbox = outbox;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Makes an account, its key and its REGISTERED event, all or nothing. (A key may be left over from a transaction
     * that failed: it belongs to an id that nobody has.) The password is hashed first, so that a taken address takes as
     * long to refuse.
     */
    Mono<Tokens> register(
            SignInAttempt attempt, EmailAddress email, String password, @Nullable String name, String timeZone) {
        return newPassword(attempt, "password", password, email.normalised(), name)
                .flatMap(hash -> registerHashed(email, hash, name, timeZone));
    }

    Mono<Tokens> registerHashed(EmailAddress email, String passwordHash, @Nullable String name, String timeZone) {
        Instant now = clock.instant();
        UUID userId = Uuids.version7(now.toEpochMilli(), random);
        return registered(timeZone, now)
                .flatMap(event -> database.inTransaction(
                        insert(new NewUser(userId, email.normalised(), passwordHash, name, timeZone, now))
                                .flatMap(inserted -> inserted ? Mono.empty() : Mono.error(Accounts::emailTaken))
                                .then(outbox.add(Topics.ACCOUNTS.name(), userId, event))
                                .then(userCiphers.create(userId))
                                .then(signedIn(userId))))
                .doOnSuccess(tokens -> outbox.wakeRelay());
    }

    /**
     * Returns the account of somebody for whom another issuer vouches; makes it at first sight, without a password. An
     * address that has an account already stays that account's: the issuer's word does not open it.
     */
    Mono<UUID> admit(String issuer, String subject, @Nullable EmailAddress email) {
        Instant now = clock.instant();
        UUID userId = Uuids.version7(now.toEpochMilli(), random);
        NewUser user = new NewUser(userId, email == null ? null : email.normalised(), null, null, "UTC", now);
        Mono<UUID> made = registered("UTC", now)
                .flatMap(event -> database.inTransaction(insert(user)
                        .flatMap(inserted -> inserted ? Mono.just(true) : insert(user.withoutEmail()))
                        .then(link(issuer, subject, userId))
                        .then(outbox.add(Topics.ACCOUNTS.name(), userId, event))
                        .then(userCiphers.create(userId))
                        .thenReturn(userId)));
        return made.doOnSuccess(id -> outbox.wakeRelay())
                .onErrorResume(AdmittedMeanwhileException.class, e -> admitted(issuer, subject));
    }

    /**
     * Signs in, and replaces a hash with outdated parameters. Whether it is the address or the password that is wrong
     * is neither said nor to be told from the work done.
     */
    Mono<Tokens> login(SignInAttempt attempt, String address, String password) {
        // Once more where the hash was replaced while the password was checked against it, as by another sign-in's
        // upgrade.
        return loginOnce(attempt, EmailAddress.parse(address), password)
                .retryWhen(Retry.max(1).filter(PasswordReplacedException.class::isInstance))
                .onErrorMap(Exceptions::isRetryExhausted, e -> wrongCredentials());
    }

    private Mono<Tokens> loginOnce(SignInAttempt attempt, @Nullable EmailAddress email, String password) {
        return Mono.defer(() -> credentials(email))
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(known -> {
                    Credentials user = known.orElse(null);
                    String hash = user == null ? null : user.passwordHash();
                    return passwords.matches(attempt, password, hash).flatMap(same -> {
                        return same && user != null && hash != null
                                ? signIn(attempt, user.userId(), password, hash)
                                : Mono.error(Accounts::wrongCredentials);
                    });
                });
    }

    private Mono<Tokens> signIn(SignInAttempt attempt, UUID userId, String password, String hash) {
        return passwords
                .upgrade(attempt, password, hash)
                .map(upgraded -> replaced(userId, hash, upgraded))
                .defaultIfEmpty(stillHas(userId, hash))
                .flatMap(confirmed -> database.inTransaction(confirmed.then(signedIn(userId))));
    }

    Mono<Tokens> refresh(String refreshToken) {
        return refreshTokens.rotate(refreshToken).map(this::tokens);
    }

    Mono<Void> logout(String refreshToken) {
        return refreshTokens.revoke(refreshToken);
    }

    public Mono<Account> find(UUID userId) {
        return account(userId, "");
    }

    /** Signs out everywhere, and in again with the new password. */
    Mono<Tokens> changePassword(UUID userId, String current, String next, PasswordChecks checks) {
        return find(userId)
                .flatMap(account -> confirmed(userId, current, checks)
                        .flatMap(old -> newPassword(
                                        old.attempt(), "new_password", next, account.email(), account.name())
                                .flatMap(newHash -> database.inTransaction(replaced(userId, old.hash(), newHash)
                                        .onErrorMap(PasswordReplacedException.class, e -> wrongPassword())
                                        .then(refreshTokens.revokeAll(userId))
                                        .flatMap(ended -> signedIn(userId).map(tokens -> new Changed(ended, tokens)))))
                                .doOnNext(changed -> revocations.committed(changed.ended()))
                                .map(Changed::tokens)));
    }

    /** Rectifies what is kept of a person; a new time zone goes to the log, so that days are summed anew. */
    Mono<Account> rectify(UUID userId, Rectification change, PasswordChecks checks) {
        Mono<Optional<String>> confirmed = change.email() == null
                ? Mono.just(Optional.empty())
                : confirmedForEmail(userId, change.currentPassword(), checks)
                        .map(Confirmed::hash)
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty());
        Instant now = clock.instant();
        return confirmed
                .flatMap(hash -> settingsChanged(change.timeZone(), now)
                        .flatMap(event -> database.inTransaction(locked(userId)
                                .flatMap(before -> hash.map(known -> stillHas(userId, known))
                                        .orElse(Mono.empty())
                                        .onErrorMap(PasswordReplacedException.class, e -> wrongPassword())
                                        .then(update(userId, before, change))
                                        .then(
                                                change.changesZoneOf(before)
                                                        ? outbox.add(Topics.ACCOUNTS.name(), userId, event)
                                                        : Mono.empty())))))
                .doOnSuccess(done -> outbox.wakeRelay())
                .then(Mono.defer(() -> find(userId)));
    }

    /**
     * The hash of a new password, or why it may not be one. Looked at on the hashers: what judges it is not quick
     * either.
     */
    private Mono<String> newPassword(
            SignInAttempt attempt, String field, String password, @Nullable String email, @Nullable String name) {
        List<String> personal = Stream.of(email, name)
                .filter(Objects::nonNull)
                .map(Object::toString)
                .toList();
        return passwords.hash(attempt, password, () -> {
            String fault = policy.guessFault(password, personal);
            if (fault != null) {
                throw ProblemType.INVALID_REQUEST.forField(field, fault);
            }
        });
    }

    /** Checks the current password, counted as an attempt to sign in; fails with 403 where it is another. */
    private Mono<Confirmed> confirmed(UUID userId, String password, PasswordChecks checks) {
        return database.sql("select email, password_hash from identity.users where user_id = :user")
                .bind("user", userId)
                .map(row ->
                        new Credentials(userId, row.get("email", String.class), row.get("password_hash", String.class)))
                .one()
                .switchIfEmpty(Mono.error(Accounts::gone))
                .flatMap(user -> {
                    String hash = user.passwordHash();
                    if (hash == null) {
                        return Mono.error(() -> ProblemType.FORBIDDEN.withDetail(
                                "The account has no password: another issuer signs it in."));
                    }
                    return checks.count(user.email() == null ? userId.toString() : user.email())
                            .flatMap(attempt -> passwords
                                    .matches(attempt, password, hash)
                                    .flatMap(same -> same
                                            ? Mono.just(new Confirmed(attempt, hash))
                                            : Mono.error(Accounts::wrongPassword)));
                });
    }

    /** Emits nothing for an account without a password, which can confirm nothing. */
    private Mono<Confirmed> confirmedForEmail(UUID userId, @Nullable String password, PasswordChecks checks) {
        return database.sql("select password_hash is not null as has_one from identity.users where user_id = :user")
                .bind("user", userId)
                .map(row -> Boolean.TRUE.equals(row.get("has_one", Boolean.class)))
                .one()
                .flatMap(hasOne -> {
                    if (!hasOne) {
                        return Mono.empty();
                    }
                    return password == null
                            ? Mono.error(() -> ProblemType.INVALID_REQUEST.forField(
                                    "current_password", "A new e-mail address needs the current password."))
                            : confirmed(userId, password, checks);
                });
    }

    /** Fails where the password was changed while it was being checked; until the transaction ends it cannot be. */
    private Mono<Void> stillHas(UUID userId, String hash) {
        return database.sql(
                        "select user_id from identity.users where user_id = :user and password_hash = :hash for share")
                .bind("user", userId)
                .bind("hash", hash)
                .map(row -> userId)
                .one()
                .switchIfEmpty(Mono.error(PasswordReplacedException::new))
                .then();
    }

    /** Fails where the password was changed while it was being checked. */
    private Mono<Void> replaced(UUID userId, String oldHash, String newHash) {
        return database.sql(
                        "update identity.users set password_hash = :new where user_id = :user and password_hash = :old")
                .bind("new", newHash)
                .bind("user", userId)
                .bind("old", oldHash)
                .fetch()
                .rowsUpdated()
                .flatMap(updated -> updated == 1 ? Mono.empty() : Mono.error(PasswordReplacedException::new));
    }

    private Mono<Account> locked(UUID userId) {
        return account(userId, " for update");
    }

    private Mono<Account> account(UUID userId, String lock) {
        return database.sql("select email, name, time_zone from identity.users where user_id = :user" + lock)
                .bind("user", userId)
                .map(row -> new Account(
                        userId,
                        row.get("email", String.class),
                        row.get("name", String.class),
                        Objects.requireNonNull(row.get("time_zone", String.class))))
                .one()
                .switchIfEmpty(Mono.error(Accounts::gone));
    }

    private Mono<Void> update(UUID userId, Account before, Rectification change) {
        Account after = change.of(before);
        return bound(
                        bound(
                                database.sql("update identity.users set email = :email, name = :name, time_zone = :zone"
                                                + " where user_id = :user")
                                        .bind("zone", after.timeZone())
                                        .bind("user", userId),
                                "email",
                                after.email()),
                        "name",
                        after.name())
                .fetch()
                .rowsUpdated()
                .onErrorMap(DataIntegrityViolationException.class, e -> emailTaken())
                .then();
    }

    private Mono<Void> link(String issuer, String subject, UUID userId) {
        return database.sql("insert into identity.external_identities (issuer, subject, user_id)"
                        + " values (:issuer, :subject, :user) on conflict do nothing")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .bind("user", userId)
                .fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == 1 ? Mono.empty() : Mono.error(AdmittedMeanwhileException::new));
    }

    private Mono<UUID> admitted(String issuer, String subject) {
        return database.sql("select user_id from identity.external_identities where issuer = :issuer and subject ="
                        + " :subject")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .one();
    }

    /** Whether the user was inserted; not where the address has an account. */
    private Mono<Boolean> insert(NewUser user) {
        GenericExecuteSpec insert = database.sql(
                        "insert into identity.users (user_id, email, password_hash, name, time_zone, created_at)"
                                + " values (:user, :email, :hash, :name, :zone, :now) on conflict (email) do nothing")
                .bind("user", user.userId())
                .bind("zone", user.timeZone())
                .bind("now", user.createdAt());
        return bound(bound(bound(insert, "email", user.email()), "hash", user.passwordHash()), "name", user.name())
                .fetch()
                .rowsUpdated()
                .map(inserted -> inserted == 1);
    }

    private static GenericExecuteSpec bound(GenericExecuteSpec spec, String name, @Nullable String value) {
        return value == null ? spec.bindNull(name, String.class) : spec.bind(name, value);
    }

    private Mono<Credentials> credentials(@Nullable EmailAddress email) {
        if (email == null) {
            return Mono.empty();
        }
        return database.sql("select user_id, password_hash from identity.users where email = :email")
                .bind("email", email.normalised())
                .map(row -> new Credentials(
                        Objects.requireNonNull(row.get("user_id", UUID.class)),
                        email.normalised(),
                        row.get("password_hash", String.class)))
                .one();
    }

    private Mono<byte[]> registered(String timeZone, Instant now) {
        return log.encode(
                Topics.ACCOUNTS,
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.REGISTERED)
                        .setAt(now)
                        .setTimeZone(timeZone)
                        .build());
    }

    /** Nothing encoded where no zone is asked for. */
    private Mono<byte[]> settingsChanged(@Nullable String timeZone, Instant now) {
        return timeZone == null
                ? Mono.just(new byte[0])
                : log.encode(
                        Topics.ACCOUNTS,
                        AccountEvent.newBuilder()
                                .setKind(AccountEventKind.SETTINGS_CHANGED)
                                .setAt(now)
                                .setTimeZone(timeZone)
                                .build());
    }

    private Mono<Tokens> signedIn(UUID userId) {
        return refreshTokens.startFamily(userId).map(this::tokens);
    }

    private Tokens tokens(RefreshTokens.Refreshed refreshed) {
        return new Tokens(
                refreshed.userId(),
                accessTokens.issue(refreshed.userId(), refreshed.familyId()),
                refreshed.token(),
                AccessTokenFormat.LIFETIME.toSeconds());
    }

    private static RuntimeException wrongCredentials() {
        return ProblemType.INVALID_CREDENTIALS.withDetail("Check both and try again.");
    }

    private static RuntimeException wrongPassword() {
        return ProblemType.WRONG_PASSWORD.forField("current_password", "Check it and try again.");
    }

    private static RuntimeException emailTaken() {
        return ProblemType.EMAIL_TAKEN.forField("email", "Sign in, or use another address.");
    }

    private static RuntimeException gone() {
        return ProblemType.NOT_FOUND.withDetail("The account is gone.");
    }

    private record Credentials(
            UUID userId, @Nullable String email, @Nullable String passwordHash) {
        @Override
        public String toString() {
            return "Credentials[" + userId + "]";
        }
    }

    /** The hash that the current password was checked against, in an attempt that was counted. */
    private record Confirmed(SignInAttempt attempt, String hash) {
        @Override
        public String toString() {
            return "Confirmed";
        }
    }

    /** The password, or the hash of it, was replaced while it was being checked. */
    private static final class PasswordReplacedException extends RuntimeException {
        PasswordReplacedException() {
            super(null, null, false, false);
        }
    }

    private record NewUser(
            UUID userId,
            @Nullable String email,
            @Nullable String passwordHash,
            @Nullable String name,
            String timeZone,
            Instant createdAt) {

        NewUser withoutEmail() {
            return new NewUser(userId, null, passwordHash, name, timeZone, createdAt);
        }

        @Override
        public String toString() {
            return "NewUser[" + userId + "]";
        }
    }

    private record Changed(List<UUID> ended, Tokens tokens) {}

    /** Two first sights at once: the other one's account is the one. */
    private static final class AdmittedMeanwhileException extends RuntimeException {
        AdmittedMeanwhileException() {
            super(null, null, false, false);
        }
    }

    /**
     * What is to be put right; null stays as it is.
     *
     * @param clearsName whether the name is to be forgotten
     */
    record Rectification(
            @Nullable EmailAddress email,
            @Nullable String name,
            boolean clearsName,
            @Nullable String timeZone,
            @Nullable String currentPassword) {

        boolean changesZoneOf(Account account) {
            return timeZone != null && !timeZone.equals(account.timeZone());
        }

        Account of(Account before) {
            return new Account(
                    before.userId(),
                    email == null ? before.email() : email.normalised(),
                    clearsName ? null : name == null ? before.name() : name,
                    timeZone == null ? before.timeZone() : timeZone);
        }

        @Override
        public String toString() {
            return "Rectification";
        }
    }

    /** The answer to signing in. */
    record Tokens(UUID userId, String accessToken, String refreshToken, long expiresIn) {
        @Override
        public String toString() {
            return "Tokens";
        }
    }

    public record Account(
            UUID userId, @Nullable String email, @Nullable String name, String timeZone) {
        @Override
        public String toString() {
            return "Account[" + userId + "]";
        }
    }
}
