package dev.mindfulcode.projectionservice.minutes;

import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.DeletedSessions;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;

/** SQL that writes minutes and adds each difference to the sum of its day. */
final class MinuteStatements {

    /**
     * Multiples of 2^-10 below 2^43 add up in a double without rounding, so a day's sum does not depend on the order of
     * additions and subtractions.
     */
    static final String EXACT = "round(%1$s * 1024) / 1024";

    private static final String UPSERT = """
            WITH input AS MATERIALIZED (
                SELECT *, @ts minute_ms AS minute
                FROM unnest(?::uuid[], ?::bigint[], ?::uuid[], ?::bigint[], ?::bigint[], ?::bigint[],
                            ?::double precision[], ?::double precision[], ?::bigint[], ?::bigint[], ?::text[],
                            ?::bigint[], ?::bigint[])
                    AS u(user_id, minute_ms, session_id, keystrokes, errors, context_switches, mean_intensity,
                         intensity_ms, active_ms, flow_ms, reason, version, epoch_day)
            ), changed AS (
                INSERT INTO {flow_minutes} AS m
                    (user_id, minute, session_id, keystrokes, errors, context_switches, active_seconds, flow_seconds,
                     mean_intensity, intensity_ms, active_ms, flow_ms, reason, version)
                SELECT user_id, minute, session_id, keystrokes, errors, context_switches, active_ms / 1000.0,
                       flow_ms / 1000.0, mean_intensity, intensity_ms, active_ms, flow_ms, reason, version
                FROM input u
                WHERE @not_deleted
                ON CONFLICT (user_id, minute, session_id) DO UPDATE SET
                    keystrokes = EXCLUDED.keystrokes,
                    errors = EXCLUDED.errors,
                    context_switches = EXCLUDED.context_switches,
                    active_seconds = EXCLUDED.active_seconds,
                    flow_seconds = EXCLUDED.flow_seconds,
                    mean_intensity = EXCLUDED.mean_intensity,
                    intensity_ms = EXCLUDED.intensity_ms,
                    active_ms = EXCLUDED.active_ms,
                    flow_ms = EXCLUDED.flow_ms,
                    reason = EXCLUDED.reason,
                    version = EXCLUDED.version
                WHERE m.version < EXCLUDED.version
                RETURNING
                    new.user_id,
                    new.minute,
                    new.session_id,
                    new.keystrokes - coalesce(old.keystrokes, 0) AS keystrokes,
                    new.errors - coalesce(old.errors, 0) AS errors,
                    new.context_switches - coalesce(old.context_switches, 0) AS context_switches,
                    new.active_ms - coalesce(old.active_ms, 0) AS active_ms,
                    new.flow_ms - coalesce(old.flow_ms, 0) AS flow_ms,
                    exact(new.intensity_ms) - coalesce(exact(old.intensity_ms), 0) AS intensity_ms,
                    new.version
            ), days AS (
                INSERT INTO {daily_summaries} AS d
                    (user_id, day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms, version)
                SELECT c.user_id, date 'epoch' + i.epoch_day::int, sum(c.keystrokes), sum(c.errors),
                       sum(c.context_switches), sum(c.active_ms), sum(c.flow_ms), sum(c.intensity_ms), max(c.version)
                FROM changed c JOIN input i USING (user_id, minute, session_id)
                GROUP BY 1, 2
                ORDER BY 1, 2
                ON CONFLICT (user_id, day) DO UPDATE SET
                    keystrokes = d.keystrokes + EXCLUDED.keystrokes,
                    errors = d.errors + EXCLUDED.errors,
                    context_switches = d.context_switches + EXCLUDED.context_switches,
                    active_ms = d.active_ms + EXCLUDED.active_ms,
                    flow_ms = d.flow_ms + EXCLUDED.flow_ms,
                    intensity_ms = d.intensity_ms + EXCLUDED.intensity_ms,
                    version = greatest(d.version, EXCLUDED.version)
            )
            SELECT count(*) FROM changed
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF)
            .replace("@not_deleted", DeletedSessions.notDeleted("flow_minutes"))
            .replace("exact(new.intensity_ms)", EXACT.formatted("new.intensity_ms"))
            .replace("exact(old.intensity_ms)", EXACT.formatted("old.intensity_ms"));

    private final String upsert;

    MinuteStatements(Tables tables) {
        upsert = tables.qualify(UPSERT);
    }

    /**
     * The caller holds the deleted sessions and the users' zones ({@link ZoneStatements#hold}).
     *
     * @param rows one a user, minute and session, in that order
     * @param zones of the users, which decide to what days the minutes belong
     * @return how many minutes were inserted or replaced
     */
    int apply(Connection connection, Collection<MinuteRow> rows, Map<UUID, ZoneId> zones) throws SQLException {
        ArrayBinder<MinuteRow> bound = new ArrayBinder<>(rows)
                .uuids(MinuteRow::userId)
                .longs(MinuteRow::minuteMs)
                .uuids(MinuteRow::sessionId)
                .longs(MinuteRow::keystrokes)
                .longs(MinuteRow::errors)
                .longs(MinuteRow::contextSwitches)
                .doubles(MinuteRow::meanIntensity)
                .doubles(MinuteRow::intensityMs)
                .longs(MinuteRow::activeMs)
                .longs(MinuteRow::flowMs)
                .texts(MinuteRow::reason)
                .longs(MinuteRow::version)
                .longs(row -> day(row, zones));
        try (PreparedStatement statement = bound.prepare(connection, upsert);
                ResultSet result = statement.executeQuery()) {
            result.next();
            return result.getInt(1);
        }
    }

    private static long day(MinuteRow row, Map<UUID, ZoneId> zones) {
        ZoneId zone = zones.getOrDefault(row.userId(), TimeZones.UTC);
        return LocalDate.ofInstant(Instant.ofEpochMilli(row.minuteMs()), zone).toEpochDay();
    }
}
