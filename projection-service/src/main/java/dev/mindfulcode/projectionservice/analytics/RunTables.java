package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.TimeZoneLookup;
import dev.mindfulcode.pluginhost.Capability;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Wanted runs, read from the gateway's tables, and what becomes of them, written to the read model. A run is held by
 * one service for a while at a time; each write says which version it goes on from, so that whoever lost a run writes
 * nothing more to it.
 */
final class RunTables {

    private static final int WANTED_MAX = 1_000;
    private static final String HELD_FOR = "interval '15 seconds'";

    /** Its holder let it lapse; or holds it until a time that only a clock which was set back since can have given. */
    private static final String IS_FREE = "s.held_until NOT BETWEEN now() AND now() + 2 * " + HELD_FOR;

    private static final String WANTED = """
            SELECT r.run_id, r.generation, r.user_id, r.team_id, r.from_at, r.to_at, r.cancelled_at IS NOT NULL,
                   p.plugin_id, p.manifest, p.sha256, coalesce(mine.capabilities, everybodys.capabilities, '{}'),
                   coalesce(mine.granted_at, everybodys.granted_at, '-infinity'),
                   CASE WHEN f.failed_at > coalesce(mine.granted_at, everybodys.granted_at) THEN f.in_row ELSE 0 END
            FROM gateway.analytics_runs r
            LEFT JOIN gateway.plugins p ON p.plugin_id = r.plugin_id
            LEFT JOIN gateway.plugin_installs mine ON mine.plugin_id = r.plugin_id AND mine.user_id = r.user_id
            LEFT JOIN gateway.plugin_installs everybodys ON everybodys.plugin_id = r.plugin_id AND everybodys.user_id IS NULL
            LEFT JOIN readmodel.analytics_failures f ON f.plugin_id = r.plugin_id AND f.user_id = r.user_id
            LEFT JOIN readmodel.analytics_runs s ON s.run_id = r.run_id
            WHERE (s.run_id IS NULL OR s.held_by = ? OR @free)
              AND (s.run_id IS NULL OR s.generation <> r.generation OR s.status IN ('waiting', 'replaying', 'live'))
              AND (r.cancelled_at IS NULL OR s.generation = r.generation)
            ORDER BY r.created_at, r.run_id LIMIT""".replace("@free", IS_FREE) + " " + WANTED_MAX;

    /** A run begins anew whoever had it: what its guest held is gone with the service that held it. */
    private static final String TAKE = """
            INSERT INTO readmodel.analytics_runs AS s (run_id, generation, status, held_by, held_until)
            VALUES (?, ?, 'waiting', ?, now() + %1$s)
            ON CONFLICT (run_id) DO UPDATE SET
                generation = EXCLUDED.generation, status = 'waiting', reason = NULL, scanned = 0, total = 0, records = 0,
                version = s.version + 1, held_by = EXCLUDED.held_by, held_until = EXCLUDED.held_until, updated_at = now()
            WHERE s.held_by = EXCLUDED.held_by OR %2$s
            RETURNING version""".formatted(HELD_FOR, IS_FREE);

    private static final String HOLD = "UPDATE readmodel.analytics_runs SET held_until = now() + " + HELD_FOR
            + " WHERE held_by = ? AND run_id = ANY (?)";

    private static final String LET_GO =
            "UPDATE readmodel.analytics_runs SET held_by = NULL, held_until = '-infinity' WHERE held_by = ?";

    private static final String FORGET = "DELETE FROM readmodel.analytics_runs s"
            + " WHERE NOT EXISTS (SELECT FROM gateway.analytics_runs r WHERE r.run_id = s.run_id)";

    private static final String ADVANCE = """
            UPDATE readmodel.analytics_runs SET
                status = ?, reason = ?, scanned = ?, total = ?, records = ?, results = coalesce(?, results),
                summary = coalesce(?::jsonb, summary), positions = ?::jsonb, version = version + 1, updated_at = now(),
                held_until = CASE WHEN ? THEN '-infinity' ELSE held_until END
            WHERE run_id = ? AND generation = ? AND version = ? AND held_by = ?""";

    private static final String PUT = """
            INSERT INTO readmodel.analytics_results AS a (run_id, key, value, version)
            SELECT ?, key, value::jsonb, ? FROM unnest(?::text[], ?::text[]) AS u(key, value)
            ON CONFLICT (run_id, key) DO UPDATE SET value = EXCLUDED.value, version = EXCLUDED.version""";

    private static final String FAILED = """
            INSERT INTO readmodel.analytics_failures AS f (plugin_id, user_id, in_row, last_failure, failed_at)
            VALUES (?, ?, 1, ?, now())
            ON CONFLICT (plugin_id, user_id) DO UPDATE SET
                in_row = CASE WHEN f.failed_at > ? THEN f.in_row + 1 ELSE 1 END,
                last_failure = EXCLUDED.last_failure, failed_at = EXCLUDED.failed_at""";

    private final DataSource database;
    private final UUID holder;

    /** @param holder names this service, until it stops */
    RunTables(DataSource database, UUID holder) {
        this.database = database;
        this.holder = holder;
    }

    /**
     * How far a run has come.
     *
     * @param positions JSON
     */
    record RunProgress(
            RunStatus status, @Nullable String reason, long scanned, long total, long records, String positions) {}

    /**
     * What a run found since it was last written.
     *
     * @param isAll whether nothing else is to be left
     * @param count how many there are then
     */
    record RunResults(
            Map<String, String> rows,
            boolean isAll,
            int count,
            @Nullable String summary) {}

    /**
     * Returns what is to be worked on, which nobody else holds. Empty where the gateway has not made its tables yet.
     */
    List<RunSpec> specs() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(WANTED)) {
            statement.setObject(1, holder);
            List<RunSpec> wanted = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    wanted.add(run(row));
                }
            }
            return withTimeZones(connection, wanted);
        }
    }

    private static RunSpec run(ResultSet row) throws SQLException {
        UUID pluginId = row.getObject(8, UUID.class);
        return new RunSpec(
                row.getObject(1, UUID.class),
                row.getInt(2),
                row.getObject(3, UUID.class),
                row.getObject(4, UUID.class),
                pluginId == null
                        ? null
                        : new RunSpec.Granted(
                                pluginId,
                                row.getString(9),
                                row.getString(10),
                                capabilities(row.getArray(11)),
                                instant(row.getTimestamp(12)),
                                row.getInt(13)),
                instantOrNull(row.getTimestamp(5)),
                instantOrNull(row.getTimestamp(6)),
                row.getBoolean(7),
                TimeZones.UTC);
    }

    private static List<RunSpec> withTimeZones(Connection connection, List<RunSpec> runs) throws SQLException {
        if (runs.isEmpty()) {
            return runs;
        }
        Map<UUID, String> zones = TimeZoneLookup.find(
                connection, runs.stream().map(RunSpec::userId).collect(Collectors.toSet()));
        return runs.stream()
                .filter(run -> zones.containsKey(run.userId()))
                .map(run -> run.withZone(TimeZones.of(zones.get(run.userId()))))
                .toList();
    }

    private static Set<Capability> capabilities(Array names) throws SQLException {
        Set<Capability> capabilities = EnumSet.noneOf(Capability.class);
        for (String name : (String[]) names.getArray()) {
            Capability capability = Capability.ofName(name);
            if (capability != null) {
                capabilities.add(capability);
            }
        }
        return capabilities;
    }

    private static Instant instant(Timestamp at) {
        return at.toInstant();
    }

    private static @Nullable Instant instantOrNull(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }

    /** Takes a run that nobody holds, from its beginning. Returns its version, or null where somebody was faster. */
    @Nullable
    Long acquire(RunSpec run) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(TAKE)) {
            statement.setObject(1, run.runId());
            statement.setInt(2, run.generation());
            statement.setObject(3, holder);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? (Long) row.getLong(1) : null;
            }
        }
    }

    void renewLeases(Collection<UUID> runs) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(HOLD)) {
            statement.setObject(1, holder);
            statement.setArray(2, connection.createArrayOf("uuid", runs.toArray()));
            statement.executeUpdate();
        }
    }

    /** Lets others take what this service held, at once. */
    void releaseLeases() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(LET_GO)) {
            statement.setObject(1, holder);
            statement.executeUpdate();
        }
    }

    /**
     * Removes the runs, and what they found, that nobody wants any more: deleted ones, and those of users and teams
     * that are gone.
     */
    void deleteOrphans() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(FORGET)) {
            statement.executeUpdate();
        }
    }

    byte @Nullable [] module(String sha256) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT module FROM gateway.plugin_modules WHERE sha256 = ?")) {
            statement.setString(1, sha256);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        }
    }

    /**
     * Writes how far a run has come, and what it found, in one transaction.
     *
     * @param found null: nothing is said of it
     * @return the run's version
     * @throws LeaseLostException where it is not this service's any more; nothing was written
     */
    long advance(RunSpec run, long version, RunProgress progress, @Nullable RunResults found)
            throws SQLException, LeaseLostException {
        boolean isOver = switch (progress.status()) {
            case FINISHED, FAILED, STOPPED -> true;
            case WAITING, REPLAYING, LIVE -> false;
        };
        return inTransaction(connection -> {
            try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
                statement.setString(1, progress.status().text());
                statement.setString(2, progress.reason());
                statement.setLong(3, progress.scanned());
                statement.setLong(4, progress.total());
                statement.setLong(5, progress.records());
                statement.setObject(6, found == null ? null : (Long) (long) found.count(), java.sql.Types.BIGINT);
                statement.setString(7, found == null ? null : found.summary());
                statement.setString(8, progress.positions());
                statement.setBoolean(9, isOver);
                statement.setObject(10, run.runId());
                statement.setInt(11, run.generation());
                statement.setLong(12, version);
                statement.setObject(13, holder);
                if (statement.executeUpdate() != 1) {
                    throw new LeaseLostException();
                }
            }
            if (found != null) {
                write(connection, run.runId(), version + 1, found);
            }
            return version + 1;
        });
    }

    private static void write(Connection connection, UUID runId, long version, RunResults found) throws SQLException {
        if (found.isAll()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM readmodel.analytics_results WHERE run_id = ?")) {
                statement.setObject(1, runId);
                statement.executeUpdate();
            }
        }
        if (!found.rows().isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(PUT)) {
                statement.setObject(1, runId);
                statement.setLong(2, version);
                statement.setArray(
                        3,
                        connection.createArrayOf("text", found.rows().keySet().toArray()));
                statement.setArray(
                        4,
                        connection.createArrayOf("text", found.rows().values().toArray()));
                statement.executeUpdate();
            }
        }
    }

    /** Ends a run whose plugin is at fault, and counts that against the plugin for this user. */
    void fail(RunSpec run, long version, RunProgress progress) throws SQLException, LeaseLostException {
        advance(run, version, progress, null);
        RunSpec.Granted plugin = run.plugin();
        if (plugin == null) {
            return;
        }
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(FAILED)) {
            statement.setObject(1, plugin.pluginId());
            statement.setObject(2, run.userId());
            statement.setString(3, String.valueOf(progress.reason()));
            statement.setObject(4, plugin.grantedAt().atOffset(ZoneOffset.UTC));
            statement.executeUpdate();
        }
    }

    /** Forgets a plugin's failures for a user, after a run that came through. */
    void resetFailures(UUID pluginId, UUID userId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "DELETE FROM readmodel.analytics_failures WHERE plugin_id = ? AND user_id = ?")) {
            statement.setObject(1, pluginId);
            statement.setObject(2, userId);
            statement.executeUpdate();
        }
    }

    @FunctionalInterface
    private interface Work<T> {
        T on(Connection connection) throws SQLException, LeaseLostException;
    }

    private <T> T inTransaction(Work<T> work) throws SQLException, LeaseLostException {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean isCommitted = false;
            try {
                T result = work.on(connection);
                connection.commit();
                isCommitted = true;
                return result;
            } finally {
                if (!isCommitted) {
                    rollback(connection);
                }
            }
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and the transaction with it; what failed first is on its way to the caller.
        }
    }
}
