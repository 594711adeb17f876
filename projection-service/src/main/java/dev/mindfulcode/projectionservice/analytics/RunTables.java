package dev.mindfulcode.projectionservice.analytics;

import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.TimeZoneLookup;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.projectionservice.readmodel.Transaction;
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
 * SQL on runs: reads the desired runs from the gateway's tables and writes their state and results to the read model. A
 * service works on a run while it holds the run's lease; each write checks the version, so that a service that lost the
 * lease writes nothing more.
 */
final class RunTables {

    private static final int SPECS_MAX = 1_000;
    private static final String LEASE = "interval '15 seconds'";

    /** The lease has expired, or ends so late that the clock must have been set back since. */
    private static final String IS_FREE = "s.held_until NOT BETWEEN now() AND now() + 2 * " + LEASE;

    private static final String TABLES_EXIST = """
            SELECT bool_and(to_regclass(name) IS NOT NULL)
            FROM unnest(ARRAY ['gateway.analytics_runs', 'gateway.plugins', 'gateway.plugin_installs',
                               'readmodel.analytics_runs']) AS name
            """;

    private static final String SPECS = """
            SELECT r.run_id, r.generation, r.user_id, r.team_id, r.from_at, r.to_at, r.cancelled_at IS NOT NULL,
                   p.plugin_id, p.manifest, p.sha256, coalesce(own.capabilities, shared.capabilities, '{}'),
                   coalesce(own.granted_at, shared.granted_at, '-infinity'),
                   CASE WHEN f.failed_at > coalesce(own.granted_at, shared.granted_at) THEN f.in_row ELSE 0 END
            FROM gateway.analytics_runs r
            LEFT JOIN gateway.plugins p ON p.plugin_id = r.plugin_id
            LEFT JOIN gateway.plugin_installs own ON own.plugin_id = r.plugin_id AND own.user_id = r.user_id
            LEFT JOIN gateway.plugin_installs shared ON shared.plugin_id = r.plugin_id AND shared.user_id IS NULL
            LEFT JOIN readmodel.analytics_failures f ON f.plugin_id = r.plugin_id AND f.user_id = r.user_id
            LEFT JOIN readmodel.analytics_runs s ON s.run_id = r.run_id
            WHERE (s.run_id IS NULL OR s.held_by = ? OR @free)
              AND (s.run_id IS NULL OR s.generation <> r.generation OR s.status IN ('waiting', 'replaying', 'live'))
              AND (r.cancelled_at IS NULL OR s.generation = r.generation)
            ORDER BY r.created_at, r.run_id LIMIT""".replace("@free", IS_FREE) + " " + SPECS_MAX;

    private static final String EXPLAIN_WAIT = """
            INSERT INTO readmodel.analytics_runs AS s (run_id, generation, status, reason)
            VALUES (?, ?, 'waiting', ?)
            ON CONFLICT (run_id) DO UPDATE SET
                generation = EXCLUDED.generation, status = 'waiting', reason = EXCLUDED.reason, scanned = 0, total = 0,
                records = 0, updated_at = now()
            WHERE %s""".formatted(IS_FREE);

    /** A run starts from the beginning: the state of its guest is lost with the previous lease. */
    private static final String ACQUIRE = """
            INSERT INTO readmodel.analytics_runs AS s (run_id, generation, status, held_by, held_until)
            VALUES (?, ?, 'waiting', ?, now() + %1$s)
            ON CONFLICT (run_id) DO UPDATE SET
                generation = EXCLUDED.generation, status = 'waiting', reason = NULL, scanned = 0, total = 0,
                records = 0, version = s.version + 1, held_by = EXCLUDED.held_by, held_until = EXCLUDED.held_until,
                updated_at = now()
            WHERE s.held_by = EXCLUDED.held_by OR %2$s
            RETURNING version""".formatted(LEASE, IS_FREE);

    private static final String RENEW = "UPDATE readmodel.analytics_runs SET held_until = now() + " + LEASE
            + " WHERE held_by = ? AND run_id = ANY (?)";

    private static final String RELEASE =
            "UPDATE readmodel.analytics_runs SET held_by = NULL, held_until = '-infinity' WHERE held_by = ?";

    private static final String DELETE_ORPHANS = "DELETE FROM readmodel.analytics_runs s"
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
    private boolean exist;

    /** @param holder unique id of this service instance */
    RunTables(DataSource database, UUID holder) {
        this.database = database;
        this.holder = holder;
    }

    /**
     * The progress of a run.
     *
     * @param positions JSON
     */
    record RunProgress(
            RunStatus status, @Nullable String reason, long scanned, long total, long records, String positions) {}

    /**
     * The results of a run since the last write.
     *
     * @param isAll whether they replace all earlier rows
     * @param count number of rows after the write
     */
    record RunResults(
            Map<String, String> rows,
            boolean isAll,
            int count,
            @Nullable String summary) {}

    /** Returns whether the tables exist: not before the first start of the gateway. */
    boolean exist() throws SQLException {
        if (!exist) {
            try (Connection connection = database.getConnection();
                    PreparedStatement statement = connection.prepareStatement(TABLES_EXIST);
                    ResultSet row = statement.executeQuery()) {
                exist = row.next() && row.getBoolean(1);
            }
        }
        return exist;
    }

    /** Returns the runs to work on that no other service holds. */
    List<RunSpec> specs() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(SPECS)) {
            statement.setObject(1, holder);
            List<RunSpec> specs = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    specs.add(run(row));
                }
            }
            return withTimeZones(connection, specs);
        }
    }

    /** Stores why a run waits, unless a service holds it. */
    void explainWait(RunSpec run, String reason) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(EXPLAIN_WAIT)) {
            statement.setObject(1, run.runId());
            statement.setInt(2, run.generation());
            statement.setString(3, reason);
            statement.executeUpdate();
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

    /** Acquires the lease of a free run. Returns the version of the run, or null if another service was faster. */
    @Nullable
    Long acquire(RunSpec run) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(ACQUIRE)) {
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
                PreparedStatement statement = connection.prepareStatement(RENEW)) {
            statement.setObject(1, holder);
            statement.setArray(2, connection.createArrayOf("uuid", runs.toArray()));
            statement.executeUpdate();
        }
    }

    /** Releases all leases of this service. */
    void releaseLeases() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(RELEASE)) {
            statement.setObject(1, holder);
            statement.executeUpdate();
        }
    }

    /** Deletes the state and results of runs that no longer exist, such as those of erased users. */
    void deleteOrphans() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(DELETE_ORPHANS)) {
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
     * Writes the progress and results of a run in one transaction.
     *
     * @param results null to leave the results unchanged
     * @return the new version of the run
     * @throws LeaseLostException if this service no longer holds the lease; nothing was written
     */
    long advance(RunSpec run, long version, RunProgress progress, @Nullable RunResults results)
            throws SQLException, LeaseLostException {
        boolean isOver = switch (progress.status()) {
            case FINISHED, FAILED, STOPPED -> true;
            case WAITING, REPLAYING, LIVE -> false;
        };
        return Transaction.<Long, LeaseLostException>run(database, connection -> {
            try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
                statement.setString(1, progress.status().text());
                statement.setString(2, progress.reason());
                statement.setLong(3, progress.scanned());
                statement.setLong(4, progress.total());
                statement.setLong(5, progress.records());
                statement.setObject(6, results == null ? null : (Long) (long) results.count(), java.sql.Types.BIGINT);
                statement.setString(7, results == null ? null : results.summary());
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
            if (results != null) {
                write(connection, run.runId(), version + 1, results);
            }
            return version + 1;
        });
    }

    private static void write(Connection connection, UUID runId, long version, RunResults results) throws SQLException {
        if (results.isAll()) {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM readmodel.analytics_results WHERE run_id = ?")) {
                statement.setObject(1, runId);
                statement.executeUpdate();
            }
        }
        if (!results.rows().isEmpty()) {
            try (PreparedStatement statement = connection.prepareStatement(PUT)) {
                statement.setObject(1, runId);
                statement.setLong(2, version);
                statement.setArray(
                        3,
                        connection.createArrayOf("text", results.rows().keySet().toArray()));
                statement.setArray(
                        4,
                        connection.createArrayOf("text", results.rows().values().toArray()));
                statement.executeUpdate();
            }
        }
    }

    /** Ends a run that its plugin failed, and increments the plugin's failures of this user. */
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

    /** Deletes a plugin's failures of a user, after a successful run. */
    void resetFailures(UUID pluginId, UUID userId) throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "DELETE FROM readmodel.analytics_failures WHERE plugin_id = ? AND user_id = ?")) {
            statement.setObject(1, pluginId);
            statement.setObject(2, userId);
            statement.executeUpdate();
        }
    }
}
