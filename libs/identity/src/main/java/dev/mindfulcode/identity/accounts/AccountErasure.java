package dev.mindfulcode.identity.accounts;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Erases accounts over JDBC, in the connection's transaction. An account is first detached: nobody can sign in to it
 * and its address is free, but its row exists until its memberships have ended one by one.
 */
public final class AccountErasure {

    /** Includes the user's id, which revokes all credentials of the user, those of an OIDC issuer too. */
    private static final String REVOKE = """
            INSERT INTO identity.revocations (grant_id)
            SELECT family_id FROM identity.refresh_families WHERE user_id = ?
            UNION SELECT key_id FROM identity.api_keys WHERE user_id = ? UNION SELECT ?
            ON CONFLICT (grant_id) DO UPDATE SET recorded_at = clock_timestamp()""";

    /** No token is accepted for longer than a day. */
    private static final String FORGET_SUBJECTS =
            "DELETE FROM identity.erased_subjects WHERE erased_at < clock_timestamp() - interval '25 hours'";

    private static final String REMEMBER_SUBJECTS = """
            INSERT INTO identity.erased_subjects (issuer, subject_index, erased_at)
            SELECT issuer, subject_index, clock_timestamp() FROM identity.external_identities WHERE user_id = ?
            ON CONFLICT (issuer, subject_index) DO UPDATE SET erased_at = EXCLUDED.erased_at""";

    private static final String DELETE_INVITATIONS = """
            DELETE FROM identity.team_invitations i USING identity.users u
            WHERE u.user_id = ? AND (i.invited_by = u.user_id OR i.email_index = u.email_index)""";
    private static final String DETACH = """
            UPDATE identity.users
            SET email_index = NULL, sealed_email = NULL, sealed_name = NULL, password_hash = NULL, time_zone = 'UTC'
            WHERE user_id = ?""";

    /** The tables whose deleted rows had texts of a user, or a key by which a text can be guessed. */
    private static final List<String> TABLES =
            List.of("identity.users", "identity.external_identities", "identity.team_invitations");

    private AccountErasure() {}

    /**
     * A locked account.
     *
     * @param passwordHash null for a user of an OIDC issuer
     */
    public record Locked(@Nullable String passwordHash) {

        /** Without the hash. */
        @Override
        public String toString() {
            return "Locked";
        }
    }

    /** The number of rows that detaching an account deleted. */
    public record Detached(long signIns, long apiKeys, long invitations) {}

    /** Locks an account until the transaction ends, so that nothing can be added to it; null if it does not exist. */
    public static @Nullable Locked lock(Connection connection, UUID userId) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT password_hash FROM identity.users WHERE user_id = ? FOR UPDATE")) {
            statement.setObject(1, userId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new Locked(row.getString(1)) : null;
            }
        }
    }

    /** Revokes and deletes all credentials of a locked account, its address, name, password and invitations. */
    public static Detached detach(Connection connection, UUID userId) throws SQLException {
        update(connection, REVOKE, userId, userId, userId);
        long signIns = update(connection, "DELETE FROM identity.refresh_families WHERE user_id = ?", userId);
        long apiKeys = update(connection, "DELETE FROM identity.api_keys WHERE user_id = ?", userId);
        update(connection, "DELETE FROM identity.one_time_links WHERE user_id = ?", userId);
        update(connection, FORGET_SUBJECTS);
        update(connection, REMEMBER_SUBJECTS, userId);
        update(connection, "DELETE FROM identity.external_identities WHERE user_id = ?", userId);
        long invitations = update(connection, DELETE_INVITATIONS, userId);
        update(connection, DETACH, userId);
        return new Detached(signIns, apiKeys, invitations);
    }

    /** Returns the teams that a user is a member of. */
    public static List<UUID> teams(Connection connection, UUID userId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT team_id FROM identity.team_members WHERE user_id = ? ORDER BY team_id")) {
            statement.setObject(1, userId);
            List<UUID> teams = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    teams.add(row.getObject(1, UUID.class));
                }
            }
            return teams;
        }
    }

    /** Deletes a detached account and all that references it; returns false if it is a member of a team. */
    public static boolean delete(Connection connection, UUID userId) throws SQLException {
        if (lock(connection, userId) != null) {
            if (!teams(connection, userId).isEmpty()) {
                return false;
            }
            update(connection, "DELETE FROM identity.users WHERE user_id = ?", userId);
        }
        return true;
    }

    /** Returns the tables to rewrite so that no file has rows of deleted accounts. */
    public static List<String> tables() {
        return TABLES;
    }

    private static long update(Connection connection, String sql, UUID... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeLargeUpdate();
        }
    }
}
