package dev.mindfulcode.apigateway.plugins;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.pluginhost.Manifest;
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
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import reactor.core.publisher.Mono;

/**
 * The plugins that a user sees, private and shared ones, with their grants.
 *
 * <p>A grant is a row. The user's own grant overrides the operator's; without a grant a plugin does not run. A version
 * always has the same module, so that the origin of a result is known.
 */
final class Plugins {

    static final int USER_PLUGINS_MAX = 20;

    /** Failed runs in a row after which a plugin is disabled for a user until granted again. */
    static final int FAILURES_IN_ROW_MAX = 3;

    private static final String SELECT = """
            select p.plugin_id, p.owner_id is null as is_operators, p.manifest, p.imports, p.sha256, p.created_at,
                   coalesce(own.capabilities, shared.capabilities) as granted,
                   case when f.failed_at > coalesce(own.granted_at, shared.granted_at)
                       then f.in_row else 0 end as failures,
                   case when f.failed_at > coalesce(own.granted_at, shared.granted_at)
                       then f.last_failure end as last_failure
            from gateway.plugins p
            left join gateway.plugin_installs own on own.plugin_id = p.plugin_id and own.user_id = :user
            left join gateway.plugin_installs shared
                on shared.plugin_id = p.plugin_id and shared.user_id is null
            left join readmodel.analytics_failures f on f.plugin_id = p.plugin_id and f.user_id = :user
            where (p.owner_id = :user or p.owner_id is null)""";

    private final Database database;
    private final AccountTable accounts;
    private final PluginLoader loader;
    private final SecureRandom random;
    private final Clock clock;

    Plugins(Database database, PluginLoader loader, SecureRandom random, Clock clock) {
        this.database = database;
        this.accounts = new AccountTable(database);
        this.loader = loader;
        this.random = random;
        this.clock = clock;
    }

    /** Stores a user's plugin if it can be loaded. Uploading the same version again returns the existing plugin. */
    Mono<Uploaded> upload(UUID userId, byte[] manifest, byte[] module) {
        return loader.load(manifest, module)
                .flatMap(loadable -> database.inTransaction(lock(userId)
                        .then(Mono.defer(() -> findVersion(userId, loadable.manifest())))
                        .flatMap(found -> found.sha256().equals(loadable.moduleSha256())
                                ? Mono.just(new Stored(found.pluginId(), false))
                                : Mono.error(ProblemType.PLUGIN_EXISTS.forField(
                                        "manifest.version",
                                        "This version exists with another module." + " Increase the version.")))
                        .switchIfEmpty(Mono.defer(() -> insert(userId, loadable, manifest, module)))))
                .flatMap(stored -> find(userId, stored.pluginId()).map(plugin -> new Uploaded(plugin, stored.isNew())));
    }

    /** Emits the plugins that a user sees, ordered by name, the newest version first. */
    Mono<List<Plugin>> list(UUID userId) {
        return database.sql(SELECT + " order by p.name, p.created_at desc, p.plugin_id")
                .bind("user", userId)
                .map(Plugin::of)
                .all()
                .collectList();
    }

    Mono<Plugin> find(UUID userId, UUID pluginId) {
        return database.sql(SELECT + " and p.plugin_id = :plugin")
                .bind("user", userId)
                .bind("plugin", pluginId)
                .map(Plugin::of)
                .one()
                .switchIfEmpty(Mono.error(Plugins::noSuchPlugin));
    }

    /** Finds a plugin by id, by name (the newest version, the user's own first), or by {@code name@version}. */
    Mono<Plugin> findByName(UUID userId, String named) {
        UUID id = Uuids.parse(named);
        if (id != null) {
            return find(userId, id);
        }
        int at = named.indexOf('@');
        String version = at < 0 ? "" : named.substring(at + 1);
        return database.sql(SELECT + " and p.name = :name and (:version = '' or p.version = :version)"
                        + " order by p.owner_id is null, p.created_at desc limit 1")
                .bind("user", userId)
                .bind("name", at < 0 ? named : named.substring(0, at))
                .bind("version", version)
                .map(Plugin::of)
                .one()
                .switchIfEmpty(Mono.error(Plugins::noSuchPlugin));
    }

    /** Grants a plugin capabilities on the user's own data; an empty list revokes the grant. */
    Mono<Plugin> install(UUID userId, UUID pluginId, List<String> capabilities) {
        return find(userId, pluginId)
                .flatMap(plugin ->
                        capabilities.isEmpty() ? withdraw(userId, pluginId) : grant(userId, pluginId, capabilities))
                .then(Mono.defer(() -> find(userId, pluginId)));
    }

    /** Removes a user's own plugin; its runs stop and retain their rows. */
    Mono<Void> remove(UUID userId, UUID pluginId) {
        return find(userId, pluginId)
                .flatMap(plugin -> plugin.isOperators()
                        ? Mono.<Plugin>error(
                                ProblemType.FORBIDDEN.withDetail("Shared plugins can be removed only by an operator."))
                        : Mono.just(plugin))
                .flatMap(plugin -> database.sql(
                                "delete from gateway.plugins where plugin_id = :plugin and owner_id = :user")
                        .bind("plugin", pluginId)
                        .bind("user", userId)
                        .fetch()
                        .rowsUpdated()
                        .then(forget(plugin.moduleSha256())));
    }

    /** Deletes a module that no plugin uses; a concurrent upload of the same module keeps it. */
    private Mono<Void> forget(String sha256) {
        return database.sql("delete from gateway.plugin_modules m where sha256 = :sha256"
                        + " and not exists (select from gateway.plugins p where p.sha256 = m.sha256)")
                .bind("sha256", sha256)
                .fetch()
                .rowsUpdated()
                .onErrorResume(DataIntegrityViolationException.class, _ -> Mono.empty())
                .then();
    }

    private Mono<Stored> insert(UUID userId, PluginLoader.Loadable loadable, byte[] manifest, byte[] module) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID pluginId = Uuids.version7(now.toEpochMilli(), random);
        String text = new String(manifest, StandardCharsets.UTF_8);
        return requireRoom(userId)
                // Locks an existing module against deletion as unused until this commits.
                .then(database.sql("insert into gateway.plugin_modules (sha256, module) values (:sha256, :module)"
                                + " on conflict (sha256) do update set sha256 = excluded.sha256")
                        .bind("sha256", loadable.moduleSha256())
                        .bind("module", module)
                        .fetch()
                        .rowsUpdated())
                .then(Mono.defer(() -> database.sql("""
                                insert into gateway.plugins
                                    (plugin_id, owner_id, name, version, manifest, imports, sha256, created_at)
                                values (:plugin, :user, :name, :version, :manifest, :imports, :sha256, :now)""")
                        .bind("plugin", pluginId)
                        .bind("user", userId)
                        .bind("name", loadable.manifest().name())
                        .bind("version", loadable.manifest().version())
                        .bind("manifest", text)
                        .bind("imports", loadable.imports().toArray(String[]::new))
                        .bind("sha256", loadable.moduleSha256())
                        .bind("now", now)
                        .fetch()
                        .rowsUpdated()))
                .thenReturn(new Stored(pluginId, true));
    }

    private Mono<Version> findVersion(UUID userId, Manifest manifest) {
        return database.sql("select plugin_id, sha256 from gateway.plugins"
                        + " where owner_id = :user and name = :name and version = :version")
                .bind("user", userId)
                .bind("name", manifest.name())
                .bind("version", manifest.version())
                .map(row -> new Version(row.get("plugin_id", UUID.class), row.get("sha256", String.class)))
                .one();
    }

    private Mono<Void> requireRoom(UUID userId) {
        return database.sql("select count(*) as n from gateway.plugins where owner_id = :user")
                .bind("user", userId)
                .map(row -> row.get("n", Long.class))
                .one()
                .filter(n -> n >= USER_PLUGINS_MAX)
                .flatMap(
                        n -> Mono.error(() -> ProblemType.LIMIT_REACHED.withDetail("Limit reached: an account can have "
                                + USER_PLUGINS_MAX + " plugin versions. Remove one first.")));
    }

    private Mono<Long> grant(UUID userId, UUID pluginId, List<String> capabilities) {
        return database.sql("""
                        insert into gateway.plugin_installs (plugin_id, user_id, capabilities, granted_at)
                        values (:plugin, :user, :capabilities, :now)
                        on conflict (plugin_id, user_id) do update
                            set capabilities = excluded.capabilities, granted_at = excluded.granted_at""")
                .bind("plugin", pluginId)
                .bind("user", userId)
                .bind("capabilities", capabilities.stream().distinct().toArray(String[]::new))
                .bind("now", clock.instant())
                .fetch()
                .rowsUpdated();
    }

    private Mono<Long> withdraw(UUID userId, UUID pluginId) {
        return database.sql("delete from gateway.plugin_installs where plugin_id = :plugin and user_id = :user")
                .bind("plugin", pluginId)
                .bind("user", userId)
                .fetch()
                .rowsUpdated();
    }

    private Mono<UUID> lock(UUID userId) {
        return accounts.lockForChange(userId)
                .switchIfEmpty(
                        Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("The account no longer exists.")));
    }

    private static ProblemException noSuchPlugin() {
        return ProblemType.NOT_FOUND.withDetail("Plugin not found.");
    }

    private record Version(UUID pluginId, String sha256) {}

    private record Stored(UUID pluginId, boolean isNew) {}

    record Uploaded(Plugin plugin, boolean isNew) {}

    /**
     * A plugin as a user sees it.
     *
     * @param manifest JSON
     * @param imports capabilities that its module imports, the minimum of a grant
     * @param granted null without a grant; the plugin then does not run
     * @param failures failed runs in a row since the grant
     */
    record Plugin(
            UUID pluginId,
            @JsonRawValue String manifest,
            List<String> imports,
            String moduleSha256,
            boolean isOperators,
            @Nullable List<String> granted,
            boolean disabled,
            int failures,
            @Nullable String lastFailure,
            Instant createdAt) {

        private static Plugin of(Readable row) {
            String[] granted = row.get("granted", String[].class);
            int failures = Objects.requireNonNull(row.get("failures", Integer.class));
            return new Plugin(
                    row.get("plugin_id", UUID.class),
                    row.get("manifest", String.class),
                    List.of(row.get("imports", String[].class)),
                    row.get("sha256", String.class),
                    row.get("is_operators", Boolean.class),
                    granted == null ? null : List.of(granted),
                    failures >= FAILURES_IN_ROW_MAX,
                    failures,
                    row.get("last_failure", String.class),
                    row.get("created_at", Instant.class));
        }

        /** Fails with 409 if an import is not granted or the plugin is disabled. */
        Plugin requireRunnable() {
            List<String> allowed = granted;
            if (allowed == null) {
                throw ProblemType.PLUGIN_NOT_INSTALLED.forField(
                        "plugin",
                        "No capability is granted. Grant its imports with PUT /api/plugins/" + pluginId + "/install.");
            }
            for (String capability : imports) {
                if (!allowed.contains(capability)) {
                    throw ProblemType.PLUGIN_NOT_INSTALLED.forField(
                            "plugin", "It imports " + capability + ", which is not granted.");
                }
            }
            if (disabled) {
                throw ProblemType.PLUGIN_DISABLED.forField(
                        "plugin", "It failed " + failures + " times in a row. Grant its capabilities again to retry.");
            }
            return this;
        }
    }
}
