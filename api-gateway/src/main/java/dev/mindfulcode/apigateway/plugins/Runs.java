package dev.mindfulcode.apigateway.plugins;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Plugin runs over history. The gateway writes the desired runs; the projection service writes their state and results.
 * Run id and generation connect the two.
 *
 * <p>A run belongs to its user; a team's run is also visible to the current leads of the team.
 */
final class Runs {

    static final int USER_RUNS_MAX = 20;
    static final int ROWS_MAX = 500;

    private static final String SELECT = """
            select r.run_id, r.plugin_id, r.name, r.version, r.team_id, r.from_at, r.to_at, r.created_at, s.reason,
                   case when r.cancelled_at is not null then 'cancelled'
                       else coalesce(s.status, 'waiting') end as status,
                   coalesce(s.scanned, 0) as scanned, coalesce(s.total, 0) as total,
                   coalesce(s.records, 0) as records, coalesce(s.results, 0) as results,
                   s.summary::text as summary, s.updated_at, coalesce(s.version, 0) as state
            from gateway.analytics_runs r
            left join readmodel.analytics_runs s on s.run_id = r.run_id and s.generation = r.generation
            where (r.team_id is null and r.user_id = :user or r.team_id = any (:led_teams))""";

    private final Database database;
    private final Plugins plugins;
    private final Teams teams;
    private final AccountTable accounts;
    private final SecureRandom random;
    private final Clock clock;

    Runs(Database database, Plugins plugins, Teams teams, SecureRandom random, Clock clock) {
        this.database = database;
        this.plugins = plugins;
        this.teams = teams;
        this.accounts = new AccountTable(database);
        this.random = random;
        this.clock = clock;
    }

    /**
     * A requested run.
     *
     * @param plugin an id, a name, or a name and a version as {@code name@1.0.0}
     * @param from null for the whole history
     * @param to null for a run without end
     * @param teamId null for the caller's own history
     */
    record RunRequest(
            String plugin,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable UUID teamId) {}

    Mono<Run> start(UUID userId, RunRequest request) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID teamId = request.teamId();
        return (teamId == null ? Mono.<Void>empty() : teams.requireLeadOnPremium(userId, teamId))
                .then(Mono.defer(() -> plugins.findByName(userId, request.plugin())))
                .map(Plugins.Plugin::requireRunnable)
                .flatMap(plugin -> {
                    Manifest manifest = manifest(plugin);
                    if ((manifest.scope() == Manifest.Scope.TEAM) != (teamId != null)) {
                        throw ProblemType.INVALID_REQUEST.forField(
                                "scope",
                                teamId == null
                                        ? "Must be team:{id} for a team plugin."
                                        : "Must be own: this plugin folds a user's own history.");
                    }
                    UUID runId = Uuids.version7(now.toEpochMilli(), random);
                    return insert(userId, runId, plugin, manifest, request, now)
                            .then(Mono.defer(() -> find(userId, runId)));
                });
    }

    /** Emits all runs that the user sees, the latest first. */
    Mono<List<Run>> list(UUID userId) {
        return teams.ledOnPremium(userId)
                .flatMap(led -> database.sql(SELECT + " order by r.created_at desc, r.run_id desc")
                        .bind("user", userId)
                        .bind("led_teams", led.toArray(UUID[]::new))
                        .map(Run::of)
                        .all()
                        .collectList());
    }

    Mono<Run> find(UUID userId, UUID runId) {
        return teams.ledOnPremium(userId)
                .flatMap(led -> database.sql(SELECT + " and r.run_id = :run")
                        .bind("user", userId)
                        .bind("led_teams", led.toArray(UUID[]::new))
                        .bind("run", runId)
                        .map(Run::of)
                        .one())
                .switchIfEmpty(Mono.error(Runs::noSuchRun));
    }

    /** Emits rows ordered by key, after a key if given. The caller has checked access to the run. */
    Mono<List<ResultRow>> rows(UUID runId, @Nullable String after, int limit) {
        GenericExecuteSpec select = database.sql("select key, value::text as value from readmodel.analytics_results"
                        + " where run_id = :run" + (after == null ? "" : " and key > :after collate \"C\"")
                        + " order by key collate \"C\" limit :limit")
                .bind("run", runId)
                .bind("limit", limit);
        return (after == null ? select : select.bind("after", after))
                .map(ResultRow::of)
                .all()
                .collectList();
    }

    /** Emits all rows of one snapshot, ordered by key. The caller has checked access to the run. */
    Flux<ResultRow> allRows(UUID runId) {
        return database.sql("select key, value::text as value from readmodel.analytics_results where run_id = :run"
                        + " order by key collate \"C\"")
                .bind("run", runId)
                .map(ResultRow::of)
                .all();
    }

    /** Emits the names in a run's rows in order, up to a limit. */
    Mono<List<String>> columns(UUID runId, int limit) {
        return database.sql("select distinct name collate \"C\" as name from readmodel.analytics_results,"
                        + " jsonb_object_keys(value) name where run_id = :run order by 1 limit :limit")
                .bind("run", runId)
                .bind("limit", limit)
                .map(row -> row.get("name", String.class))
                .all()
                .collectList();
    }

    /**
     * Cancels an active run, which retains its rows; deletes a completed run with its rows. Emits the run unless it was
     * deleted.
     */
    Mono<Run> cancelOrRemove(UUID userId, UUID runId) {
        return find(userId, runId)
                .flatMap(run -> run.isOver()
                        ? change("delete from gateway.analytics_runs where run_id = :run", runId)
                                .then(Mono.<Run>empty())
                        : change(
                                        "update gateway.analytics_runs set cancelled_at = now()"
                                                + " where run_id = :run and cancelled_at is null",
                                        runId)
                                .then(Mono.defer(() -> find(userId, runId))));
    }

    /** Requests to fold everything again; the old rows stay visible until the new ones replace them. */
    Mono<Run> rerun(UUID userId, UUID runId) {
        return find(userId, runId)
                .flatMap(run -> {
                    UUID pluginId = run.pluginId();
                    return pluginId == null
                            ? Mono.<Plugins.Plugin>error(
                                    ProblemType.PLUGIN_NOT_INSTALLED.withDetail("The plugin of the run was removed."))
                            : plugins.find(userId, pluginId);
                })
                .map(Plugins.Plugin::requireRunnable)
                .flatMap(_ -> change(
                        "update gateway.analytics_runs set generation = generation + 1, cancelled_at = null"
                                + " where run_id = :run",
                        runId))
                .then(Mono.defer(() -> find(userId, runId)));
    }

    private Mono<Long> change(String statement, UUID runId) {
        return database.sql(statement).bind("run", runId).fetch().rowsUpdated();
    }

    private Mono<Void> insert(
            UUID userId, UUID runId, Plugins.Plugin plugin, Manifest manifest, RunRequest request, Instant now) {
        GenericExecuteSpec insert = database.sql("""
                        insert into gateway.analytics_runs
                            (run_id, user_id, team_id, plugin_id, name, version, from_at, to_at, created_at)
                        select :run, :user, :team, :plugin, :name, :version, :from, :to, :now
                        where (select count(*) from gateway.analytics_runs where user_id = :user) < :max""")
                .bind("run", runId)
                .bind("user", userId)
                .bind("plugin", plugin.pluginId())
                .bind("name", manifest.name())
                .bind("version", manifest.version())
                .bind("now", now)
                .bind("max", USER_RUNS_MAX);
        UUID teamId = request.teamId();
        Instant from = request.from();
        Instant to = request.to();
        insert = teamId == null ? insert.bindNull("team", UUID.class) : insert.bind("team", teamId);
        insert = from == null ? insert.bindNull("from", Instant.class) : insert.bind("from", from);
        insert = to == null ? insert.bindNull("to", Instant.class) : insert.bind("to", to);
        // Locks the user's row, so that concurrent requests are counted one after another.
        return database.inTransaction(accounts.lockForChange(userId)
                        .switchIfEmpty(Mono.error(
                                () -> ProblemType.UNAUTHENTICATED.withDetail("The account no longer exists.")))
                        .then(insert.fetch().rowsUpdated()))
                .filter(rows -> rows == 0)
                .flatMap(_ -> Mono.error(() -> ProblemType.LIMIT_REACHED.withDetail(
                        "Limit reached: an account can have " + USER_RUNS_MAX + " runs. Remove one first.")));
    }

    private static Manifest manifest(Plugins.Plugin plugin) {
        try {
            return Manifest.parse(plugin.manifest().getBytes(StandardCharsets.UTF_8));
        } catch (PluginRefusedException e) {
            throw new IllegalStateException("A stored manifest is invalid: " + e.getMessage(), e);
        }
    }

    private static ProblemException noSuchRun() {
        return ProblemType.NOT_FOUND.withDetail("Run not found.");
    }

    /** @param value JSON as the plugin emitted it, including its key */
    record ResultRow(String key, @JsonRawValue String value) {

        private static ResultRow of(Readable row) {
            return new ResultRow(row.get("key", String.class), row.get("value", String.class));
        }
    }

    /**
     * A run with its state.
     *
     * @param pluginId null if it was removed
     * @param scope {@code own} or {@code team:{id}}
     * @param status waiting, replaying, live, finished, failed, stopped or cancelled
     * @param reason why it failed, stopped or is waiting
     * @param scanned records of the log read so far
     * @param total records of the log to read when it started
     * @param records delivered to the plugin so far
     * @param summary JSON
     */
    record Run(
            UUID runId,
            @Nullable UUID pluginId,
            String plugin,
            String pluginVersion,
            String scope,
            @Nullable Instant from,
            @Nullable Instant to,
            String status,
            @Nullable String reason,
            long scanned,
            long total,
            long records,
            long results,
            @Nullable @JsonRawValue String summary,
            Instant createdAt,
            @Nullable Instant updatedAt,
            @JsonIgnore long state) {

        private static Run of(Readable row) {
            UUID teamId = row.get("team_id", UUID.class);
            return new Run(
                    row.get("run_id", UUID.class),
                    row.get("plugin_id", UUID.class),
                    row.get("name", String.class),
                    row.get("version", String.class),
                    teamId == null ? "own" : "team:" + teamId,
                    row.get("from_at", Instant.class),
                    row.get("to_at", Instant.class),
                    row.get("status", String.class),
                    row.get("reason", String.class),
                    row.get("scanned", Long.class),
                    row.get("total", Long.class),
                    row.get("records", Long.class),
                    row.get("results", Long.class),
                    row.get("summary", String.class),
                    row.get("created_at", Instant.class),
                    row.get("updated_at", Instant.class),
                    row.get("state", Long.class));
        }

        boolean isOver() {
            return switch (status) {
                case "finished", "failed", "stopped", "cancelled" -> true;
                default -> false;
            };
        }
    }
}
