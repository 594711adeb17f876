package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.pluginhost.PluginRecord;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The released windows of a team, each delivered once, from the read model: the figures that team leads see, without
 * data of single members. Not thread-safe.
 */
final class TeamHistory implements RecordSource {

    private static final int PAGE_ROWS = 500;

    /** Windows are released a day after their end; the longest lasts a day. */
    private static final Duration RELEASE_DELAY_MAX = Duration.ofDays(3);

    private static final long POLL_INTERVAL_NANOS = 5_000_000_000L;

    private static final String RELEASED = " active_seconds_margin IS NOT NULL AND members >= "
            + TeamDayRelease.MEMBERS_MIN_LEAST + " AND team_id = ? AND window_start < ?";

    private static final String FIGURES = """
            SELECT size, window_start, members, active_seconds, active_seconds_margin,
                   coalesce(seconds_in_flow, 0), coalesce(seconds_in_flow_margin, 0),
                   coalesce(interruptions, 0), coalesce(interruptions_margin, 0)
            FROM readmodel.team_windows WHERE""" + RELEASED;

    private static final String NEXT =
            FIGURES + " AND (window_start, size) > (?, ?) ORDER BY window_start, size LIMIT " + PAGE_ROWS;

    private static final String RECENT =
            FIGURES + " AND window_start >= ? ORDER BY window_start, size LIMIT " + 4 * PAGE_ROWS;

    private static final String COUNT =
            "SELECT count(*) FROM readmodel.team_windows WHERE" + RELEASED + " AND window_start >= ?";

    private final DataSource database;
    private final UUID teamId;
    private final Instant from;
    private final Instant to;
    private final Set<Window> delivered = new HashSet<>();
    private Window last;
    private long scanned;
    private long total = -1;
    private boolean isLive;
    private long polledAtNanos;

    TeamHistory(DataSource database, UUID teamId, @Nullable Instant from, @Nullable Instant to) {
        this.database = database;
        this.teamId = teamId;
        this.from = from == null ? Instant.EPOCH : from;
        this.to = to == null ? Instant.parse("9999-01-01T00:00:00Z") : to;
        this.last = new Window(this.from.toEpochMilli(), "");
    }

    private record Window(long startMs, String size) {}

    private record Row(Window window, PluginRecord.TeamWindow record) {}

    @Override
    public ReadState advance(Consumer<byte @Nullable [], byte @Nullable []> consumer, RunFold fold, long deadlineNanos)
            throws RunEndedException, SQLException {
        try (Connection connection = database.getConnection()) {
            if (total < 0) {
                total = count(connection);
            }
            while (!isLive) {
                if (System.nanoTime() - deadlineNanos > 0) {
                    return ReadState.BEHIND;
                }
                isLive = page(connection, fold) < PAGE_ROWS;
                polledAtNanos = System.nanoTime();
            }
            if (System.nanoTime() - polledAtNanos > POLL_INTERVAL_NANOS) {
                poll(connection, fold);
                polledAtNanos = System.nanoTime();
            }
        }
        return ReadState.CAUGHT_UP;
    }

    private long count(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COUNT)) {
            statement.setObject(1, teamId);
            statement.setObject(2, to.atOffset(ZoneOffset.UTC));
            statement.setObject(3, from.atOffset(ZoneOffset.UTC));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private int page(Connection connection, RunFold fold) throws SQLException, RunEndedException {
        int rows = 0;
        try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
            statement.setObject(1, teamId);
            statement.setObject(2, to.atOffset(ZoneOffset.UTC));
            statement.setObject(3, Instant.ofEpochMilli(last.startMs).atOffset(ZoneOffset.UTC));
            statement.setString(4, last.size);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    Row row = row(result);
                    deliver(row, fold);
                    last = row.window;
                    rows++;
                }
            }
        }
        scanned += rows;
        return rows;
    }

    /** Delivers windows released since the last poll: a long window is released after later, shorter ones. */
    private void poll(Connection connection, RunFold fold) throws SQLException, RunEndedException {
        Instant recent = Instant.now().minus(RELEASE_DELAY_MAX);
        Instant since = recent.isBefore(from) ? from : recent;
        delivered.removeIf(window -> window.startMs < since.toEpochMilli());
        try (PreparedStatement statement = connection.prepareStatement(RECENT)) {
            statement.setObject(1, teamId);
            statement.setObject(2, to.atOffset(ZoneOffset.UTC));
            statement.setObject(3, since.atOffset(ZoneOffset.UTC));
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    Row row = row(result);
                    if (!delivered.contains(row.window)) {
                        deliver(row, fold);
                    }
                }
            }
        }
    }

    private void deliver(Row row, RunFold fold) throws RunEndedException {
        if (Instant.ofEpochMilli(row.window.startMs).isAfter(Instant.now().minus(RELEASE_DELAY_MAX))) {
            delivered.add(row.window);
        }
        fold.add(row.record, row.window.startMs);
    }

    private static Row row(ResultSet row) throws SQLException {
        String size = row.getString(1);
        long startMs = row.getTimestamp(2).getTime();
        return new Row(
                new Window(startMs, size),
                new PluginRecord.TeamWindow(
                        startMs,
                        startMs + length(size).toMillis(),
                        1,
                        Math.toIntExact(TeamDayRelease.shownMembers(row.getLong(3))),
                        true,
                        row.getDouble(4) * 1_000,
                        row.getDouble(5) * 1_000,
                        row.getDouble(6) * 1_000,
                        row.getDouble(7) * 1_000,
                        row.getDouble(8),
                        row.getDouble(9)));
    }

    private static Duration length(String size) {
        return switch (size) {
            case "hour" -> Duration.ofHours(1);
            case "day" -> Duration.ofDays(1);
            default -> throw new IllegalStateException("Unknown window size: " + size);
        };
    }

    @Override
    public void advanceTime(RunFold fold, long nowMs) throws RunEndedException {
        fold.advanceTime(Math.min(nowMs - RELEASE_DELAY_MAX.toMillis(), to.toEpochMilli()));
    }

    @Override
    public long scanned() {
        return scanned;
    }

    @Override
    public long total() {
        return Math.max(total, scanned);
    }

    @Override
    public String positions() {
        return "{\"team_windows\": \"" + Instant.ofEpochMilli(last.startMs) + "\"}";
    }
}
