package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.database.UserCiphers;
import dev.mindfulcode.gateway.http.ProblemType;
import dev.mindfulcode.gateway.http.Uuids;
import dev.mindfulcode.gateway.log.EventLog;
import dev.mindfulcode.gateway.log.Outbox;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.Topics;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Who may sign in, and as whom. */
final class Accounts {

    private final Database database;
    private final PasswordHashes passwords;
    private final AccessTokens accessTokens;
    private final RefreshTokens refreshTokens;
    private final UserCiphers userCiphers;
    private final EventLog log;
    private final Outbox outbox;
    private final SecureRandom random;
    private final Clock clock;

    Accounts(
            Database database,
            PasswordHashes passwords,
            AccessTokens accessTokens,
            RefreshTokens refreshTokens,
            UserCiphers userCiphers,
            EventLog log,
            Outbox outbox,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.passwords = passwords;
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
        this.userCiphers = userCiphers;
        this.log = log;
        this.outbox = outbox;
        this.random = random;
        this.clock = clock;
    }

    /**
     * Makes an account, its key and its REGISTERED event, all or nothing. (A key may be left over from a transaction that failed:
     * it belongs to an id that nobody has.) The password is hashed first, so that a taken address takes as long to refuse.
     */
    Mono<Tokens> register(EmailAddress email, String password, String timeZone) {
        Instant now = clock.instant();
        UUID userId = Uuids.version7(now.toEpochMilli(), random);
        AccountEvent registered = AccountEvent.newBuilder()
                .setKind(AccountEventKind.REGISTERED)
                .setAt(now)
                .setTimeZone(timeZone)
                .build();
        Mono<byte[]> event = log.encode(Topics.ACCOUNTS, registered);
        return Mono.zip(passwords.hash(password), event)
                .flatMap(prepared -> database.inTransaction(insert(userId, email, prepared.getT1(), timeZone, now)
                        .then(outbox.add(Topics.ACCOUNTS.name(), userId, prepared.getT2()))
                        .then(userCiphers.create(userId))
                        .then(signedIn(userId))))
                .doOnSuccess(tokens -> outbox.committed());
    }

    /** Signs in. Whether it is the address or the password that is wrong is neither said nor to be told from the work done. */
    Mono<Tokens> login(String address, String password) {
        EmailAddress email = EmailAddress.parse(address);
        return credentials(email)
                .map(Optional::of)
                .defaultIfEmpty(Optional.empty())
                .flatMap(known -> {
                    String hash = known.map(Credentials::passwordHash).orElse(null);
                    return passwords.matches(password, hash).flatMap(same -> {
                        Credentials user = known.orElse(null);
                        return same && user != null
                                ? database.inTransaction(signedIn(user.userId()))
                                : Mono.error(ProblemType.INVALID_CREDENTIALS.because("Check both and try again."));
                    });
                });
    }

    Mono<Tokens> refresh(String refreshToken) {
        return refreshTokens.rotate(refreshToken).map(refreshed -> tokens(refreshed.userId(), refreshed.token()));
    }

    Mono<Void> logout(String refreshToken) {
        return refreshTokens.revoke(refreshToken);
    }

    Mono<Account> find(UUID userId) {
        return database.sql("select email, time_zone from identity.users where user_id = :user")
                .bind("user", userId)
                .map(row -> new Account(userId, row.get("email", String.class), row.get("time_zone", String.class)))
                .one();
    }

    private Mono<Void> insert(UUID userId, EmailAddress email, String passwordHash, String timeZone, Instant now) {
        return database.sql("insert into identity.users (user_id, email, password_hash, time_zone, created_at)"
                        + " values (:user, :email, :hash, :zone, :now) on conflict (email) do nothing")
                .bind("user", userId)
                .bind("email", email.normalised())
                .bind("hash", passwordHash)
                .bind("zone", timeZone)
                .bind("now", now)
                .fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == 1
                        ? Mono.empty()
                        : Mono.error(ProblemType.EMAIL_TAKEN.at("email", "Sign in, or use another address.")));
    }

    private Mono<Credentials> credentials(@Nullable EmailAddress email) {
        if (email == null) {
            return Mono.empty();
        }
        return database.sql("select user_id, password_hash from identity.users where email = :email")
                .bind("email", email.normalised())
                .map(row -> new Credentials(row.get("user_id", UUID.class), row.get("password_hash", String.class)))
                .one();
    }

    private Mono<Tokens> signedIn(UUID userId) {
        return refreshTokens.startFamily(userId).map(refreshToken -> tokens(userId, refreshToken));
    }

    private Tokens tokens(UUID userId, String refreshToken) {
        return new Tokens(userId, accessTokens.issue(userId), refreshToken, AccessTokens.LIFETIME.toSeconds());
    }

    private record Credentials(UUID userId, String passwordHash) {}

    /** The answer to signing in. */
    record Tokens(UUID userId, String accessToken, String refreshToken, long expiresIn) {
        @Override
        public String toString() {
            return "Tokens";
        }
    }

    record Account(UUID userId, String email, String timeZone) {
        @Override
        public String toString() {
            return "Account[" + userId + "]";
        }
    }
}
