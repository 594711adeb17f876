package dev.mindfulcode.identity.accounts;

import dev.mindfulcode.identity.ReactiveDatabase;
import io.r2dbc.spi.Readable;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * The tables {@code users} and {@code external_identities}. Each statement joins the caller's transaction. Thread-safe.
 */
public final class AccountTable {

    private static final String SELECT_ACCOUNT =
            "SELECT user_id, email, name, time_zone FROM identity.users WHERE user_id = :user";
    private static final String SELECT_PASSWORD = "SELECT user_id, email, password_hash FROM identity.users WHERE ";

    private final ReactiveDatabase database;

    public AccountTable(ReactiveDatabase database) {
        this.database = database;
    }

    /** Emits an account, or nothing if it does not exist. */
    public Mono<Account> find(UUID userId) {
        return account(SELECT_ACCOUNT, userId);
    }

    /** Emits an account and locks it until the transaction ends; emits nothing if it does not exist. */
    public Mono<Account> lock(UUID userId) {
        return account(SELECT_ACCOUNT + " FOR UPDATE", userId);
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

    /** Emits the id of a user's time zone, or nothing if the user does not exist. */
    public Mono<String> timeZone(UUID userId) {
        return find(userId).map(Account::timeZone);
    }

    /** Emits the stored password of the account with a normalised address. */
    public Mono<StoredPassword> password(String email) {
        return database.sql(SELECT_PASSWORD + "email = :email")
                .bind("email", email)
                .map(AccountTable::storedPassword)
                .one();
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

    /** Inserts an account; emits false if its address has one. */
    public Mono<Boolean> insert(NewAccount account) {
        GenericExecuteSpec insert = database.sql("""
                        INSERT INTO identity.users (user_id, email, password_hash, name, time_zone, created_at)
                        VALUES (:user, :email, :hash, :name, :zone, :now) ON CONFLICT (email) DO NOTHING""")
                .bind("user", account.userId())
                .bind("zone", account.timeZone())
                .bind("now", account.createdAt());
        insert = bind(insert, "email", account.email());
        insert = bind(insert, "hash", account.passwordHash());
        return bind(insert, "name", account.name()).fetch().rowsUpdated().map(inserted -> inserted == 1);
    }

    /** Updates personal details; fails with a DataIntegrityViolationException if the new address has an account. */
    public Mono<Void> update(Account account) {
        GenericExecuteSpec update =
                database.sql("""
                        UPDATE identity.users SET email = :email, name = :name, time_zone = :zone
                        WHERE user_id = :user""").bind("zone", account.timeZone()).bind("user", account.userId());
        update = bind(update, "email", account.email());
        return bind(update, "name", account.name()).then();
    }

    /** Links a user of an OIDC issuer to an account; emits false if the user is linked already. */
    public Mono<Boolean> linkExternal(String issuer, String subject, UUID userId) {
        return database.sql("""
                        INSERT INTO identity.external_identities (issuer, subject, user_id)
                        VALUES (:issuer, :subject, :user) ON CONFLICT DO NOTHING""")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .bind("user", userId)
                .fetch()
                .rowsUpdated()
                .map(inserted -> inserted == 1);
    }

    /** Emits the account of a user of an OIDC issuer. */
    public Mono<UUID> findExternal(String issuer, String subject) {
        return database.sql("""
                        SELECT user_id FROM identity.external_identities
                        WHERE issuer = :issuer AND subject = :subject""")
                .bind("issuer", issuer)
                .bind("subject", subject)
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .one();
    }

    private Mono<Account> account(String select, UUID userId) {
        return database.sql(select)
                .bind("user", userId)
                .map(row -> new Account(
                        userId,
                        row.get("email", String.class),
                        row.get("name", String.class),
                        Objects.requireNonNull(row.get("time_zone", String.class))))
                .one();
    }

    private static StoredPassword storedPassword(Readable row) {
        return new StoredPassword(
                Objects.requireNonNull(row.get("user_id", UUID.class)),
                row.get("email", String.class),
                row.get("password_hash", String.class));
    }

    private static GenericExecuteSpec bind(GenericExecuteSpec spec, String name, @Nullable String value) {
        return value == null ? spec.bindNull(name, String.class) : spec.bind(name, value);
    }
}
