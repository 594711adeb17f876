package dev.mindfulcode.projectionservice.minutes;

import dev.mindfulcode.flowengine.time.OffsetSpan;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * SQL that writes users' time zones and, when one changes, sums all days of the user again. A transaction that adds
 * minutes locks the user's zone in shared mode, so that each minute counts in either the old or the new days.
 */
final class ZoneStatements {

    private static final String SELECT_FOR_SHARE = """
            SELECT user_id, time_zone FROM {user_zones} WHERE user_id = ANY (?::uuid[]) ORDER BY user_id FOR SHARE
            """;

    private static final String INSERT_UTC = """
            INSERT INTO {user_zones} (user_id, time_zone, event_offset)
            SELECT user_id, 'UTC', -1 FROM unnest(?::uuid[]) AS u(user_id)
            ON CONFLICT DO NOTHING
            """;

    private static final String UPSERT = """
            INSERT INTO {user_zones} AS z (user_id, time_zone, event_offset)
            SELECT user_id, time_zone, event_offset
            FROM unnest(?::uuid[], ?::text[], ?::bigint[]) AS u(user_id, time_zone, event_offset)
            ON CONFLICT (user_id) DO UPDATE SET
                time_zone = EXCLUDED.time_zone,
                event_offset = EXCLUDED.event_offset
            WHERE z.event_offset < EXCLUDED.event_offset
            RETURNING user_id, old.time_zone <> new.time_zone AS moved
            """;

    private static final String DELETE_DAYS = "DELETE FROM {daily_summaries} WHERE user_id = ANY (?::uuid[])";

    private static final String EXTENTS = """
            SELECT user_id, z.time_zone, min(m.minute) AS first, max(m.minute) AS last
            FROM {flow_minutes} m JOIN {user_zones} z USING (user_id)
            WHERE user_id = ANY (?::uuid[])
            GROUP BY 1, 2
            """;

    private static final String SUM_DAYS =
            """
            INSERT INTO {daily_summaries}
                (user_id, day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms, version)
            SELECT m.user_id,
                   date 'epoch' + floor((extract(epoch FROM m.minute) + z.offset_s) / 86400)::int,
                   sum(m.keystrokes), sum(m.errors), sum(m.context_switches), sum(m.active_ms), sum(m.flow_ms),
                   sum(exact), max(m.version)
            FROM unnest(?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[]) AS z(user_id, from_s, to_s, offset_s)
                JOIN {flow_minutes} m ON m.user_id = z.user_id
                    AND m.minute >= to_timestamp(z.from_s) AND m.minute < to_timestamp(z.to_s)
            GROUP BY 1, 2
            ORDER BY 1, 2
            """.replace("sum(exact)", "sum(" + MinuteStatements.EXACT.formatted("m.intensity_ms") + ")");

    private record UserSpan(UUID userId, OffsetSpan span) {}

    private final String selectForShare;
    private final String insertUtc;
    private final String upsert;
    private final String deleteDays;
    private final String extents;
    private final String sumDays;

    ZoneStatements(Tables tables) {
        selectForShare = tables.qualify(SELECT_FOR_SHARE);
        insertUtc = tables.qualify(INSERT_UTC);
        upsert = tables.qualify(UPSERT);
        deleteDays = tables.qualify(DELETE_DAYS);
        extents = tables.qualify(EXTENTS);
        sumDays = tables.qualify(SUM_DAYS);
    }

    /** Locks the users' zones until the transaction ends and returns them; a user without a zone gets UTC. */
    Map<UUID, ZoneId> lockShared(Connection connection, List<UUID> users) throws SQLException {
        Map<UUID, ZoneId> locked = zones(connection, users);
        if (locked.size() == users.size()) {
            return locked;
        }
        update(connection, insertUtc, users);
        locked = zones(connection, users);
        if (locked.size() != users.size()) {
            throw new IllegalStateException("a user's time zone was deleted while it was locked");
        }
        return locked;
    }

    private Map<UUID, ZoneId> zones(Connection connection, List<UUID> users) throws SQLException {
        Map<UUID, ZoneId> zones = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(selectForShare)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    zones.put(results.getObject(1, UUID.class), TimeZones.of(results.getString(2)));
                }
            }
        }
        return zones;
    }

    /**
     * Writes zones that are newer than the stored ones.
     *
     * @param rows one per user, ordered by user
     * @return how many zones and days were written
     */
    int apply(Connection connection, Collection<ZoneRow> rows) throws SQLException {
        int written = 0;
        List<UUID> moved = new ArrayList<>();
        ArrayBinder<ZoneRow> bound = new ArrayBinder<>(rows)
                .uuids(ZoneRow::userId)
                .texts(ZoneRow::zone)
                .longs(ZoneRow::eventOffset);
        try (PreparedStatement statement = bound.prepare(connection, upsert);
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                written++;
                if (results.getBoolean("moved")) {
                    moved.add(results.getObject("user_id", UUID.class));
                }
            }
        }
        return moved.isEmpty() ? written : written + sumDaysAgain(connection, moved);
    }

    /**
     * Sums all days of users again. The caller has locked their zones.
     *
     * @return how many days were written
     */
    int sumDaysAgain(Connection connection, List<UUID> users) throws SQLException {
        update(connection, deleteDays, users);
        List<UserSpan> spans = spans(connection, users);
        if (spans.isEmpty()) {
            return 0;
        }
        return new ArrayBinder<>(spans)
                .uuids(UserSpan::userId)
                .longs(row -> row.span().fromSeconds())
                .longs(row -> row.span().toSeconds())
                .longs(row -> row.span().offsetSeconds())
                .update(connection, sumDays);
    }

    /** Returns, for each user, the spans of equal UTC offset that cover all of their minutes. */
    private List<UserSpan> spans(Connection connection, List<UUID> users) throws SQLException {
        List<UserSpan> spans = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(extents)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    UUID userId = results.getObject(1, UUID.class);
                    OffsetSpan.of(
                                    TimeZones.of(results.getString(2)),
                                    results.getTimestamp(3).toInstant(),
                                    results.getTimestamp(4).toInstant().plusSeconds(60))
                            .forEach(span -> spans.add(new UserSpan(userId, span)));
                }
            }
        }
        return spans;
    }

    private static int update(Connection connection, String sql, List<UUID> users) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("uuid", users.toArray()));
            return statement.executeUpdate();
        }
    }
}
