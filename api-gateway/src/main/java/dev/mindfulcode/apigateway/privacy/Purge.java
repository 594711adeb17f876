package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.accounts.Reauthentication;
import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.Erasures.Outcome;
import dev.mindfulcode.identity.accounts.AccountErasure;
import dev.mindfulcode.identity.tokens.RevocationTable;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Begins the erasure of accounts. One transaction destroys the keys, revokes all credentials and stores the erasure
 * with its steps; {@link ErasureRunner} does the rest. Blocks.
 */
public final class Purge {

    private static final int RECEIPT_BYTES = 32;
    private static final int ATTEMPTS_MAX = 5;

    /** Postgres: unique_violation. */
    private static final String EXISTS = "23505";

    /** Postgres: serialization_failure and deadlock_detected. */
    private static final Set<String> RETRIED = Set.of("40001", "40P01");

    private final DataSource database;
    private final RevocationTable revocations;
    private final Runnable wake;
    private final SecureRandom random;
    private final Clock clock;

    /** @param wake wakes the runner after a commit */
    Purge(DataSource database, RevocationTable revocations, Runnable wake, SecureRandom random, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.wake = wake;
        this.random = random;
        this.clock = clock;
    }

    /** Is tested in the transaction of the purge, with the account locked; repeatable. */
    @FunctionalInterface
    interface Condition {

        boolean holds(Connection connection) throws SQLException;
    }

    /** @param receipt 256 random bits that read the progress of the erasure; stored as a hash only */
    public record Started(String receipt, Instant requestedAt) {

        /** Without the receipt. */
        @Override
        public String toString() {
            return "Started";
        }
    }

    /**
     * Begins the erasure of an account.
     *
     * @param passwordHash that the account must still have; null if it need not have one
     * @throws dev.mindfulcode.webkit.problems.ProblemException if the account is gone or its password was replaced
     */
    public Started begin(UUID userId, @Nullable String passwordHash) throws SQLException {
        Started started = started();
        boolean _ = begin(userId, passwordHash, _ -> true, started);
        return started;
    }

    /**
     * Begins the erasure of an account unless a condition fails once the account is locked. Returns whether it began.
     *
     * @throws dev.mindfulcode.webkit.problems.ProblemException if the account is gone
     */
    boolean beginIf(UUID userId, Condition condition) throws SQLException {
        return begin(userId, null, condition, started());
    }

    private Started started() {
        return new Started(receipt(), clock.instant().truncatedTo(ChronoUnit.MILLIS));
    }

    private boolean begin(UUID userId, @Nullable String passwordHash, Condition condition, Started started)
            throws SQLException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (!attempt(userId, passwordHash, condition, started)) {
                    return false;
                }
                break;
            } catch (SQLException e) {
                if (EXISTS.equals(e.getSQLState())) {
                    throw Reauthentication.erased();
                }
                if (!RETRIED.contains(String.valueOf(e.getSQLState())) || attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
        }
        revocations.committed(List.of(userId));
        wake.run();
        return true;
    }

    private boolean attempt(UUID userId, @Nullable String passwordHash, Condition condition, Started started)
            throws SQLException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try {
                AccountErasure.Locked locked = AccountErasure.lock(connection, userId);
                if (locked == null) {
                    throw Reauthentication.erased();
                }
                if (!condition.holds(connection)) {
                    return false;
                }
                UUID erasureId = Erasures.begin(connection, userId, started.receipt(), started.requestedAt());
                if (passwordHash != null && !passwordHash.equals(locked.passwordHash())) {
                    throw Reauthentication.wrongPassword();
                }
                Erasures.finish(connection, erasureId, outcomes(connection, userId));
                connection.commit();
                return true;
            } finally {
                connection.rollback();
            }
        }
    }

    private static Map<ErasurePlace, Outcome> outcomes(Connection connection, UUID userId) throws SQLException {
        Map<ErasurePlace, Outcome> outcomes = new EnumMap<>(ErasurePlace.class);
        ErasedUsers.destroyKeys(connection, userId);
        outcomes.put(ErasurePlace.KEY, Outcome.DONE);
        outcomes.put(ErasurePlace.KEYSTROKES, Outcome.DONE);
        outcomes.put(ErasurePlace.EVENTS, Outcome.DONE);
        outcomes.put(ErasurePlace.DEAD_LETTERS, Outcome.DONE);
        AccountErasure.Detached detached = AccountErasure.detach(connection, userId);
        outcomes.put(ErasurePlace.TOKENS, Outcome.deleted(detached.signIns()));
        outcomes.put(ErasurePlace.API_KEYS, Outcome.deleted(detached.apiKeys()));
        outcomes.put(ErasurePlace.INVITATIONS, Outcome.deleted(detached.invitations()));
        outcomes.put(
                ErasurePlace.BACKUPS,
                Outcome.operator("Backups of the database made before still hold the wrapped key. They become"
                        + " unreadable when they expire, or when the key-encryption key is rotated and its old value"
                        + " destroyed."));
        return outcomes;
    }

    private String receipt() {
        byte[] bytes = new byte[RECEIPT_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
