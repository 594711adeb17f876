package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.identity.accounts.TimeZoneLookup;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.LongConsumer;
import org.postgresql.PGConnection;
import org.postgresql.copy.PGCopyOutputStream;

/**
 * Writes generated rows directly into the read model, without the log, to measure reads at a size that would need days
 * of typing. Sessions have the project index {@link #MARK}, which no project has, and belong to benchmark accounts or
 * to nobody, so that they can be identified and removed. They have no project and editor, which would be encrypted with
 * their user's key. A rebuild drops them.
 */
final class SessionTableLoader {

    private static final byte[] MARK = "mindful-bench".getBytes(StandardCharsets.US_ASCII);

    private static final Duration SPACING_MAX = Duration.ofHours(6);
    private static final List<String> LANGUAGES = List.of("java", "kotlin", "python", "typescript", "sql", "go");
    private static final long HOUR_MS = 3_600_000;
    private static final long MINUTE_MS = 60_000;
    private static final int BUFFER_BYTES = 1 << 18;

    private final Connection connection;
    private final long nowMs;

    SessionTableLoader(Connection connection, Instant now) {
        this.connection = connection;
        this.nowMs = now.toEpochMilli();
    }

    /**
     * Removes the rows of an earlier run, and none of other accounts.
     *
     * @param accounts the first one is the heavy user
     */
    long remove(List<UUID> accounts) throws SQLException {
        Set<UUID> users = usersOfSessions();
        users.removeAll(TimeZoneLookup.find(connection, users).keySet());
        users.addAll(accounts);
        try (PreparedStatement sessions = connection.prepareStatement(
                "DELETE FROM readmodel.coding_sessions WHERE project_index = ? AND user_id = ANY (?)")) {
            sessions.setBytes(1, MARK);
            sessions.setArray(2, connection.createArrayOf("uuid", users.toArray()));
            long removed = sessions.executeLargeUpdate();
            for (String table : List.of("flow_minutes", "flow_periods", "daily_summaries")) {
                try (PreparedStatement rows =
                        connection.prepareStatement("delete from readmodel." + table + " where user_id = ?")) {
                    rows.setObject(1, accounts.getFirst());
                    rows.executeUpdate();
                }
            }
            return removed;
        }
    }

    private Set<UUID> usersOfSessions() throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "SELECT DISTINCT user_id FROM readmodel.coding_sessions WHERE project_index = ?")) {
            select.setBytes(1, MARK);
            Set<UUID> users = new HashSet<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    users.add(row.getObject(1, UUID.class));
                }
            }
            return users;
        }
    }

    /** Writes sessions, spread evenly over the users, each of half an hour to three hours. */
    void write(long sessions, List<UUID> users, LongConsumer progress) throws SQLException, IOException {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder row = new StringBuilder();
        try (PGCopyOutputStream copy =
                copy("coding_sessions (session_id, user_id, user_started_at, user_ended_at, project_index,"
                        + " language, event_offset, stream_status, stream_status_at, first_activity_at,"
                        + " last_activity_at,"
                        + " keystrokes, errors, context_switches, files_modified, active_ms, flow_ms, intensity_ms,"
                        + " interruptions,"
                        + " version)")) {
            long spacingMs =
                    Math.min(SPACING_MAX.toMillis(), 10 * 365 * 24 * HOUR_MS * users.size() / Math.max(1, sessions));
            for (long i = 0; i < sessions; i++) {
                UUID user = users.get((int) (i % users.size()));
                long startMs = nowMs - (i / users.size() + 1) * spacingMs - random.nextLong(spacingMs / 4 + 1);
                long lengthMs = HOUR_MS / 2 + random.nextLong(5 * HOUR_MS / 2);
                row.setLength(0);
                session(row, DeterministicIds.of(startMs, "bench-session/" + i), user, startMs, lengthMs, random);
                write(copy, row);
                if (i % 10_000 == 0) {
                    progress.accept(i);
                }
            }
        }
        progress.accept(sessions);
    }

    /** Writes a year of eight hours each day, nine to one and two to six in UTC, with its periods and day sums. */
    void writeYear(UUID user, int days) throws SQLException, IOException {
        SplittableRandom random = new SplittableRandom(2);
        StringBuilder row = new StringBuilder();
        long midnightMs = nowMs - nowMs % (24 * HOUR_MS);
        try (PGCopyOutputStream copy = copy("flow_minutes (user_id, minute, keystrokes, errors, context_switches,"
                + " active_seconds, flow_seconds, mean_intensity, intensity_ms, active_ms, flow_ms, version)")) {
            for (int day = days; day > 0; day--) {
                for (int hour : new int[] {9, 10, 11, 12, 14, 15, 16, 17}) {
                    for (int minute = 0; minute < 60; minute++) {
                        row.setLength(0);
                        long atMs = midnightMs - day * 24 * HOUR_MS + hour * HOUR_MS + minute * MINUTE_MS;
                        minute(row, user, atMs, hour, random);
                        write(copy, row);
                    }
                }
            }
        }
        try (PGCopyOutputStream copy =
                copy("flow_periods (user_id, session_id, started_at, ended_at, mean_intensity, keystrokes,"
                        + " ended_by, version)")) {
            for (int day = days; day > 0; day--) {
                for (int hour : new int[] {9, 14}) {
                    long fromMs = midnightMs - day * 24 * HOUR_MS + hour * HOUR_MS;
                    UUID session = DeterministicIds.of(fromMs, "bench-heavy/" + fromMs);
                    for (int i = 0; i < 6; i++) {
                        row.setLength(0);
                        period(
                                row,
                                user,
                                session,
                                fromMs + i * 40 * MINUTE_MS + random.nextLong(9 * MINUTE_MS),
                                i == 5,
                                random);
                        write(copy, row);
                    }
                }
            }
        }
        try (PreparedStatement sums = connection.prepareStatement("""
                INSERT INTO readmodel.daily_summaries (user_id, day, keystrokes, errors, context_switches, active_ms,
                    flow_ms, intensity_ms, version)
                SELECT user_id, date 'epoch' + floor(extract(epoch FROM minute) / 86400)::int, sum(keystrokes),
                    sum(errors), sum(context_switches), sum(active_ms),
                       sum(flow_ms), sum(intensity_ms), 1
                FROM readmodel.flow_minutes WHERE user_id = ? GROUP BY 1, 2""")) {
            sums.setObject(1, user);
            sums.executeUpdate();
        }
    }

    /** Updates planner statistics and visibility, so that no measured read has to. */
    void settle() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String table : List.of("coding_sessions", "flow_minutes", "flow_periods", "daily_summaries")) {
                statement.execute("vacuum (analyze) readmodel." + table);
            }
        }
    }

    private static void session(
            StringBuilder row, UUID id, UUID user, long startMs, long lengthMs, SplittableRandom random) {
        long activeMs = lengthMs / 2 + random.nextLong(lengthMs / 2);
        long keystrokes = activeMs / 600;
        Instant start = Instant.ofEpochMilli(startMs);
        Instant end = Instant.ofEpochMilli(startMs + lengthMs);
        row.append(id)
                .append('\t')
                .append(user)
                .append('\t')
                .append(start)
                .append('\t')
                .append(end);
        row.append("\t\\\\x").append(HexFormat.of().formatHex(MARK));
        row.append('\t').append(LANGUAGES.get(random.nextInt(LANGUAGES.size())));
        row.append("\t0\tended\t").append(end);
        row.append('\t').append(start).append('\t').append(end);
        row.append('\t').append(keystrokes).append('\t').append(keystrokes / 15).append('\t');
        row.append(random.nextInt(30))
                .append('\t')
                .append(random.nextInt(12))
                .append('\t')
                .append(activeMs);
        row.append('\t').append(activeMs / 10 * random.nextInt(8)).append('\t');
        row.append(String.format(Locale.ROOT, "%.3f", activeMs * (0.3 + 0.4 * random.nextDouble())));
        row.append('\t').append(random.nextInt(8)).append("\t1\n");
    }

    private static void minute(StringBuilder row, UUID user, long atMs, int hour, SplittableRandom random) {
        double mean = Math.clamp((hour == 10 ? 0.65 : 0.45) + 0.15 * random.nextGaussian(), 0, 1);
        long activeMs = 20_000 + random.nextLong(40_000);
        long flowMs = mean > 0.6 ? activeMs : 0;
        row.append(user).append('\t').append(Instant.ofEpochMilli(atMs)).append('\t');
        row.append(60 + random.nextInt(120))
                .append('\t')
                .append(random.nextInt(10))
                .append('\t');
        row.append(random.nextInt(10) == 0 ? 1 : 0)
                .append('\t')
                .append(activeMs / 1e3)
                .append('\t');
        row.append(flowMs / 1e3).append('\t').append((float) mean).append('\t').append(mean * activeMs);
        row.append('\t').append(activeMs).append('\t').append(flowMs).append("\t1\n");
    }

    private static void period(
            StringBuilder row, UUID user, UUID session, long fromMs, boolean last, SplittableRandom random) {
        long lengthMs = 8 * MINUTE_MS + random.nextLong(20 * MINUTE_MS);
        String endedBy = last ? "session_ended" : random.nextInt(3) == 0 ? "idle" : "context_switch";
        row.append(user).append('\t').append(session).append('\t').append(Instant.ofEpochMilli(fromMs));
        row.append('\t').append(Instant.ofEpochMilli(fromMs + lengthMs)).append('\t');
        row.append((float) (0.5 + 0.4 * random.nextDouble()))
                .append("\t2000\t")
                .append(endedBy)
                .append("\t1\n");
    }

    private PGCopyOutputStream copy(String tableAndColumns) throws SQLException {
        return new PGCopyOutputStream(
                connection.unwrap(PGConnection.class),
                "copy readmodel." + tableAndColumns + " from stdin",
                BUFFER_BYTES);
    }

    private static void write(PGCopyOutputStream copy, StringBuilder row) throws IOException {
        copy.write(row.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
