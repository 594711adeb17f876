package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.Revocations;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Refresh tokens: 256 random bits, stored as their SHA-256. A sign-in starts a family; each use replaces the token by
 * the next.
 *
 * <p>An answer may get lost, and one client may refresh several times at once. So the token just replaced returns the
 * same successor for {@link #REUSE_GRACE}, as long as that successor is unused. Any other use of a replaced token means
 * that it was copied; the family ends then, with its access tokens.
 *
 * <p>Security guarantees: the database holds no token in clear. A successor is sealed with the key-encryption key, and
 * the sealed copy is deleted when the successor is used.
 */
final class RefreshTokens {

    static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    /** After which one must sign in again, however often the token was refreshed. */
    static final Duration FAMILY_LIFETIME = Duration.ofDays(180);

    /**
     * How long a replaced token returns its successor again. Measured by the database's clock, which all gateways
     * share.
     */
    static final Duration REUSE_GRACE = Duration.ofSeconds(20);

    static final int TEXT_LENGTH_MAX = 128;
    private static final int TOKEN_BYTES = 32;
    private static final String PURPOSE = "refresh-successor/";

    private static final Logger LOG = LoggerFactory.getLogger(RefreshTokens.class);

    private final Database database;
    private final RevocationTable revocations;
    private final KeyEncryptionKey keyEncryptionKey;
    private final SecureRandom random;
    private final Clock clock;

    RefreshTokens(
            Database database,
            RevocationTable revocations,
            KeyEncryptionKey keyEncryptionKey,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.keyEncryptionKey = keyEncryptionKey;
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

    /** Replaces a token; emits its user and its successor, or fails with 401. */
    Mono<Refreshed> rotate(String token) {
        byte[] hash = hash(token);
        Instant now = clock.instant();
        // The locked row decides between requests at once, on whichever gateways. The family is locked so that it is
        // not
        // revoked between its next token and the revocation's look at what it must end.
        Mono<Refreshed> rotated = database.sql("""
            SELECT f.user_id, f.family_id, t.used_at IS NULL AS is_unused, t.sealed_successor,
                t.used_at > now() - make_interval(secs => :grace) AS is_recent
            FROM identity.refresh_tokens t JOIN identity.refresh_families f USING (family_id)
            WHERE t.token_hash = :hash AND t.expires_at > :now AND f.revoked_at IS NULL AND f.expires_at > :now
            FOR UPDATE OF t FOR SHARE OF f\
            """)
                .bind("hash", hash)
                .bind("now", now)
                .bind("grace", REUSE_GRACE.toSeconds())
                .map(row -> new Found(
                        Objects.requireNonNull(row.get("user_id", UUID.class)),
                        Objects.requireNonNull(row.get("family_id", UUID.class)),
                        Boolean.TRUE.equals(row.get("is_unused", Boolean.class)),
                        Boolean.TRUE.equals(row.get("is_recent", Boolean.class)),
                        row.get("sealed_successor", byte[].class)))
                .one()
                .flatMap(found -> found.isUnused() ? replace(hash, found) : Mono.justOrEmpty(replaced(hash, found)));
        // Not in the same transaction: that one ends with an error, and the revocation must outlive it.
        return database.inTransaction(rotated)
                .switchIfEmpty(Mono.defer(() -> revokeIfUsed(hash, now)).then(Mono.error(RefreshTokens::refused)));
    }

    private Mono<Refreshed> replace(byte[] hash, Found found) {
        return issue(found.familyId()).flatMap(next -> {
            byte[] sealed = keyEncryptionKey.seal(next.getBytes(StandardCharsets.US_ASCII), purpose(hash));
            // Whoever holds the successor has received it: its predecessor has no more to return.
            return database.sql("""
                UPDATE identity.refresh_tokens SET
                    used_at = CASE WHEN token_hash = :hash THEN clock_timestamp() ELSE used_at END,
                    sealed_successor = CASE WHEN token_hash = :hash THEN :sealed END
                WHERE family_id = :family AND (token_hash = :hash OR sealed_successor IS NOT NULL)\
                """)
                    .bind("hash", hash)
                    .bind("sealed", sealed)
                    .bind("family", found.familyId())
                    .fetch()
                    .rowsUpdated()
                    .thenReturn(new Refreshed(found.userId(), found.familyId(), next));
        });
    }

    /**
     * Returns the successor of a token that was just replaced, or null where using it again means that it was copied.
     */
    private @Nullable Refreshed replaced(byte[] hash, Found found) {
        byte[] sealed = found.sealedSuccessor();
        if (!found.isRecent() || sealed == null) {
            return null;
        }
        try {
            String next = new String(keyEncryptionKey.open(sealed, purpose(hash)), StandardCharsets.US_ASCII);
            return new Refreshed(found.userId(), found.familyId(), next);
        } catch (GeneralSecurityException e) {
            LOG.warn("Refresh token successor does not open with this ENCRYPTION_KEY: family={}", found.familyId());
            return null;
        }
    }

    /** Ends the family of a token; does nothing for a token that is not known. */
    Mono<Void> revoke(String token) {
        return revokeWhere("token_hash = :hash", hash(token), clock.instant());
    }

    /**
     * Ends all families of a user in the transaction at hand.
     *
     * @return the families of which access tokens may still be about; tell {@link Revocations} of them when it has
     *     committed
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
                                now.minus(AccessTokenFormat.VALIDITY_MAX).plus(TOKEN_LIFETIME))
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

    private static String purpose(byte[] hash) {
        return PURPOSE + HexFormat.of().formatHex(hash);
    }

    private static byte[] hash(String token) {
        return CredentialHash.of(token).bytes();
    }

    private static RuntimeException refused() {
        return ProblemType.INVALID_REFRESH_TOKEN.withDetail("Sign in again.");
    }

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Found(
            UUID userId, UUID familyId, boolean isUnused, boolean isRecent, byte @Nullable [] sealedSuccessor) {}

    record Refreshed(UUID userId, UUID familyId, String token) {

        @Override
        public String toString() {
            return "Refreshed[" + userId + "]";
        }
    }
}
