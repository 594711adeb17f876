package dev.mindfulcode.apigateway.plugins;

import com.fasterxml.jackson.annotation.JsonRawValue;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.plugins.PluginLoader.Loadable;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.webkit.json.Uuids;
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
import reactor.core.publisher.Mono;

/** Plugins that an operator installs for every user. */
final class SharedPlugins {

    private static final String PUT_MODULE = """
            INSERT INTO gateway.plugin_modules (sha256, module) VALUES (:sha256, :module)
            ON CONFLICT (sha256) DO UPDATE SET sha256 = excluded.sha256""";

    private static final String PUT_PLUGIN = """
            INSERT INTO gateway.plugins (plugin_id, owner_id, name, version, manifest, imports, sha256, created_at)
            VALUES (:plugin, NULL, :name, :version, :manifest, :imports, :sha256, :now)
            ON CONFLICT (owner_id, name, version) DO UPDATE SET name = excluded.name
            RETURNING plugin_id, sha256""";

    private static final String GRANT = """
            INSERT INTO gateway.plugin_installs (plugin_id, user_id, capabilities, granted_at)
            VALUES (:plugin, NULL, :capabilities, :now)
            ON CONFLICT (plugin_id, user_id) DO UPDATE
                SET capabilities = excluded.capabilities, granted_at = excluded.granted_at""";

    private static final String LIST = """
            SELECT p.plugin_id, p.manifest, p.owner_id IS NULL AS is_operators, i.capabilities
            FROM gateway.plugins p
                LEFT JOIN gateway.plugin_installs i ON i.plugin_id = p.plugin_id AND i.user_id IS NULL
            ORDER BY p.name, p.created_at DESC, p.plugin_id LIMIT 10000""";

    private final Database database;
    private final PluginLoader loader;
    private final SecureRandom random;
    private final Clock clock;

    SharedPlugins(Database database, PluginLoader loader, SecureRandom random, Clock clock) {
        this.database = database;
        this.loader = loader;
        this.random = random;
        this.clock = clock;
    }

    record Installed(UUID pluginId, boolean isNew) {}

    /**
     * A plugin of the operator or of a user.
     *
     * @param manifest JSON
     * @param granted capabilities granted for every user; null if none
     */
    record Listed(
            UUID pluginId,
            @JsonRawValue String manifest,
            boolean isOperators,
            @Nullable List<String> granted) {

        private static Listed of(Readable row) {
            String[] granted = row.get("capabilities", String[].class);
            return new Listed(
                    row.get("plugin_id", UUID.class),
                    row.get("manifest", String.class),
                    row.get("is_operators", Boolean.class),
                    granted == null ? null : List.of(granted));
        }
    }

    /**
     * Installs a plugin for every user and grants it all capabilities of its manifest. Fails with 409 if the version
     * exists with another module.
     */
    Mono<Installed> install(byte[] manifest, byte[] module) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        UUID newId = Uuids.version7(now.toEpochMilli(), random);
        String text = new String(manifest, StandardCharsets.UTF_8);
        return loader.load(manifest, module)
                .flatMap(plugin -> database.inTransaction(putModule(plugin, module)
                        .then(Mono.defer(() -> putPlugin(newId, plugin, text, now)))
                        .flatMap(id -> grant(id, plugin, now).thenReturn(id))
                        .map(id -> new Installed(id, id.equals(newId)))));
    }

    /** Emits all plugins, including those of users. */
    Mono<List<Listed>> list() {
        return database.sql(LIST).map(Listed::of).all().collectList();
    }

    private Mono<Long> putModule(Loadable plugin, byte[] module) {
        return database.sql(PUT_MODULE)
                .bind("sha256", plugin.moduleSha256())
                .bind("module", module)
                .fetch()
                .rowsUpdated();
    }

    private Mono<UUID> putPlugin(UUID newId, Loadable plugin, String manifest, Instant now) {
        return database.sql(PUT_PLUGIN)
                .bind("plugin", newId)
                .bind("name", plugin.manifest().name())
                .bind("version", plugin.manifest().version())
                .bind("manifest", manifest)
                .bind("imports", plugin.imports().toArray(String[]::new))
                .bind("sha256", plugin.moduleSha256())
                .bind("now", now)
                .map(row -> {
                    if (!plugin.moduleSha256().equals(row.get("sha256", String.class))) {
                        throw ProblemType.PLUGIN_EXISTS.forField(
                                "manifest.version",
                                "Version " + plugin.manifest().version()
                                        + " exists with another module. Give the new one a higher version.");
                    }
                    return row.get("plugin_id", UUID.class);
                })
                .one();
    }

    private Mono<Long> grant(UUID pluginId, Loadable plugin, Instant now) {
        return database.sql(GRANT)
                .bind("plugin", pluginId)
                .bind(
                        "capabilities",
                        plugin.manifest().capabilities().stream()
                                .map(Capability::externalName)
                                .sorted()
                                .toArray(String[]::new))
                .bind("now", now)
                .fetch()
                .rowsUpdated();
    }
}
