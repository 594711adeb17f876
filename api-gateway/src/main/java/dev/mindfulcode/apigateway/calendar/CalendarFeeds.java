package dev.mindfulcode.apigateway.calendar;

import dev.mindfulcode.apigateway.accounts.Reauthentication;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.accounts.AccountTable;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * The secret keys of calendar feeds, in the table {@code gateway.calendar_feeds}, which has only their hashes. A user
 * has at most one. Thread-safe.
 */
final class CalendarFeeds {

    static final int KEY_LENGTH = 43;

    private static final int KEY_BYTES = 32;

    private final Database database;
    private final AccountTable accounts;
    private final SecureRandom random;
    private final Clock clock;

    CalendarFeeds(Database database, SecureRandom random, Clock clock) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.random = random;
        this.clock = clock;
    }

    /** Creates a key; an earlier one is no longer valid. */
    Mono<CreatedFeed> create(UUID userId) {
        byte[] bytes = new byte[KEY_BYTES];
        random.nextBytes(bytes);
        String key = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        return database.inTransaction(accounts.lockForChange(userId)
                .switchIfEmpty(Mono.error(Reauthentication::erased))
                .then(database.sql("""
                                INSERT INTO gateway.calendar_feeds (user_id, key_hash, created_at)
                                VALUES (:user, :hash, :now)
                                ON CONFLICT (user_id) DO UPDATE
                                    SET key_hash = EXCLUDED.key_hash, created_at = EXCLUDED.created_at""")
                        .bind("user", userId)
                        .bind("hash", CredentialHash.of(key).bytes())
                        .bind("now", now)
                        .then())
                .thenReturn(new CreatedFeed(key, now)));
    }

    /** Emits when the user's key was created, or nothing without one. */
    Mono<Instant> createdAt(UUID userId) {
        return database.sql("SELECT created_at FROM gateway.calendar_feeds WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("created_at", Instant.class)))
                .one();
    }

    Mono<Void> remove(UUID userId) {
        return database.sql("DELETE FROM gateway.calendar_feeds WHERE user_id = :user")
                .bind("user", userId)
                .then();
    }

    /** Emits the user of a key, or nothing if it is not valid. */
    Mono<UUID> user(String key) {
        if (key.length() != KEY_LENGTH) {
            return Mono.empty();
        }
        return database.sql("SELECT user_id FROM gateway.calendar_feeds WHERE key_hash = :hash")
                .bind("hash", CredentialHash.of(key).bytes())
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .one();
    }

    /** @param key shown once */
    record CreatedFeed(String key, Instant createdAt) {
        @Override
        public String toString() {
            return "CreatedFeed";
        }
    }
}
