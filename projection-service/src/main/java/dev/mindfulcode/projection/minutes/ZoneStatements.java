package dev.mindfulcode.projection.minutes;

import dev.mindfulcode.projection.fold.Columns;
import dev.mindfulcode.projection.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;

/**
 * Writes users' zones and, where one changed, all of the user's days anew. Whoever adds to a user's days holds the zone
 * meanwhile, so that no minute falls between the old days and the new ones.
 */
final class ZoneStatements {

    private static final String HOLD = """
            SELECT count(*) FROM (
                SELECT FROM {user_zones} WHERE user_id = ANY (?::uuid[]) ORDER BY user_id FOR SHARE)
            """;

    private static final String PRESUME_UTC = """
            INSERT INTO {user_zones} (user_id, time_zone, event_offset)
            SELECT user_id, 'UTC', -1 FROM unnest(?::uuid[]) AS u(user_id)
            ON CONFLICT DO NOTHING
            """;

    /** Evaluates each zone, so that one which Postgres does not know fails here and not with every minute to come. */
    private static final String UPSERT = """
            INSERT INTO {user_zones} AS z (user_id, time_zone, event_offset)
            SELECT user_id, time_zone, event_offset
            FROM unnest(?::uuid[], ?::text[], ?::bigint[]) AS u(user_id, time_zone, event_offset)
            WHERE timestamptz 'epoch' AT TIME ZONE time_zone IS NOT NULL
            ON CONFLICT (user_id) DO UPDATE SET
                time_zone = EXCLUDED.time_zone,
                event_offset = EXCLUDED.event_offset
            WHERE z.event_offset < EXCLUDED.event_offset
            RETURNING user_id, old.time_zone <> new.time_zone AS moved
            """;

    private static final String FORGET_DAYS = "DELETE FROM {daily_summaries} WHERE user_id = ANY (?::uuid[])";

    private static final String SUM_DAYS =
            """
            INSERT INTO {daily_summaries}
                (user_id, day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms, version)
            SELECT user_id, (m.minute AT TIME ZONE z.time_zone)::date, sum(m.keystrokes), sum(m.errors),
                   sum(m.context_switches), sum(m.active_ms), sum(m.flow_ms), sum(exact), max(m.version)
            FROM {flow_minutes} m JOIN {user_zones} z USING (user_id)
            WHERE user_id = ANY (?::uuid[])
            GROUP BY 1, 2
            ORDER BY 1, 2
            """.replace("sum(exact)", "sum(" + MinuteStatements.EXACT.formatted("m.intensity_ms") + ")");

    private final String hold;
    private final String presumeUtc;
    private final String upsert;
    private final String forgetDays;
    private final String sumDays;

    ZoneStatements(Tables tables) {
        hold = tables.in(HOLD);
        presumeUtc = tables.in(PRESUME_UTC);
        upsert = tables.in(UPSERT);
        forgetDays = tables.in(FORGET_DAYS);
        sumDays = tables.in(SUM_DAYS);
    }

    /** Keeps the users' zones as they are until the transaction ends; a user without one gets UTC. */
    void hold(Connection connection, List<UUID> users) throws SQLException {
        if (count(connection, hold, users) == users.size()) {
            return;
        }
        update(connection, presumeUtc, users);
        if (count(connection, hold, users) != users.size()) {
            throw new IllegalStateException("a user's zone vanished while it was held");
        }
    }

    /**
     * Writes zones that are newer than what is there.
     *
     * @param rows one a user, in the order of users
     * @return how many zones and days were written
     */
    int apply(Connection connection, Collection<ZoneRow> rows) throws SQLException {
        int written = 0;
        List<UUID> moved = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(upsert)) {
            new Columns<>(connection, statement, rows)
                    .uuids(ZoneRow::userId)
                    .texts(ZoneRow::zone)
                    .longs(ZoneRow::eventOffset);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    written++;
                    if (results.getBoolean("moved")) {
                        moved.add(results.getObject("user_id", UUID.class));
                    }
                }
            }
        }
        return moved.isEmpty() ? written : written + sumAnew(connection, moved);
    }

    /**
     * Sums all days of users anew; nobody else may write minutes of theirs meanwhile.
     *
     * @return how many days there are now
     */
    int sumAnew(Connection connection, List<UUID> users) throws SQLException {
        update(connection, forgetDays, users);
        return update(connection, sumDays, users);
    }

    static int count(PreparedStatement statement) throws SQLException {
        try (ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getInt(1);
        }
    }

    private static int count(Connection connection, String sql, List<UUID> users) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            return count(statement);
        }
    }

    private static int update(Connection connection, String sql, List<UUID> users) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            return statement.executeUpdate();
        }
    }
}
