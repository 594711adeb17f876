package dev.mindfulcode.projectionservice.teams;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.TeamWindow;
import dev.mindfulcode.schemas.TeamWindowOutcome;
import dev.mindfulcode.schemas.TeamWindowSize;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * {@code team_windows}: one row per closed window of a team. The first record that closes a window is its release.
 * Later records of the same window, for example from a replay of flow-stream, change nothing: two releases reveal more
 * than was charged for one. A window without figures stays withheld.
 */
@NullMarked
public final class TeamWindows implements Fold {

    private static final String INSERT = """
            INSERT INTO {team_windows}
                (team_id, size, window_start, outcome, members_min, members, active_seconds, active_seconds_margin,
                 seconds_in_flow, seconds_in_flow_margin, interruptions, interruptions_margin, rho_micros,
                 rho_month_micros, rho_month_max_micros)
            SELECT team_id, size, @ts start_ms, outcome, members_min, members, active_seconds, active_seconds_margin,
                   seconds_in_flow, seconds_in_flow_margin, interruptions, interruptions_margin, rho_micros,
                   rho_month_micros, rho_month_max_micros
            FROM unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[])
                AS u(team_id, size, start_ms, outcome, members_min, members, active_seconds, active_seconds_margin,
                     seconds_in_flow, seconds_in_flow_margin, interruptions, interruptions_margin, rho_micros,
                     rho_month_micros, rho_month_max_micros)
            ON CONFLICT (team_id, size, window_start) DO NOTHING
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF);

    private record Key(UUID teamId, String size, long startMs) {}

    private record Row(Key key, TeamWindow window) {}

    private final String insert;
    private final TreeMap<Key, Row> rows = new TreeMap<>(
            Comparator.comparing(Key::teamId).thenComparing(Key::size).thenComparingLong(Key::startMs));

    private TeamWindows(String insert) {
        this.insert = insert;
    }

    public static Projection projection() {
        return Projection.of(TeamWindows.class, "team_windows", 2, List.of(Topics.TEAM_FLOW), tables -> {
            String insert = tables.qualify(INSERT);
            return () -> new TeamWindows(insert);
        });
    }

    @Override
    public void apply(ProjectionEvent event) throws RejectedEventException {
        TeamWindow window = (TeamWindow) event.value();
        if (!window.getTeamId().equals(event.userId())) {
            throw new RejectedEventException("team differs from key");
        }
        if (window.getSize() != TeamWindowSize.HOUR && window.getSize() != TeamWindowSize.DAY) {
            throw new RejectedEventException("unknown size");
        }
        if (window.getOutcome() == TeamWindowOutcome.UNKNOWN) {
            throw new RejectedEventException("unknown outcome");
        }
        checkFigures(window);
        if (!window.getClosed()) {
            return;
        }
        Row row = new Row(
                new Key(
                        window.getTeamId(),
                        window.getSize().name().toLowerCase(Locale.ROOT),
                        EventValidation.timeMs(window.getWindowStart())),
                window);
        rows.putIfAbsent(row.key(), row);
    }

    private static void checkFigures(TeamWindow window) throws RejectedEventException {
        EventValidation.version(window.getVersion());
        EventValidation.count(window.getMembersMin());
        countOrNull(longOrNull(window.getMembers()));
        sumOrNull(window.getActiveSeconds());
        countOrNull(window.getActiveSecondsMargin());
        sumOrNull(window.getSecondsInFlow());
        countOrNull(window.getSecondsInFlowMargin());
        sumOrNull(window.getInterruptions());
        countOrNull(window.getInterruptionsMargin());
        EventValidation.count(window.getRhoMicros());
        EventValidation.count(window.getRhoMonthMicros());
        EventValidation.count(window.getRhoMonthMaxMicros());
    }

    private static @Nullable Long longOrNull(@Nullable Integer value) {
        return value == null ? null : (Long) value.longValue();
    }

    private static void countOrNull(@Nullable Long value) throws RejectedEventException {
        if (value != null) {
            EventValidation.count(value);
        }
    }

    /** Noise makes a small sum negative. */
    private static void sumOrNull(@Nullable Long value) throws RejectedEventException {
        if (value != null) {
            EventValidation.count(value < 0 ? -(value + 1) : value);
        }
    }

    @Override
    public int flush(Connection connection) throws SQLException {
        if (rows.isEmpty()) {
            return 0;
        }
        return new ArrayBinder<>(rows.values())
                .uuids(row -> row.key().teamId())
                .texts(row -> row.key().size())
                .longs(row -> row.key().startMs())
                .texts(row -> row.window().getOutcome().name().toLowerCase(Locale.ROOT))
                .longs(row -> row.window().getMembersMin())
                .longsOrNull(row -> longOrNull(row.window().getMembers()))
                .longsOrNull(row -> row.window().getActiveSeconds())
                .longsOrNull(row -> row.window().getActiveSecondsMargin())
                .longsOrNull(row -> row.window().getSecondsInFlow())
                .longsOrNull(row -> row.window().getSecondsInFlowMargin())
                .longsOrNull(row -> row.window().getInterruptions())
                .longsOrNull(row -> row.window().getInterruptionsMargin())
                .longs(row -> row.window().getRhoMicros())
                .longs(row -> row.window().getRhoMonthMicros())
                .longs(row -> row.window().getRhoMonthMaxMicros())
                .update(connection, insert);
    }
}
