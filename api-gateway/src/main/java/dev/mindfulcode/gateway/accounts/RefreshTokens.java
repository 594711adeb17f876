package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * Refresh tokens: 256 random bits, good for one use, kept as their SHA-256. A sign-in starts a family; each use replaces the
 * token by the next. A token that comes a second time was copied, and since nobody can tell by whom, the whole family ends.
 */
final class RefreshTokens {

    static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    /** After which one must sign in again, however often the token was refreshed. */
    static final Duration FAMILY_LIFETIME = Duration.ofDays(180);

    static final int TEXT_LENGTH_MAX = 128;
    private static final int TOKEN_BYTES = 32;

    private final Database database;
    private final SecureRandom random;
    private final Clock clock;

    RefreshTokens(Database database, SecureRandom random, Clock clock) {
        this.database = database;
        this.random = random;
        this.clock = clock;
    }

    /** Starts a family and returns its first token; old families of the user are swept out on the way. */
    Mono<String> startFamily(UUID userId) {
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
        return swept.then(inserted).then(issue(familyId));
    }

    /** Uses up a token; emits whose it was and the next one, or fails with 401. */
    Mono<Refreshed> rotate(String token) {
        byte[] hash = hash(token);
        Instant now = clock.instant();
        Mono<Refreshed> rotated = database.sql("""
                        update identity.refresh_tokens t set used_at = :now
                        from identity.refresh_families f
                        where t.token_hash = :hash and t.used_at is null and t.expires_at > :now
                          and f.family_id = t.family_id and f.revoked_at is null and f.expires_at > :now
                        returning f.user_id, f.family_id""")
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

    private Mono<Void> revokeIfUsed(byte[] hash, Instant now) {
        return revokeWhere("token_hash = :hash and used_at is not null", hash, now);
    }

    private Mono<Void> revokeWhere(String condition, byte[] hash, Instant now) {
        return database.sql("update identity.refresh_families set revoked_at = :now where revoked_at is null"
                        + " and family_id = (select family_id from identity.refresh_tokens where " + condition + ")")
                .bind("now", now)
                .bind("hash", hash)
                .fetch()
                .rowsUpdated()
                .then();
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
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RuntimeException refused() {
        return ProblemType.INVALID_REFRESH_TOKEN.because("Sign in again.");
    }

    record Refreshed(UUID userId, UUID familyId, String token) {
        Refreshed with(String next) {
            return new Refreshed(userId, familyId, next);
        }
    }
}
