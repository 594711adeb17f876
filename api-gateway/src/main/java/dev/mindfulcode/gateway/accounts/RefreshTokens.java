package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.access.AccessTokenFormat;
import dev.mindfulcode.access.CredentialHash;
import dev.mindfulcode.access.Revocations;
import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Refresh tokens: 256 random bits, good for one use, kept as their SHA-256. A sign-in starts a family; each use replaces the
 * token by the next. A token that comes a second time was copied, and since nobody can tell by whom, the whole family ends, with the
 * access tokens that it brought forth.
 */
final class RefreshTokens {

    static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    /** After which one must sign in again, however often the token was refreshed. */
    static final Duration FAMILY_LIFETIME = Duration.ofDays(180);

    static final int TEXT_LENGTH_MAX = 128;
    private static final int TOKEN_BYTES = 32;

    private final Database database;
    private final RevocationTable revocations;
    private final SecureRandom random;
    private final Clock clock;

    RefreshTokens(Database database, RevocationTable revocations, SecureRandom random, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.random = random;
        this.clock = clock;
    }

    /** Starts a family and returns its first token; old families of the user are swept out on the way. */
    Mono<Refreshed> startFamily(UUID userId) {
        UUID familyId = UUID.randomUUID();
        Instant now = clock.instant();
        Mono<Long> swept = database.sql(
                        "delete from identity.refresh_families where user_id = :user and expires_at < :now")
                .bind("user", userId)
                .bind("now", now)
                .fetch()
                .rowsUpdated();
        Mono<Long> inserted = database.sql("insert into identity.refresh_families (family_id, user_id, expires_at)"
                        + " values (:family, :user, :expires)")
                .bind("family", familyId)
                .bind("user", userId)
                .bind("expires", now.plus(FAMILY_LIFETIME))
                .fetch()
                .rowsUpdated();
        return swept.then(inserted).then(issue(familyId)).map(token -> new Refreshed(userId, familyId, token));
    }

    /** Uses up a token; emits whose it was and the next one, or fails with 401. */
    Mono<Refreshed> rotate(String token) {
        byte[] hash = hash(token);
        Instant now = clock.instant();
        // The family is locked, so that it is not revoked between its next token and the revocation's look at what it
        // must end.
        Mono<Refreshed> rotated = database.sql("""
            with family as (
                select f.family_id, f.user_id from identity.refresh_families f
                join identity.refresh_tokens t on t.family_id = f.family_id
                where t.token_hash = :hash and f.revoked_at is null and f.expires_at > :now
                for share of f)
            update identity.refresh_tokens t set used_at = :now from family f
            where t.token_hash = :hash and t.used_at is null and t.expires_at > :now
            returning f.user_id, f.family_id\
            """)
                .bind("now", now)
                .bind("hash", hash)
                .map(row -> new Refreshed(row.get("user_id", UUID.class), row.get("family_id", UUID.class), ""))
                .one()
                .flatMap(used -> issue(used.familyId()).map(used::with));
        // Not in the same transaction: that one ends with an error, and the revocation must outlive it.
        return database.inTransaction(rotated)
                .switchIfEmpty(Mono.defer(() -> revokeIfUsed(hash, now)).then(Mono.error(RefreshTokens::refused)));
    }

    /** Ends the family of a token; does nothing for a token that is not known. */
    Mono<Void> revoke(String token) {
        return revokeWhere("token_hash = :hash", hash(token), clock.instant());
    }

    /**
     * Ends all families of a user in the transaction at hand.
     *
     * @return the families of which access tokens may still be about; tell {@link Revocations} of them when it has committed
     */
    Mono<List<UUID>> revokeAll(UUID userId) {
        Instant now = clock.instant();
        Mono<List<UUID>> ended = database.sql("update identity.refresh_families set revoked_at = :now"
                        + " where user_id = :user and revoked_at is null returning family_id")
                .bind("now", now)
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                .all()
                .collectList();
        // A statement of its own: it sees the tokens that the update had to wait for.
        return ended.flatMap(families -> database.sql("select distinct family_id from identity.refresh_tokens"
                                + " where family_id = any (:families) and expires_at > :lasting")
                        .bind("families", families.toArray(UUID[]::new))
                        .bind(
                                "lasting",
                                now.minus(AccessTokenFormat.OUTLIVED_AFTER).plus(TOKEN_LIFETIME))
                        .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                        .all()
                        .collectList())
                .flatMap(families -> revocations.record(families).thenReturn(families));
    }

    private Mono<Void> revokeIfUsed(byte[] hash, Instant now) {
        return revokeWhere("token_hash = :hash and used_at is not null", hash, now);
    }

    private Mono<Void> revokeWhere(String condition, byte[] hash, Instant now) {
        Mono<List<UUID>> revoked = database.sql(
                        "update identity.refresh_families set revoked_at = :now where revoked_at is null"
                                + " and family_id = (select family_id from identity.refresh_tokens where " + condition
                                + ") returning family_id")
                .bind("now", now)
                .bind("hash", hash)
                .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                .all()
                .collectList()
                .flatMap(families -> revocations.record(families).thenReturn(families));
        return database.inTransaction(revoked).doOnNext(revocations::committed).then();
    }

    private Mono<String> issue(UUID familyId) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return database.sql("insert into identity.refresh_tokens (token_hash, family_id, expires_at)"
                        + " values (:hash, :family, :expires)")
                .bind("hash", hash(token))
                .bind("family", familyId)
                .bind("expires", clock.instant().plus(TOKEN_LIFETIME))
                .fetch()
                .rowsUpdated()
                .thenReturn(token);
    }

    private static byte[] hash(String token) {
        return CredentialHash.of(token).bytes();
    }

    private static RuntimeException refused() {
        return ProblemType.INVALID_REFRESH_TOKEN.because("Sign in again.");
    }

    record Refreshed(UUID userId, UUID familyId, String token) {
        Refreshed with(String next) {
            return new Refreshed(userId, familyId, next);
        }

        @Override
        public String toString() {
            return "Refreshed[" + userId + "]";
        }
    }
}
