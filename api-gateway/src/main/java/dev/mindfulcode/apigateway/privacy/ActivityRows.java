package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.dataprotection.ErasedUsers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The table {@code gateway.user_activity}: the last day on which each user was active, in UTC. Blocks. */
final class ActivityRows {

    private static final String ADD = """
            INSERT INTO gateway.user_activity (user_id, last_active_on)
            SELECT * FROM unnest(?::uuid[], ?::date[])
            ON CONFLICT (user_id) DO UPDATE SET last_active_on = EXCLUDED.last_active_on, purge_due_at = NULL,
                notice_mailed_at = NULL
            WHERE user_activity.last_active_on < EXCLUDED.last_active_on""";
    private static final String SELECT = """
            SELECT user_id, last_active_on, months, purge_due_at, notice_mailed_at IS NOT NULL
            FROM (SELECT user_id, last_active_on, coalesce(retention_months, 24) AS months, purge_due_at,
                    notice_mailed_at
                FROM gateway.user_activity LEFT JOIN gateway.privacy_settings USING (user_id)) activity
            """;
    private static final String NEARLY_DUE = SELECT + """
            WHERE (purge_due_at IS NOT NULL OR last_active_on + make_interval(months => months) <= ?) AND user_id > ?
            ORDER BY user_id LIMIT ?""";
    private static final String LOCK = "SELECT 1 FROM gateway.user_activity WHERE user_id = ? FOR UPDATE";
    private static final String OF_USER = SELECT + "WHERE user_id = ?";
    private static final String UNMAILED = """
            SELECT user_id FROM gateway.user_activity
            WHERE purge_due_at IS NOT NULL AND notice_mailed_at IS NULL AND user_id > ? ORDER BY user_id LIMIT ?""";
    private static final String SET_DUE =
            "UPDATE gateway.user_activity SET purge_due_at = ?, notice_mailed_at = NULL WHERE user_id = ?";
    private static final String SET_MAILED = """
            UPDATE gateway.user_activity SET purge_due_at = ?, notice_mailed_at = ?
            WHERE user_id = ? AND purge_due_at IS NOT NULL""";
    private static final String DELETE = "DELETE FROM gateway.user_activity WHERE user_id = ?";
    private static final String SESSIONS = """
            SELECT user_id, max(started_at) FROM gateway.session_owners WHERE user_id = ANY (?) GROUP BY user_id""";

    private ActivityRows() {}

    /**
     * @param purgeDueAt when the user is purged, as their notice says; null without a notice
     * @param isMailed whether the notice was sent by e-mail as well, or cannot be
     */
    record Activity(
            UUID userId,
            LocalDate lastActiveOn,
            int retentionMonths,
            @Nullable Instant purgeDueAt,
            boolean isMailed) {}

    /** Stores that users were active; a later day voids a notice. Erased users are left out. */
    static void add(Connection connection, Map<UUID, LocalDate> days) throws SQLException {
        if (days.isEmpty()) {
            return;
        }
        Set<UUID> users = new HashSet<>(days.keySet());
        users.removeAll(ErasedUsers.among(connection, users));
        // In one order, so that two gateways do not wait for each other.
        List<UUID> ids = users.stream().sorted().toList();
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids.toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf("date", ids.stream().map(days::get).toArray()));
            statement.executeUpdate();
        }
    }

    /** Returns a page of users who have a notice or may need one, by user id. */
    static List<Activity> nearlyDue(Connection connection, Instant now, UUID after, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEARLY_DUE)) {
            statement.setObject(1, day(now.plus(Retention.NOTICE)));
            statement.setObject(2, after);
            statement.setInt(3, limit);
            return rows(statement);
        }
    }

    /** Returns a user as stored now. */
    static Optional<Activity> of(Connection connection, UUID userId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OF_USER)) {
            statement.setObject(1, userId);
            return rows(statement).stream().findFirst();
        }
    }

    /** Lets nobody store that a user was active until the transaction ends. */
    static void lock(Connection connection, UUID userId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setObject(1, userId);
            statement.executeQuery().close();
        }
    }

    /** Returns a page of users whose notice was not sent by e-mail yet, by user id. */
    static List<UUID> unmailed(Connection connection, UUID after, int limit) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(UNMAILED)) {
            statement.setObject(1, after);
            statement.setInt(2, limit);
            List<UUID> page = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    page.add(row.getObject(1, UUID.class));
                }
            }
            return page;
        }
    }

    private static List<Activity> rows(PreparedStatement statement) throws SQLException {
        List<Activity> rows = new ArrayList<>();
        try (ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                OffsetDateTime due = row.getObject(4, OffsetDateTime.class);
                rows.add(new Activity(
                        row.getObject(1, UUID.class),
                        row.getObject(2, LocalDate.class),
                        row.getInt(3),
                        due == null ? null : due.toInstant(),
                        row.getBoolean(5)));
            }
        }
        return rows;
    }

    static void setDue(Connection connection, UUID userId, @Nullable Instant purgeDueAt) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SET_DUE)) {
            statement.setObject(1, purgeDueAt == null ? null : purgeDueAt.atOffset(ZoneOffset.UTC));
            statement.setObject(2, userId);
            statement.executeUpdate();
        }
    }

    /** Stores that the notice was sent by e-mail, and the time of the purge that it names. */
    static void setMailed(Connection connection, UUID userId, Instant purgeDueAt, Instant at) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SET_MAILED)) {
            statement.setObject(1, purgeDueAt.atOffset(ZoneOffset.UTC));
            statement.setObject(2, at.atOffset(ZoneOffset.UTC));
            statement.setObject(3, userId);
            statement.executeUpdate();
        }
    }

    static void delete(Connection connection, UUID userId) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE)) {
            statement.setObject(1, userId);
            statement.executeUpdate();
        }
    }

    /** Returns when the latest session of each user started. */
    static Map<UUID, Instant> latestSessions(Connection connection, Collection<UUID> users) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SESSIONS)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            Map<UUID, Instant> latest = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    latest.put(
                            row.getObject(1, UUID.class),
                            row.getObject(2, OffsetDateTime.class).toInstant());
                }
            }
            return latest;
        }
    }

    static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }
}
