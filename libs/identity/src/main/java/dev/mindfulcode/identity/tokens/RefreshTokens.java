package dev.mindfulcode.identity.tokens;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.WrappedColumn;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.ReactiveDatabase;
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
 * <p>A response may get lost, and one client may send several refreshes at once. So the token that was just replaced
 * returns the same successor for {@link #REUSE_GRACE}, as long as that successor is unused. Any other use of a replaced
 * token means that it was copied; the family is then revoked, with its access tokens.
 *
 * <p>Security guarantees: the database holds no token in clear. A successor is sealed with the key-encryption key, and
 * the sealed copy is deleted when the successor is used.
 */
public final class RefreshTokens {

    /** Longest text that can be a refresh token, with room for other formats. */
    public static final int TEXT_LENGTH_MAX = 128;

    public static final Duration TOKEN_LIFETIME = Duration.ofDays(30);

    /** After this time a user has to sign in again, however often the token was refreshed. */
    static final Duration FAMILY_LIFETIME = Duration.ofDays(180);

    /** A replaced token returns its successor for this long, by the database's clock, which all gateways share. */
    static final Duration REUSE_GRACE = Duration.ofSeconds(20);

    private static final int TOKEN_BYTES = 32;
    private static final String PURPOSE = "refresh-successor/";

    /** Of Postgres's text of a bytea; hexadecimal digits follow. */
    private static final String BYTEA_PREFIX = "\\x";

    private static final Logger log = LoggerFactory.getLogger(RefreshTokens.class);

    private final ReactiveDatabase database;
    private final RevocationTable revocations;
    private final KeyEncryptionKey keyEncryptionKey;
    private final SecureRandom random;
    private final Clock clock;

    public RefreshTokens(
            ReactiveDatabase database,
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

    /** Returns the column that is sealed with the key-encryption key. */
    public static WrappedColumn wrappedColumn() {
        return WrappedColumn.withPurpose(
                "refresh_tokens",
                "identity.refresh_tokens",
                "token_hash",
                "bytea",
                "sealed_successor",
                hash -> PURPOSE + hash.substring(BYTEA_PREFIX.length()));
    }

    /** A token that was just issued. */
    public record IssuedToken(UUID userId, UUID familyId, String token) {

        /** Without the token. */
        @Override
        public String toString() {
            return "IssuedToken[" + userId + "]";
        }
    }

    /**
     * A sign-in.
     *
     * @param revokedAt null while it is valid
     */
    public record Family(
            UUID familyId, Instant expiresAt, @Nullable Instant revokedAt) {}

    /** Emits the stored families of a user, those that expire first first. */
    public Mono<List<Family>> families(UUID userId) {
        return database.sql("""
                        SELECT family_id, expires_at, revoked_at FROM identity.refresh_families
                        WHERE user_id = :user ORDER BY expires_at, family_id""")
                .bind("user", userId)
                .map(row -> new Family(
                        Objects.requireNonNull(row.get("family_id", UUID.class)),
                        Objects.requireNonNull(row.get("expires_at", Instant.class)),
                        row.get("revoked_at", Instant.class)))
                .all()
                .collectList();
    }

    /** Starts a family, emits its first token and deletes expired families of the user. */
    public Mono<IssuedToken> startFamily(UUID userId) {
        UUID familyId = UUID.randomUUID();
        Instant now = clock.instant();
        Mono<Long> deleted = database.sql(
                        "DELETE FROM identity.refresh_families WHERE user_id = :user AND expires_at < :now")
                .bind("user", userId)
                .bind("now", now)
                .fetch()
                .rowsUpdated();
        Mono<Long> inserted = database.sql("""
                        INSERT INTO identity.refresh_families (family_id, user_id, expires_at)
                        VALUES (:family, :user, :expires)""")
                .bind("family", familyId)
                .bind("user", userId)
                .bind("expires", now.plus(FAMILY_LIFETIME))
                .fetch()
                .rowsUpdated();
        return deleted.then(inserted).then(issue(familyId)).map(token -> new IssuedToken(userId, familyId, token));
    }

    /** Replaces a token and emits its successor; emits nothing if the token is not valid. */
    public Mono<IssuedToken> rotate(String token) {
        byte[] hash = hash(token);
        Instant now = clock.instant();
        // The lock of the token's row decides between concurrent requests, on any gateways. The family is locked so
        // that it is not revoked between its next token and the revocation's query for tokens to end.
        Mono<IssuedToken> rotated = database.sql("""
                        SELECT f.user_id, f.family_id, t.used_at IS NULL AS is_unused, t.sealed_successor,
                            t.used_at > now() - make_interval(secs => :grace) AS is_recent
                        FROM identity.refresh_tokens t JOIN identity.refresh_families f USING (family_id)
                        WHERE t.token_hash = :hash AND t.expires_at > :now
                            AND f.revoked_at IS NULL AND f.expires_at > :now
                        FOR UPDATE OF t FOR SHARE OF f""")
                .bind("hash", hash)
                .bind("now", now)
                .bind("grace", REUSE_GRACE.toSeconds())
                .map(row -> new StoredToken(
                        Objects.requireNonNull(row.get("user_id", UUID.class)),
                        Objects.requireNonNull(row.get("family_id", UUID.class)),
                        Boolean.TRUE.equals(row.get("is_unused", Boolean.class)),
                        Boolean.TRUE.equals(row.get("is_recent", Boolean.class)),
                        row.get("sealed_successor", byte[].class)))
                .one()
                .flatMap(found -> found.isUnused() ? replace(hash, found) : Mono.justOrEmpty(successor(hash, found)));
        // A reused token revokes its family in a transaction of its own, after the first one.
        return database.inTransaction(rotated)
                .switchIfEmpty(Mono.defer(() -> revokeIfUsed(hash, now).then(Mono.<IssuedToken>empty())));
    }

    private Mono<IssuedToken> replace(byte[] hash, StoredToken found) {
        return issue(found.familyId()).flatMap(next -> {
            byte[] sealed = keyEncryptionKey.seal(next.getBytes(StandardCharsets.US_ASCII), purpose(hash));
            // The client has received this token, so its predecessor's sealed copy of it is deleted.
            return database.sql("""
                            UPDATE identity.refresh_tokens SET
                                used_at = CASE WHEN token_hash = :hash THEN clock_timestamp() ELSE used_at END,
                                sealed_successor = CASE WHEN token_hash = :hash THEN :sealed END
                            WHERE family_id = :family AND (token_hash = :hash OR sealed_successor IS NOT NULL)""")
                    .bind("hash", hash)
                    .bind("sealed", sealed)
                    .bind("family", found.familyId())
                    .fetch()
                    .rowsUpdated()
                    .thenReturn(new IssuedToken(found.userId(), found.familyId(), next));
        });
    }

    /** Returns the successor of a token that was just replaced; null if another use means that it was copied. */
    private @Nullable IssuedToken successor(byte[] hash, StoredToken found) {
        byte[] sealed = found.sealedSuccessor();
        if (!found.isRecent() || sealed == null) {
            return null;
        }
        try {
            String next = new String(keyEncryptionKey.open(sealed, purpose(hash)), StandardCharsets.US_ASCII);
            return new IssuedToken(found.userId(), found.familyId(), next);
        } catch (GeneralSecurityException e) {
            log.warn("Refresh token successor was sealed with another ENCRYPTION_KEY: family={}", found.familyId());
            return null;
        }
    }

    /** Revokes the family of a token; does nothing for an unknown token. */
    public Mono<Void> revoke(String token) {
        return revokeWhere("token_hash = :hash", hash(token), clock.instant());
    }

    /**
     * Revokes all families of a user in the caller's transaction.
     *
     * @return the families that may have valid access tokens; pass them to {@link RevocationTable#committed} after the
     *     commit
     */
    public Mono<List<UUID>> revokeAll(UUID userId) {
        Instant now = clock.instant();
        Mono<List<UUID>> revoked = database.sql("""
                        UPDATE identity.refresh_families SET revoked_at = :now
                        WHERE user_id = :user AND revoked_at IS NULL RETURNING family_id""")
                .bind("now", now)
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                .all()
                .collectList();
        // A second statement: it sees the tokens of transactions that the update had to wait for.
        return revoked.flatMap(families -> database.sql("""
                                SELECT DISTINCT family_id FROM identity.refresh_tokens
                                WHERE family_id = ANY (:families) AND expires_at > :issued_after""")
                        .bind("families", families.toArray(UUID[]::new))
                        .bind(
                                "issued_after",
                                now.minus(AccessTokenFormat.VALIDITY_MAX).plus(TOKEN_LIFETIME))
                        .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                        .all()
                        .collectList())
                .flatMap(families -> revocations.insert(families).thenReturn(families));
    }

    private Mono<Void> revokeIfUsed(byte[] hash, Instant now) {
        return revokeWhere("token_hash = :hash AND used_at IS NOT NULL", hash, now);
    }

    private Mono<Void> revokeWhere(String condition, byte[] hash, Instant now) {
        Mono<List<UUID>> revoked = database.sql("""
                        UPDATE identity.refresh_families SET revoked_at = :now
                        WHERE revoked_at IS NULL
                            AND family_id = (SELECT family_id FROM identity.refresh_tokens WHERE %s)
                        RETURNING family_id""".formatted(condition))
                .bind("now", now)
                .bind("hash", hash)
                .map(row -> Objects.requireNonNull(row.get("family_id", UUID.class)))
                .all()
                .collectList()
                .flatMap(families -> revocations.insert(families).thenReturn(families));
        return database.inTransaction(revoked).doOnNext(revocations::committed).then();
    }

    private Mono<String> issue(UUID familyId) {
        byte[] bytes = new byte[TOKEN_BYTES];
        random.nextBytes(bytes);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        return database.sql("""
                        INSERT INTO identity.refresh_tokens (token_hash, family_id, expires_at)
                        VALUES (:hash, :family, :expires)""")
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

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record StoredToken(
            UUID userId, UUID familyId, boolean isUnused, boolean isRecent, byte @Nullable [] sealedSuccessor) {}
}
