package dev.mindfulcode.identity.accounts;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.identity.ReactiveDatabase;
import dev.mindfulcode.identity.SealedColumn;
import dev.mindfulcode.identity.UserCiphers;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * The personal columns of accounts: address and name, encrypted with the user's key and found by keyed hashes, and
 * users of OIDC issuers. Each statement joins the caller's transaction. Thread-safe.
 */
public final class AccountDetails {

    private static final String SELECT =
            "SELECT user_id, sealed_email, sealed_name, time_zone FROM identity.users WHERE user_id = :user";

    private final ReactiveDatabase database;
    private final UserCiphers ciphers;
    private final BlindIndex emails;
    private final BlindIndex subjects;

    public AccountDetails(ReactiveDatabase database, UserCiphers ciphers, BlindIndex emails, BlindIndex subjects) {
        this.database = database;
        this.ciphers = ciphers;
        this.emails = emails;
        this.subjects = subjects;
    }

    /** Emits an account, or nothing if it does not exist. */
    public Mono<Account> find(UUID userId) {
        return account(SELECT, userId);
    }

    /** Emits an account and locks it until the transaction ends; emits nothing if it does not exist. */
    public Mono<Account> lock(UUID userId) {
        return account(SELECT + " FOR UPDATE", userId);
    }

    /** Emits the stored password of the account with a normalised address. */
    public Mono<StoredPassword> password(String email) {
        return database.sql(AccountTable.SELECT_PASSWORD + "email_index = :email")
                .bind("email", emails.of(email))
                .map(AccountTable::storedPassword)
                .one();
    }

    /** Returns a name of the account with an address that reveals nothing of it, for counting attempts to sign in. */
    public String subjectOf(String email) {
        return emails.textOf(email);
    }

    /** Inserts an account and creates its key; emits false if its address has an account. */
    public Mono<Boolean> insert(NewAccount account) {
        GenericExecuteSpec insert = database.sql("""
                        INSERT INTO identity.users (user_id, email_index, password_hash, time_zone, created_at)
                        VALUES (:user, :email, :hash, :zone, :now) ON CONFLICT (email_index) DO NOTHING""")
                .bind("user", account.userId())
                .bind("zone", account.timeZone())
                .bind("now", account.createdAt());
        insert = bind(insert, "email", account.email() == null ? null : emails.of(account.email()));
        String hash = account.passwordHash();
        insert = hash == null ? insert.bindNull("hash", String.class) : insert.bind("hash", hash);
        // The key is created for accounts alone, not for attempts to register an address again.
        return insert.fetch()
                .rowsUpdated()
                .flatMap(inserted -> inserted == 1
                        ? ciphers.create(account.userId())
                                .flatMap(cipher -> seal(cipher, account.email(), account.name()))
                                .thenReturn(true)
                        : Mono.just(false));
    }

    /** Updates personal details; fails with a DataIntegrityViolationException if the new address has an account. */
    public Mono<Void> update(Account account) {
        GenericExecuteSpec update = database.sql(
                        "UPDATE identity.users SET email_index = :email, time_zone = :zone WHERE user_id = :user")
                .bind("zone", account.timeZone())
                .bind("user", account.userId());
        return bind(update, "email", account.email() == null ? null : emails.of(account.email()))
                .then()
                .then(ciphers.find(account.userId()))
                .flatMap(cipher -> seal(cipher, account.email(), account.name()));
    }

    /** Emits whether the account of a user of an OIDC issuer was erased after a time. */
    public Mono<Boolean> isErasedSince(String issuer, String subject, Instant time) {
        return database.sql("""
                        SELECT 1 AS one FROM identity.erased_subjects
                        WHERE issuer = :issuer AND subject_index = :subject AND erased_at > :time""")
                .bind("issuer", issuer)
                .bind("subject", subjects.of(subject))
                .bind("time", time)
                .map(row -> true)
                .one()
                .defaultIfEmpty(false);
    }

    /** Links a user of an OIDC issuer to an account; emits false if the user is linked already. */
    public Mono<Boolean> linkExternal(String issuer, String subject, UUID userId) {
        return database.sql("""
                        INSERT INTO identity.external_identities (issuer, subject_index, user_id)
                        VALUES (:issuer, :subject, :user) ON CONFLICT DO NOTHING""")
                .bind("issuer", issuer)
                .bind("subject", subjects.of(subject))
                .bind("user", userId)
                .fetch()
                .rowsUpdated()
                .map(inserted -> inserted == 1);
    }

    /** Emits the account of a user of an OIDC issuer. */
    public Mono<UUID> findExternal(String issuer, String subject) {
        return database.sql("""
                        SELECT user_id FROM identity.external_identities
                        WHERE issuer = :issuer AND subject_index = :subject""")
                .bind("issuer", issuer)
                .bind("subject", subjects.of(subject))
                .map(row -> Objects.requireNonNull(row.get("user_id", UUID.class)))
                .one();
    }

    private Mono<Void> seal(UserCipher cipher, @Nullable String email, @Nullable String name) {
        GenericExecuteSpec update = database.sql(
                        "UPDATE identity.users SET sealed_email = :email, sealed_name = :name WHERE user_id = :user")
                .bind("user", cipher.userId());
        update = bind(update, "email", email == null ? null : SealedColumn.USER_EMAIL.seal(cipher, email));
        return bind(update, "name", name == null ? null : SealedColumn.USER_NAME.seal(cipher, name))
                .then();
    }

    private Mono<Account> account(String select, UUID userId) {
        return database.sql(select)
                .bind("user", userId)
                .map(row -> new Row(
                        row.get("sealed_email", byte[].class),
                        row.get("sealed_name", byte[].class),
                        Objects.requireNonNull(row.get("time_zone", String.class))))
                .one()
                .flatMap(row -> ciphers.find(userId).map(cipher -> row.open(cipher)));
    }

    private static GenericExecuteSpec bind(GenericExecuteSpec spec, String name, byte @Nullable [] value) {
        return value == null ? spec.bindNull(name, byte[].class) : spec.bind(name, value);
    }

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Row(byte @Nullable [] sealedEmail, byte @Nullable [] sealedName, String timeZone) {

        Account open(UserCipher cipher) {
            return new Account(
                    cipher.userId(),
                    SealedColumn.USER_EMAIL.open(cipher, sealedEmail),
                    SealedColumn.USER_NAME.open(cipher, sealedName),
                    timeZone);
        }
    }
}
