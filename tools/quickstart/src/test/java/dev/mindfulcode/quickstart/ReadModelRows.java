package dev.mindfulcode.quickstart;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/**
 * Rows of the read model as the projections would have written them, for pages that show weeks of work. Closing deletes
 * them: rows that follow from no event would be missed where the read model of this JVM's tests is rebuilt.
 */
final class ReadModelRows implements AutoCloseable {

    private final String databaseUrl;
    private final KeyEncryptionKey keyEncryptionKey;
    private final List<String> written = new ArrayList<>();
    private final List<TestUser> people = new ArrayList<>();

    ReadModelRows(SharedSystem system) {
        this.databaseUrl = system.databaseUrl();
        this.keyEncryptionKey =
                KeyEncryptionKey.parse(system.folder().secrets().orElseThrow().encryptionKey());
    }

    /**
     * Ten weeks from nine to one and two to six in UTC, best from ten to eleven, with flow that a switch or a pause
     * ends, as the projections would have.
     */
    void writeWeeks(TestUser user) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            deleteAtTheEnd(user);
            statement.execute("""
                    INSERT INTO readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches,
                        active_seconds, flow_seconds,
                        mean_intensity, intensity_ms, active_ms, flow_ms, version)
                    SELECT '%1$s', minute, 120, 6, (random() < 0.1)::int, 50, 15, mean, mean * 50000, 50000, 15000, 0
                    FROM (SELECT minute, least(1, greatest(0, CASE extract(hour FROM minute at time zone 'UTC')
                        WHEN 10 THEN 0.7 ELSE 0.45 END
                                 + 0.2 * (random() - 0.5))) AS mean
                          FROM generate_series(date_trunc('day', now()) - interval '70 days', date_trunc('day',
                              now()) - interval '1 minute',
                                               interval '1 minute') AS minute
                          WHERE extract(hour FROM minute at time zone 'UTC') IN (9, 10, 11, 12, 14, 15, 16,
                              17)) m""".formatted(user.id));
            statement.execute("""
                    INSERT INTO readmodel.coding_sessions (session_id, user_id, user_started_at, language,
                        stream_status, stream_status_at,
                        first_activity_at, last_activity_at, active_ms, flow_ms, version)
                    SELECT gen_random_uuid(), '%1$s', start, CASE WHEN random() < 0.5 THEN 'java' ELSE 'sql' END,
                        'ended', start + interval '4 hours',
                           start, start + interval '4 hours', 12000000, 3600000 * (0.8 + 0.4 * random()), 0
                    FROM generate_series(date_trunc('day', now()) - interval '70 days', date_trunc('day',
                        now()) - interval '1 day',
                                         interval '1 day') AS day,
                         LATERAL (VALUES (day + interval '9 hours'), (day + interval '14 hours'))
                             AS s(start)""".formatted(user.id));
            statement.execute("""
                    INSERT INTO readmodel.flow_periods (user_id, session_id, started_at, ended_at, mean_intensity,
                        keystrokes, ended_by, version)
                    SELECT user_id, session_id, start, start + (14 + 14 * random()) * interval '1 minute', 0.7, 1500,
                           CASE WHEN nth = 5 THEN 'session_ended' WHEN random() < 0.3 THEN 'idle'
                               ELSE 'context_switch' END, 0
                    FROM readmodel.coding_sessions, generate_series(0, 5) AS nth,
                         LATERAL (SELECT started_at + (6 + 40 * nth + 4 * random()) * interval '1 minute' AS start) p
                    WHERE user_id = '%1$s'""".formatted(user.id));
        }
    }

    /**
     * A day of work in two projects and five sessions since 08:00, the last of which and its flow period are open now.
     */
    void writeDay(TestUser user, Instant dayStart) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            deleteAtTheEnd(user);
            statement.execute("""
                    INSERT INTO readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches,
                        active_seconds, flow_seconds,
                        mean_intensity, intensity_ms, active_ms, flow_ms, reason, version)
                    SELECT '%1$s', minute, 120, 6, 0, 50, 15, mean, mean * 50000, 50000, 15000,
                           CASE WHEN extract(minute FROM minute) < 10 THEN 'warming_up'
                                WHEN extract(minute FROM minute) < 15 THEN 'fragmented' END, 0
                    FROM generate_series(timestamptz '%2$s' + interval '8 hours', now(), interval '1 minute') AS minute,
                         LATERAL (SELECT 0.5 + 0.3 * sin(extract(epoch FROM minute) / 1700) AS mean) m
                    WHERE minute NOT BETWEEN timestamptz '%2$s' + interval '12 hours'
                        AND timestamptz '%2$s' + interval '13 hours'
                    ON CONFLICT DO NOTHING""".formatted(user.id, dayStart));
            statement.execute("""
                    INSERT INTO readmodel.coding_sessions (session_id, user_id, user_started_at, user_ended_at,
                        project, language, editor,
                        first_activity_at, last_activity_at, keystrokes, active_ms, flow_ms, intensity_ms, version)
                    SELECT gen_random_uuid(), '%1$s', start, CASE WHEN hour < 18
                        THEN start + interval '105 minutes' END,
                           CASE WHEN hour = 13 THEN '%3$s' ELSE '%4$s' END::bytea, 'java', '%5$s'::bytea,
                           start, least(now(), start + interval '105 minutes'), 9000, 5400000, 2700000, 2700000, 0
                    FROM (VALUES (8), (10), (13), (15), (18)) AS h (hour),
                         LATERAL (SELECT timestamptz '%2$s' + hour * interval '1 hour' AS start) s""".formatted(
                            user.id,
                            dayStart,
                            sealed(SealedText.PROJECT, "a-project-with-a-rather-long-name-of-its-own", user),
                            sealed(SealedText.PROJECT, "ingest", user),
                            sealed(SealedText.EDITOR, "vim", user)));
            statement.execute("""
                    INSERT INTO readmodel.flow_periods (user_id, session_id, started_at, ended_at, mean_intensity,
                        keystrokes, ended_by, version)
                    SELECT user_id, session_id, start, CASE WHEN user_ended_at IS NOT NULL OR nth = 0
                        THEN start + interval '24 minutes' END,
                           0.72, 2400, CASE nth WHEN 0 THEN 'idle' ELSE 'context_switch' END, 0
                    FROM readmodel.coding_sessions, generate_series(0, 1) AS nth,
                         LATERAL (SELECT user_started_at + (10 + 45 * nth) * interval '1 minute' AS start) p
                    WHERE user_id = '%1$s' AND user_started_at >= '%2$s'
                        AND start < now()""".formatted(user.id, dayStart));
        }
    }

    /** A session of two hours around a midnight, of which the middle one is in flow. */
    void writeNight(TestUser user, Instant midnight) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            deleteAtTheEnd(user);
            statement.execute("""
                    INSERT INTO readmodel.flow_minutes (user_id, minute, keystrokes, errors, context_switches,
                        active_seconds, flow_seconds,
                        mean_intensity, intensity_ms, active_ms, flow_ms, version)
                    SELECT '%1$s', minute, 100, 0, 0, 60, 30, 0.6, 36000, 60000, 30000, 0
                    FROM generate_series(timestamptz '%2$s' - interval '1 hour', timestamptz '%2$s'
                        + interval '59 minutes', interval '1 minute') AS minute""".formatted(user.id, midnight));
            statement.execute("""
                    WITH session AS (
                        INSERT INTO readmodel.coding_sessions (session_id, user_id, user_started_at, user_ended_at,
                            language, first_activity_at, last_activity_at, keystrokes, active_ms, flow_ms,
                            intensity_ms, version)
                        SELECT gen_random_uuid(), '%1$s', at - interval '1 hour', at + interval '1 hour', 'java',
                               at - interval '1 hour', at + interval '1 hour', 12000, 7200000, 3600000, 4320000, 0
                        FROM (VALUES (timestamptz '%2$s')) AS m (at) RETURNING user_id, session_id)
                    INSERT INTO readmodel.flow_periods (user_id, session_id, started_at, ended_at, mean_intensity,
                        keystrokes, ended_by, version)
                    SELECT user_id, session_id, timestamptz '%2$s' - interval '30 minutes',
                           timestamptz '%2$s' + interval '30 minutes', 0.7, 6000, 'idle', 0
                    FROM session""".formatted(user.id, midnight));
        }
    }

    /** Ten weeks of days as the projection would have them, and an alert as the gateway keeps it. */
    void writeTeam(UUID team) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            written.add("readmodel.team_windows where team_id = '" + team + "'");
            statement.execute("update identity.teams set plan = 'premium' where team_id = '" + team + "'");
            statement.execute("""
                    INSERT INTO readmodel.team_windows (team_id, size, window_start, outcome, members_min, members,
                        active_seconds, active_seconds_margin, seconds_in_flow, seconds_in_flow_margin, interruptions,
                        interruptions_margin, rho_micros, rho_month_micros, rho_month_max_micros)
                    SELECT '%1$s', 'day', day, 'released', 5, 6, 60000, 9000,
                           CASE WHEN day > now() - interval '16 days' AND day < now() - interval '2 days' THEN 12000
                               ELSE 30000 END, 5000, 20, 6, 500000, 500000, 15500000
                    FROM generate_series(date_trunc('day', now(), 'UTC') - interval '75 days', date_trunc('day',
                        now(), 'UTC'),
                                         interval '1 day') AS day
                    WHERE day < now() - interval '2 days'
                        AND day <> date_trunc('day', now(), 'UTC') - interval '3 days'""".formatted(team));
            statement.execute("""
                    WITH rule AS (
                        INSERT INTO gateway.team_alert_rules (rule_id, team_id, indicator, threshold, recent_days,
                            time_zone, channel, created_at)
                        VALUES (gen_random_uuid(), '%1$s', 'weekend_share', 0.2, 28, 'UTC', 'live',
                            now()) RETURNING rule_id)
                    INSERT INTO gateway.team_alerts (alert_id, rule_id, team_id, indicator, value, low, high,
                        threshold, reference, data_points,
                        recent_days, from_at, to_at, log_partition, log_offset)
                    SELECT gen_random_uuid(), rule_id, '%1$s', 'weekend_share', 0.25, 0.1, 0.4, 0.2, 0.06, 4, 28,
                           now() - interval '30 days', now() - interval '2 days', 0, 0
                    FROM rule""".formatted(team));
        }
    }

    @Override
    public void close() throws Exception {
        if (written.isEmpty()) {
            return;
        }
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String rows : written) {
                statement.execute("DELETE FROM " + rows);
            }
            for (TestUser user : people) {
                sumDaysAgain(statement, user);
            }
        }
    }

    /** Days were summed over these rows if the user changed the time zone; another change sums what is left. */
    private static void sumDaysAgain(Statement statement, TestUser user) throws Exception {
        String differ = """
                SELECT (SELECT coalesce(sum(keystrokes), 0) FROM readmodel.daily_summaries WHERE user_id = '%1$s')
                    <> (SELECT coalesce(sum(keystrokes), 0) FROM readmodel.flow_minutes WHERE user_id = '%1$s')
                """.formatted(user.id);
        if (isTrue(statement, differ)) {
            user.patch("/api/account", "{\"timezone\": \"Pacific/Marquesas\"}");
            Eventually.holds("the days are summed again", () -> !isTrue(statement, differ));
        }
    }

    private static boolean isTrue(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            return row.next() && row.getBoolean(1);
        }
    }

    /** Rows of the projections have higher versions and stay: a rebuild gives them again. */
    private void deleteAtTheEnd(TestUser user) {
        people.add(user);
        for (String table : List.of("flow_periods", "coding_sessions", "flow_minutes")) {
            written.add("readmodel." + table + " WHERE version = 0 AND user_id = '" + user.id + "'");
        }
    }

    /** Returns a text as the gateway encrypts it, in the hex format of Postgres. */
    private String sealed(SealedText column, String text, TestUser user) {
        try (PostgresUserKeys keys =
                PostgresUserKeys.open(PostgresUrl.parse(databaseUrl).dataSource(), keyEncryptionKey)) {
            UserCipher cipher = keys.find(user.id).orElseThrow();
            return "\\x" + HexFormat.of().formatHex(column.seal(text, cipher));
        }
    }

    private Connection connect() throws SQLException {
        return PostgresUrl.parse(databaseUrl).dataSource().getConnection();
    }
}
