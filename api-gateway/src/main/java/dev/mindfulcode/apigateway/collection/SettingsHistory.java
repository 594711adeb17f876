package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The table {@code gateway.privacy_changes}: who changed which setting of a user and when, sealed with the user's key.
 * The latest {@link #CHANGES_MAX} of a user are stored. Each statement joins the caller's transaction. Thread-safe.
 */
public final class SettingsHistory {

    public static final int CHANGES_MAX = 1_000;

    private static final String DELETE_OLDEST = """
            DELETE FROM gateway.privacy_changes WHERE user_id = :user AND change_id <= (
                SELECT change_id FROM gateway.privacy_changes
                WHERE user_id = :user ORDER BY change_id DESC OFFSET :max LIMIT 1)""";

    private static final String SEALED_FOR = "gateway.privacy_changes";
    private static final int SEALED_VERSION = 1;

    private final Database database;
    private final AsyncUserCiphers ciphers;

    public SettingsHistory(Database database, AsyncUserCiphers ciphers) {
        this.database = database;
        this.ciphers = ciphers;
    }

    /** Adds changes of a user's settings, in this order; the caller has locked the user's row. */
    public Mono<Void> add(UUID userId, List<SettingsChange> changes, Instant now) {
        return changes.isEmpty()
                ? Mono.empty()
                : cipher(userId)
                        .flatMap(cipher -> Flux.fromIterable(changes)
                                .concatMap(change -> insert(userId, seal(cipher, change), now))
                                .then())
                        .then(Mono.defer(() -> deleteOldest(userId)));
    }

    /** Emits a page of a user's changes, latest first. */
    public Mono<List<StoredChange>> page(UUID userId, long beforeId, int limit) {
        return cipher(userId)
                .flatMap(cipher -> database.sql("""
                        SELECT change_id, changed_at, sealed_change FROM gateway.privacy_changes
                        WHERE user_id = :user AND change_id < :before ORDER BY change_id DESC LIMIT :limit""")
                        .bind("user", userId)
                        .bind("before", beforeId)
                        .bind("limit", limit)
                        .map(row -> new StoredChange(
                                Objects.requireNonNull(row.get("change_id", Long.class)),
                                Objects.requireNonNull(row.get("changed_at", Instant.class)),
                                open(cipher, Objects.requireNonNull(row.get("sealed_change", byte[].class)))))
                        .all()
                        .collectList());
    }

    private Mono<Void> insert(UUID userId, byte[] sealed, Instant now) {
        return database.sql("""
                        INSERT INTO gateway.privacy_changes (user_id, changed_at, sealed_change)
                        VALUES (:user, :now, :sealed)""")
                .bind("user", userId)
                .bind("now", now)
                .bind("sealed", sealed)
                .then();
    }

    private Mono<Void> deleteOldest(UUID userId) {
        return database.sql(DELETE_OLDEST)
                .bind("user", userId)
                .bind("max", CHANGES_MAX)
                .then();
    }

    private Mono<UserCipher> cipher(UUID userId) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")));
    }

    private static byte[] seal(UserCipher cipher, SettingsChange change) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("by", change.by().text());
        members.put("setting", change.setting());
        members.putAll(change.members());
        return cipher.encrypt(Json.bytes(members), SEALED_FOR, SEALED_VERSION);
    }

    private static Map<String, @Nullable Object> open(UserCipher cipher, byte[] sealed) {
        try {
            return Json.object(cipher.decrypt(sealed, SEALED_FOR, SEALED_VERSION))
                    .members();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("A change is not encrypted with the key of its user", e);
        }
    }

    /** @param members {@code by}, {@code setting} and what changed, as values of JSON */
    public record StoredChange(long id, Instant changedAt, Map<String, @Nullable Object> members) {}
}
