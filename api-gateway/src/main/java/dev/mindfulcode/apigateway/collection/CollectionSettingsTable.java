package dev.mindfulcode.apigateway.collection;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * The table {@code gateway.privacy_settings}. Names of projects and languages are sealed with the user's key. Each
 * statement joins the caller's transaction. Thread-safe.
 */
public final class CollectionSettingsTable {

    /** Bound to the ciphertext, as a topic is. */
    private static final String SEALED_FOR = "gateway.privacy_settings";

    private static final int SEALED_VERSION = 1;

    private final Database database;
    private final AccountTable accounts;
    private final AsyncUserCiphers ciphers;

    public CollectionSettingsTable(Database database, AsyncUserCiphers ciphers) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.ciphers = ciphers;
    }

    /** Emits a user's settings, or the defaults; fails with 401 for an erased user, who has no key. */
    public Mono<CollectionSettings> find(UUID userId) {
        return database.sql("""
                        SELECT collection_level, retention_months, sealed_exclusions,
                            model_contribution_since IS NOT NULL AS model_contribution
                        FROM gateway.privacy_settings WHERE user_id = :user""")
                .bind("user", userId)
                .map(Row::of)
                .one()
                .flatMap(row -> row.sealedExclusions() == null
                        ? Mono.just(row.settings(Exclusions.NONE))
                        : cipher(userId).map(cipher -> row.settings(open(cipher, row.sealedExclusions()))))
                .defaultIfEmpty(CollectionSettings.DEFAULT);
    }

    /**
     * Emits a user's settings and locks them until the transaction ends; fails with 401 without an account. Take this
     * lock before that of a session.
     */
    public Mono<CollectionSettings> findLocked(UUID userId) {
        return accounts.lockForRead(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")))
                .then(Mono.defer(() -> find(userId)));
    }

    /** Lets ingest look up the user's sessions again at its next poll. */
    public Mono<Void> touch(UUID userId) {
        return database.sql("UPDATE gateway.privacy_settings SET changed_at = clock_timestamp() WHERE user_id = :user")
                .bind("user", userId)
                .then();
    }

    /** Stores a user's settings, for ingest to see at its next poll. */
    public Mono<Void> save(UUID userId, CollectionSettings settings) {
        GenericExecuteSpec upsert = database.sql("""
                        INSERT INTO gateway.privacy_settings
                            (user_id, collection_level, retention_months, sealed_exclusions, model_contribution_since)
                        VALUES (:user, :level, :months, :exclusions,
                            CASE WHEN :contributes THEN statement_timestamp() END)
                        ON CONFLICT (user_id) DO UPDATE SET collection_level = EXCLUDED.collection_level,
                            retention_months = EXCLUDED.retention_months,
                            sealed_exclusions = EXCLUDED.sealed_exclusions, changed_at = clock_timestamp(),
                            model_contribution_since = CASE WHEN :contributes
                                THEN coalesce(privacy_settings.model_contribution_since, statement_timestamp()) END""")
                .bind("user", userId)
                .bind("level", settings.level().text())
                .bind("months", settings.retentionMonths())
                .bind("contributes", settings.modelContribution());
        return (settings.exclusions().isEmpty()
                        ? Mono.just(upsert.bindNull("exclusions", byte[].class))
                        : cipher(userId).map(cipher -> upsert.bind("exclusions", seal(cipher, settings.exclusions()))))
                .flatMap(GenericExecuteSpec::then);
    }

    private Mono<UserCipher> cipher(UUID userId) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")));
    }

    private static byte[] seal(UserCipher cipher, Exclusions exclusions) {
        return cipher.encrypt(Json.bytes(exclusions), SEALED_FOR, SEALED_VERSION);
    }

    private static Exclusions open(UserCipher cipher, byte @Nullable [] sealed) {
        try {
            JsonFields stored = Json.object(cipher.decrypt(Objects.requireNonNull(sealed), SEALED_FOR, SEALED_VERSION));
            return new Exclusions(names(stored, "projects"), names(stored, "languages"));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("Exclusions are not encrypted with the key of their user", e);
        }
    }

    private static List<String> names(JsonFields stored, String field) {
        return stored.required(field, stored.texts(field, Exclusions.ENTRIES_MAX, Exclusions.NAME_LENGTH_MAX));
    }

    @SuppressWarnings("ArrayRecordComponent") // opened once
    private record Row(
            String level, int retentionMonths, byte @Nullable [] sealedExclusions, boolean modelContribution) {

        static Row of(Readable row) {
            return new Row(
                    Objects.requireNonNull(row.get("collection_level", String.class)),
                    Objects.requireNonNull(row.get("retention_months", Integer.class)),
                    row.get("sealed_exclusions", byte[].class),
                    Objects.requireNonNull(row.get("model_contribution", Boolean.class)));
        }

        CollectionSettings settings(Exclusions exclusions) {
            return new CollectionSettings(
                    CollectionLevel.parse(level).orElseThrow(), exclusions, retentionMonths, modelContribution);
        }
    }
}
