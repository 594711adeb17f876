package dev.mindfulcode.apigateway.privacy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The rows of a user in the schema {@code gateway}. */
final class GatewayRows {

    static final List<String> IDEMPOTENT_ANSWERS = List.of("DELETE FROM gateway.idempotent_requests WHERE user_id = ?");
    static final List<String> LIVE_TICKETS = List.of("DELETE FROM gateway.live_tickets WHERE user_id = ?");
    static final List<String> PREFERENCES = List.of(
            "DELETE FROM gateway.preferences WHERE user_id = ?",
            "DELETE FROM gateway.goals WHERE user_id = ?",
            "DELETE FROM gateway.calendar_feeds WHERE user_id = ?",
            "DELETE FROM gateway.feedback_prompts WHERE user_id = ?",
            "DELETE FROM gateway.shown_suggestions WHERE user_id = ?",
            "DELETE FROM gateway.exports WHERE user_id = ?",
            "DELETE FROM gateway.import_progress WHERE user_id = ?",
            "DELETE FROM gateway.privacy_settings WHERE user_id = ?",
            "DELETE FROM gateway.privacy_changes WHERE user_id = ?");

    /** A module may be another user's too, so it is deleted with its last plugin. */
    static final List<String> PLUGINS = List.of(
            "DELETE FROM gateway.analytics_runs WHERE user_id = ?",
            "DELETE FROM gateway.plugin_installs WHERE user_id = ?",
            """
            WITH gone AS (DELETE FROM gateway.plugins WHERE owner_id = ? RETURNING plugin_id, sha256)
            DELETE FROM gateway.plugin_modules m WHERE sha256 IN (SELECT sha256 FROM gone)
                AND NOT EXISTS (
                    SELECT FROM gateway.plugins p
                    WHERE p.sha256 = m.sha256 AND p.plugin_id NOT IN (SELECT plugin_id FROM gone))""");

    /** Tables without a reference to the account: a request that was still running may have written to them. */
    static final List<String> SESSIONS = List.of(
            "DELETE FROM gateway.session_owners WHERE user_id = ?",
            "DELETE FROM gateway.user_activity WHERE user_id = ?");

    private static final String DELETE_EVENTS = """
            WITH waiting AS (DELETE FROM gateway.outbox WHERE record_key = ? RETURNING 1),
                sent AS (DELETE FROM gateway.sent_events
                    WHERE record_key = ? AND record_value IS DISTINCT FROM ? RETURNING 1)
            SELECT (SELECT count(*) FROM waiting) + (SELECT count(*) FROM sent)""";
    private static final String QUEUE = "INSERT INTO gateway.outbox (topic, record_key, record_value) VALUES (?, ?, ?)";
    private static final String SENT = """
            SELECT log_partition, log_offset FROM gateway.sent_events
            WHERE topic = ? AND record_key = ? AND record_value = ? ORDER BY log_offset DESC LIMIT 1""";

    private GatewayRows() {}

    /** Deletes rows, each statement by the user's id; returns how many. */
    static long delete(Connection connection, List<String> statements, UUID userId) throws SQLException {
        long deleted = 0;
        for (String sql : statements) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setObject(1, userId);
                deleted += statement.executeLargeUpdate();
            }
        }
        return deleted;
    }

    /** Deletes the events of a user that were published or wait for it, except the marker; returns how many. */
    static long deleteEvents(Connection connection, UUID userId, byte[] marker) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DELETE_EVENTS)) {
            statement.setString(1, userId.toString());
            statement.setString(2, userId.toString());
            statement.setBytes(3, marker);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** Adds an event to the outbox, behind the user's others. */
    static void queue(Connection connection, String topic, UUID userId, byte[] value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUEUE)) {
            statement.setString(1, topic);
            statement.setString(2, userId.toString());
            statement.setBytes(3, value);
            statement.executeUpdate();
        }
    }

    /** Returns partition and offset of a published event, or null before that. */
    static long @Nullable [] sent(Connection connection, String topic, UUID userId, byte[] value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SENT)) {
            statement.setString(1, topic);
            statement.setString(2, userId.toString());
            statement.setBytes(3, value);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? new long[] {row.getLong(1), row.getLong(2)} : null;
            }
        }
    }
}
