package dev.mindfulcode.identity.accounts;

import dev.mindfulcode.identity.ReactiveDatabase;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import reactor.core.publisher.Mono;

/**
 * The columns of the table {@code users} that are not personal text. Each statement joins the caller's transaction.
 * Thread-safe.
 */
public final class AccountTable {

    static final String SELECT_PASSWORD = "SELECT user_id, email_index, password_hash FROM identity.users WHERE ";

    private final ReactiveDatabase database;

    public AccountTable(ReactiveDatabase database) {
        this.database = database;
    }

    /**
     * Locks the row of a user until the transaction ends, so that concurrent changes of what belongs to the user are
     * serialised. Rows that reference the user can still be inserted. Emits nothing if the user does not exist.
     */
    public Mono<UUID> lockForChange(UUID userId) {
        return database.sql("SELECT user_id FROM identity.users WHERE user_id = :user FOR NO KEY UPDATE")
                .bind("user", userId)
                .map(row -> userId)
                .one();
    }

    /** Locks the row of a user until the transaction ends against {@link #lockForChange}, but not against readers. */
    public Mono<UUID> lockForRead(UUID userId) {
        return database.sql("SELECT user_id FROM identity.users WHERE user_id = :user FOR SHARE")
                .bind("user", userId)
                .map(row -> userId)
                .one();
    }

    /** Emits the id of a user's time zone, or nothing if the user does not exist. */
    public Mono<String> timeZone(UUID userId) {
        return database.sql("SELECT time_zone FROM identity.users WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("time_zone", String.class)))
                .one();
    }

    /** Emits when an account was created, or nothing if it does not exist. */
    public Mono<Instant> createdAt(UUID userId) {
        return database.sql("SELECT created_at FROM identity.users WHERE user_id = :user")
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("created_at", Instant.class)))
                .one();
    }

    /** Emits the OIDC issuers whose users are linked to an account. */
    public Mono<List<String>> issuers(UUID userId) {
        return database.sql("SELECT issuer FROM identity.external_identities WHERE user_id = :user ORDER BY issuer")
                .bind("user", userId)
                .map(row -> Objects.requireNonNull(row.get("issuer", String.class)))
                .all()
                .collectList();
    }

    public Mono<StoredPassword> password(UUID userId) {
        return database.sql(SELECT_PASSWORD + "user_id = :user")
                .bind("user", userId)
                .map(AccountTable::storedPassword)
                .one();
    }

    /** Locks a password hash against changes until the transaction ends; emits false if it was replaced. */
    public Mono<Boolean> lockPassword(UUID userId, String hash) {
        return database.sql(
                        "SELECT user_id FROM identity.users WHERE user_id = :user AND password_hash = :hash FOR SHARE")
                .bind("user", userId)
                .bind("hash", hash)
                .map(row -> true)
                .one()
                .defaultIfEmpty(false);
    }

    /** Replaces a password hash; emits false if it is no longer the old one. */
    public Mono<Boolean> replacePassword(UUID userId, String oldHash, String newHash) {
        return database.sql(
                        "UPDATE identity.users SET password_hash = :new WHERE user_id = :user AND password_hash = :old")
                .bind("new", newHash)
                .bind("user", userId)
                .bind("old", oldHash)
                .fetch()
                .rowsUpdated()
                .map(updated -> updated == 1);
    }

    /** Replaces any password hash of an account; emits false if the account has no password. */
    public Mono<Boolean> resetPassword(UUID userId, String newHash) {
        return database.sql("""
                        UPDATE identity.users SET password_hash = :new
                        WHERE user_id = :user AND password_hash IS NOT NULL""")
                .bind("new", newHash)
                .bind("user", userId)
                .fetch()
                .rowsUpdated()
                .map(updated -> updated == 1);
    }

    static StoredPassword storedPassword(Readable row) {
        return StoredPassword.of(
                Objects.requireNonNull(row.get("user_id", UUID.class)),
                row.get("email_index", byte[].class),
                row.get("password_hash", String.class));
    }
}
