package dev.mindfulcode.projectionservice.teams;

import dev.mindfulcode.projectionservice.fold.ArrayBinder;
import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.TeamWindow;
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
 * {@code team_windows}: one row per released window of a team. The first record that closes a window is its release.
 * Later records of the same window, for example from a replay of flow-stream, change nothing: the difference between
 * two releases could reveal one member. A window without figures stays withheld.
 */
@NullMarked
public final class TeamWindows implements Fold {

    private static final String INSERT = """
            INSERT INTO {team_windows}
                (team_id, size, window_start, version, closed, members_min, members, keystrokes, active_seconds,
                 mean_intensity, intensity_spread, seconds_in_flow, interruptions, focus_overlap_seconds, gap_seconds,
                 keystrokes_a_member_max, seconds_a_member_max, interruptions_a_member_max)
            SELECT team_id, size, @ts start_ms, version, true, members_min, members, keystrokes, active_seconds,
                   mean_intensity, intensity_spread, seconds_in_flow, interruptions, focus_overlap_seconds, gap_seconds,
                   keystrokes_a_member_max, seconds_a_member_max, interruptions_a_member_max
            FROM unnest(?::uuid[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::double precision[], ?::double precision[], ?::bigint[], ?::bigint[],
                        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
                AS u(team_id, size, start_ms, version, members_min, members, keystrokes, active_seconds,
                     mean_intensity, intensity_spread, seconds_in_flow, interruptions, focus_overlap_seconds,
                     gap_seconds, keystrokes_a_member_max, seconds_a_member_max, interruptions_a_member_max)
            ON CONFLICT (team_id, size, window_start) DO NOTHING
            """.replace("@ts ", ArrayBinder.TIMESTAMP_OF);

    /** The greatest standard deviation of values between 0 and 1. */
    private static final double INTENSITY_SPREAD_MAX = 0.5;

    private record Key(UUID teamId, String size, long startMs) {}

    private record Row(Key key, TeamWindow window) {}

    private final String insert;
    private final TreeMap<Key, Row> rows = new TreeMap<>(
            Comparator.comparing(Key::teamId).thenComparing(Key::size).thenComparingLong(Key::startMs));

    private TeamWindows(String insert) {
        this.insert = insert;
    }

    public static Projection projection() {
        return Projection.of(TeamWindows.class, "team_windows", 1, List.of(Topics.TEAM_FLOW), tables -> {
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
        if (window.getSize() == TeamWindowSize.UNKNOWN) {
            throw new RejectedEventException("unknown size");
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
        EventValidation.count(window.getKeystrokesAMemberMax());
        EventValidation.count(window.getSecondsAMemberMax());
        EventValidation.count(window.getInterruptionsAMemberMax());
        countOrNull(longOrNull(window.getMembers()));
        countOrNull(window.getKeystrokes());
        countOrNull(window.getActiveSeconds());
        countOrNull(window.getSecondsInFlow());
        countOrNull(window.getInterruptions());
        countOrNull(window.getFocusOverlapSeconds());
        countOrNull(window.getGapSeconds());
        Double mean = window.getMeanIntensity();
        Double spread = window.getIntensitySpread();
        if (mean != null && !(mean >= 0 && mean <= 1)
                || spread != null && !(spread >= 0 && spread <= INTENSITY_SPREAD_MAX)) {
            throw new RejectedEventException("intensity out of range");
        }
    }

    private static @Nullable Long longOrNull(@Nullable Integer value) {
        return value == null ? null : (Long) value.longValue();
    }

    private static void countOrNull(@Nullable Long value) throws RejectedEventException {
        if (value != null) {
            EventValidation.count(value);
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
                .longs(row -> row.window().getVersion())
                .longs(row -> row.window().getMembersMin())
                .longsOrNull(row -> longOrNull(row.window().getMembers()))
                .longsOrNull(row -> row.window().getKeystrokes())
                .longsOrNull(row -> row.window().getActiveSeconds())
                .doublesOrNull(row -> row.window().getMeanIntensity())
                .doublesOrNull(row -> row.window().getIntensitySpread())
                .longsOrNull(row -> row.window().getSecondsInFlow())
                .longsOrNull(row -> row.window().getInterruptions())
                .longsOrNull(row -> row.window().getFocusOverlapSeconds())
                .longsOrNull(row -> row.window().getGapSeconds())
                .longs(row -> row.window().getKeystrokesAMemberMax())
                .longs(row -> row.window().getSecondsAMemberMax())
                .longs(row -> row.window().getInterruptionsAMemberMax())
                .update(connection, insert);
    }
}
