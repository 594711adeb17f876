package dev.mindfulcode.identity.tokens;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.ReactiveDatabase;
import dev.mindfulcode.identity.SealedColumn;
import dev.mindfulcode.identity.UserCiphers;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * API keys, stored as their hashes, their names encrypted with the user's key. Each statement joins the caller's
 * transaction. Thread-safe.
 */
public final class ApiKeyTable {

    private final ReactiveDatabase database;
    private final UserCiphers ciphers;

    public ApiKeyTable(ReactiveDatabase database, UserCiphers ciphers) {
        this.database = database;
        this.ciphers = ciphers;
    }

    /**
     * A stored API key.
     *
     * @param lastUsedAt accurate to a few minutes; null for a key that was never used
     */
    public record ApiKey(
            UUID keyId,
            String name,
            String scope,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    /** Inserts a key unless its user has {@code max} keys; emits whether it did. Lock the user's row first. */
    public Mono<Boolean> insert(UUID userId, ApiKey key, CredentialHash hash, int max) {
        return ciphers.find(userId).flatMap(cipher -> insert(cipher, key, hash, max));
    }

    private Mono<Boolean> insert(UserCipher cipher, ApiKey key, CredentialHash hash, int max) {
        return database.sql("""
                        INSERT INTO identity.api_keys (key_id, user_id, sealed_name, key_hash, scope, created_at)
                        SELECT :key, :user, :name, :hash, :scope, :now
                        WHERE (SELECT count(*) FROM identity.api_keys WHERE user_id = :user) < :max""")
                .bind("key", key.keyId())
                .bind("user", cipher.userId())
                .bind("name", SealedColumn.API_KEY_NAME.seal(cipher, key.name()))
                .bind("hash", hash.bytes())
                .bind("scope", key.scope())
                .bind("now", key.createdAt())
                .bind("max", max)
                .fetch()
                .rowsUpdated()
                .map(inserted -> inserted == 1);
    }

    /** Emits the keys of a user, latest first. */
    public Mono<List<ApiKey>> ofUser(UUID userId) {
        return ciphers.find(userId).flatMap(cipher -> ofUser(cipher)).defaultIfEmpty(List.of());
    }

    private Mono<List<ApiKey>> ofUser(UserCipher cipher) {
        return database.sql("""
                        SELECT key_id, sealed_name, scope, created_at, last_used_at FROM identity.api_keys
                        WHERE user_id = :user ORDER BY created_at DESC, key_id DESC""")
                .bind("user", cipher.userId())
                .map(row -> new ApiKey(
                        Objects.requireNonNull(row.get("key_id", UUID.class)),
                        SealedColumn.API_KEY_NAME.openPresent(
                                cipher, Objects.requireNonNull(row.get("sealed_name", byte[].class))),
                        Objects.requireNonNull(row.get("scope", String.class)),
                        Objects.requireNonNull(row.get("created_at", Instant.class)),
                        row.get("last_used_at", Instant.class)))
                .all()
                .collectList();
    }

    /** Deletes a key of a user; emits whether it existed. */
    public Mono<Boolean> delete(UUID userId, UUID keyId) {
        return database.sql("DELETE FROM identity.api_keys WHERE key_id = :key AND user_id = :user")
                .bind("key", keyId)
                .bind("user", userId)
                .fetch()
                .rowsUpdated()
                .map(deleted -> deleted == 1);
    }
}
