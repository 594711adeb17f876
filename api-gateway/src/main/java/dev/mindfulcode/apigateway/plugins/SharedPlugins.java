package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.schemas.PluginRelease;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.Uuids;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/** Plugins that everybody sees, for an operator to install: no endpoint does. */
public final class SharedPlugins {

    private static final String PUT_MODULE = "insert into gateway.plugin_modules (sha256, module) values (?, ?)"
            + " on conflict (sha256) do update set sha256 = excluded.sha256";

    private static final String PUT_PLUGIN = """
            insert into gateway.plugins (plugin_id, owner_id, name, version, manifest, imports, sha256, created_at)
            values (?, null, ?, ?, ?, ?, ?, now())
            on conflict (owner_id, name, version) do update set name = excluded.name
            returning plugin_id, sha256""";

    private static final String GRANT = """
            insert into gateway.plugin_installs (plugin_id, user_id, capabilities, granted_at) values (?, null, ?, now())
            on conflict (plugin_id, user_id) do update
                set capabilities = excluded.capabilities, granted_at = excluded.granted_at""";

    private static final String TELL = "insert into gateway.outbox (topic, record_key, record_value) values (?, ?, ?)";

    private static final String LIST = """
            select p.plugin_id, p.manifest, p.owner_id is null, i.capabilities
            from gateway.plugins p left join gateway.plugin_installs i on i.plugin_id = p.plugin_id and i.user_id is null
            order by p.name, p.created_at desc, p.plugin_id limit 10000""";

    private final DataSource database;
    private final SchemaRegistry registry;

    public SharedPlugins(DataSource database, SchemaRegistry registry) {
        this.database = database;
        this.registry = registry;
    }

    /** A version is one module for ever. */
    public static final class VersionTakenException extends Exception {
        private static final long serialVersionUID = 1;
    }

    /** @param granted for everybody; null: nothing */
    public record Listed(
            UUID pluginId,
            String manifest,
            boolean isOperators,
            @Nullable List<String> granted) {}

    /** Installs a plugin that could be loaded, for everybody, and grants it all that its manifest names. */
    public void install(Plugin plugin, byte[] manifest, byte[] module) throws SQLException, VersionTakenException {
        String text = new String(manifest, StandardCharsets.UTF_8);
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        UUID newId = Uuids.version7(now.toEpochMilli(), new SecureRandom());
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement put = connection.prepareStatement(PUT_MODULE)) {
                put.setString(1, plugin.moduleSha256());
                put.setBytes(2, module);
                put.executeUpdate();
            }
            UUID pluginId = put(connection, newId, plugin, text);
            try (PreparedStatement grant = connection.prepareStatement(GRANT)) {
                grant.setObject(1, pluginId);
                grant.setArray(2, names(connection, plugin.manifest().capabilities()));
                grant.executeUpdate();
            }
            if (pluginId.equals(newId)) {
                tell(connection, pluginId, plugin, text, now);
            }
            connection.commit();
        }
    }

    private static UUID put(Connection connection, UUID newId, Plugin plugin, String manifest)
            throws SQLException, VersionTakenException {
        try (PreparedStatement put = connection.prepareStatement(PUT_PLUGIN)) {
            put.setObject(1, newId);
            put.setString(2, plugin.manifest().name());
            put.setString(3, plugin.manifest().version());
            put.setString(4, manifest);
            put.setArray(5, names(connection, plugin.imports()));
            put.setString(6, plugin.moduleSha256());
            try (ResultSet there = put.executeQuery()) {
                there.next();
                if (!there.getString(2).equals(plugin.moduleSha256())) {
                    throw new VersionTakenException();
                }
                return there.getObject(1, UUID.class);
            }
        }
    }

    private void tell(Connection connection, UUID pluginId, Plugin plugin, String manifest, Instant now)
            throws SQLException {
        try (Serde<PluginRelease> serde = Topics.PLUGINS.valueSerde(registry);
                PreparedStatement tell = connection.prepareStatement(TELL)) {
            tell.setString(1, Topics.PLUGINS.name());
            tell.setString(2, pluginId.toString());
            tell.setBytes(
                    3,
                    serde.serializer()
                            .serialize(
                                    Topics.PLUGINS.name(),
                                    PluginRelease.newBuilder()
                                            .setPluginId(pluginId)
                                            .setOwnerId(null)
                                            .setManifest(manifest)
                                            .setModuleSha256(plugin.moduleSha256())
                                            .setCreatedAt(now)
                                            .build()));
            tell.executeUpdate();
        }
    }

    /** Returns all that there are, of users too. */
    public List<Listed> list() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement select = connection.prepareStatement(LIST);
                ResultSet row = select.executeQuery()) {
            List<Listed> all = new ArrayList<>();
            while (row.next()) {
                Array granted = row.getArray(4);
                all.add(new Listed(
                        row.getObject(1, UUID.class),
                        row.getString(2),
                        row.getBoolean(3),
                        granted == null ? null : List.of((String[]) granted.getArray())));
            }
            return all;
        }
    }

    private static Array names(Connection connection, Collection<Capability> capabilities) throws SQLException {
        return connection.createArrayOf(
                "text",
                capabilities.stream().map(Capability::externalName).sorted().toArray());
    }
}
