package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.collection.CollectionSettings;
import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.collection.Exclusions;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionDetailsCodec;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The sessions that users exclude from collection: a column of {@code gateway.session_owners} that ingest reads. The
 * details that it follows from are stored next to it, sealed with the user's key. Each statement joins the caller's
 * transaction, which has locked the user's settings. Thread-safe.
 */
public final class SessionExclusions {

    private static final String SEALED_FOR = "gateway.session_owners";

    private final Database database;
    private final AsyncUserCiphers ciphers;
    private final CollectionSettingsTable settings;

    SessionExclusions(Database database, AsyncUserCiphers ciphers, CollectionSettingsTable settings) {
        this.database = database;
        this.ciphers = ciphers;
        this.settings = settings;
    }

    /** Stores the details of a session after an update, and emits whether it is excluded now. */
    Mono<Result> update(OwnedSession session, DetailsUpdate update, CollectionSettings current) {
        return cipher(session.userId())
                .flatMap(cipher -> database.sql("""
                                SELECT session_id, excluded_by, sealed_details FROM gateway.session_owners
                                WHERE session_id = :session""")
                        .bind("session", session.sessionId())
                        .map(row -> StoredDetails.of(row, cipher))
                        .one()
                        .flatMap(stored -> {
                            StoredDetails next = stored.with(update, current.exclusions());
                            Result result = new Result(
                                    next.excludedBy(), !Objects.equals(next.excludedBy(), stored.excludedBy()));
                            return store(next, cipher)
                                    .then(Mono.defer(
                                            () -> result.isChange() ? settings.touch(session.userId()) : Mono.empty()))
                                    .thenReturn(result);
                        }));
    }

    /** Excludes the sessions of a user by other exclusions, and emits whether there are more excluded ones. */
    public Mono<Boolean> apply(UUID userId, Exclusions exclusions) {
        return cipher(userId)
                .flatMap(cipher -> database.sql("""
                                SELECT session_id, excluded_by, sealed_details FROM gateway.session_owners
                                WHERE user_id = :user AND sealed_details IS NOT NULL""")
                        .bind("user", userId)
                        .map(row -> StoredDetails.of(row, cipher))
                        .all()
                        .map(stored -> new Change(stored, stored.with(DetailsUpdate.NONE, exclusions)))
                        .filter(Change::isOne)
                        .collectList())
                .flatMap(changes -> store(changes)
                        .thenReturn(changes.stream()
                                .anyMatch(change -> change.after().excludedBy() != null)));
    }

    private Mono<Void> store(StoredDetails details, UserCipher cipher) {
        byte[] sealed =
                cipher.encrypt(SessionDetailsCodec.encode(details.details()), SEALED_FOR, SessionDetailsCodec.VERSION);
        return database.sql("""
                        UPDATE gateway.session_owners
                        SET excluded_by = nullif(:excluded, ''), sealed_details = :details
                        WHERE session_id = :session""")
                .bind("excluded", Objects.requireNonNullElse(details.excludedBy(), ""))
                .bind("details", sealed)
                .bind("session", details.sessionId())
                .then();
    }

    private Mono<Void> store(List<Change> changes) {
        return changes.isEmpty()
                ? Mono.empty()
                : database.sql("""
                                UPDATE gateway.session_owners o SET excluded_by = nullif(n.excluded, '')
                                FROM unnest(:sessions, :excluded) AS n (session, excluded)
                                WHERE o.session_id = n.session""")
                        .bind(
                                "sessions",
                                changes.stream()
                                        .map(change -> change.after().sessionId())
                                        .toArray(UUID[]::new))
                        .bind(
                                "excluded",
                                changes.stream()
                                        .map(change -> Objects.requireNonNullElse(
                                                change.after().excludedBy(), ""))
                                        .toArray(String[]::new))
                        .then();
    }

    private Mono<UserCipher> cipher(UUID userId) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account does not exist.")));
    }

    /**
     * @param excludedBy the field of the details that excludes the session, or null
     * @param isChange whether that differs from before
     */
    record Result(@Nullable String excludedBy, boolean isChange) {}

    private record Change(StoredDetails before, StoredDetails after) {

        boolean isOne() {
            return !Objects.equals(before.excludedBy, after.excludedBy);
        }
    }

    private record StoredDetails(UUID sessionId, @Nullable String excludedBy, SessionDetails details) {

        static StoredDetails of(Readable row, UserCipher cipher) {
            byte[] sealed = row.get("sealed_details", byte[].class);
            return new StoredDetails(
                    Objects.requireNonNull(row.get("session_id", UUID.class)),
                    row.get("excluded_by", String.class),
                    sealed == null ? new SessionDetails() : open(sealed, cipher));
        }

        private static SessionDetails open(byte[] sealed, UserCipher cipher) {
            try {
                return SessionDetailsCodec.decode(cipher.decrypt(sealed, SEALED_FOR, SessionDetailsCodec.VERSION));
            } catch (GeneralSecurityException | MalformedPayloadException e) {
                throw new IllegalStateException("Session details are not encrypted with the key of their user", e);
            }
        }

        StoredDetails with(DetailsUpdate update, Exclusions exclusions) {
            SessionDetails next = new SessionDetails();
            next.setProject(update.project() == null ? details.getProject() : update.project());
            next.setLanguage(update.language() == null ? details.getLanguage() : update.language());
            return new StoredDetails(sessionId, exclusions.fieldExcluding(next.getProject(), next.getLanguage()), next);
        }

        /** Without content, as project names are personal. */
        @Override
        public String toString() {
            return "StoredDetails[" + sessionId + "]";
        }
    }
}
