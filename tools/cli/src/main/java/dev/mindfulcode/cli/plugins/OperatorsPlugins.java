package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.apigateway.plugins.SharedPlugins;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.pluginhost.Manifest;
import dev.mindfulcode.pluginhost.Plugin;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import java.sql.SQLException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The plugins on a data folder as its operator has them: straight in the tables, since no endpoint grants for
 * everybody.
 */
final class OperatorsPlugins {

    private static final JsonMapper JSON = new JsonMapper();

    private OperatorsPlugins() {}

    static void install(DataFolder folder, PluginFolder plugin) {
        try (PluginHost host = new PluginHost(PluginLimits.standard())) {
            Manifest manifest = Manifest.parse(plugin.manifest());
            Plugin loaded = host.load(manifest, plugin.module(), manifest.capabilities());
            plugins(folder).install(loaded, plugin.manifest(), plugin.module());
        } catch (PluginRefusedException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        } catch (SharedPlugins.VersionTakenException e) {
            throw new UserErrorException(
                    "This version is there with another module: give the new one a higher version", e);
        } catch (SQLException e) {
            throw new UserErrorException(
                    "The database of " + folder.path() + " does not answer: " + e.getSQLState(), e);
        }
    }

    static JsonNode list(DataFolder folder) {
        ObjectNode root = JSON.createObjectNode();
        ArrayNode all = root.putArray("plugins");
        try {
            for (SharedPlugins.Listed plugin : plugins(folder).list()) {
                ObjectNode each = all.addObject();
                each.put("plugin_id", plugin.pluginId().toString());
                each.set("manifest", JSON.readTree(plugin.manifest()));
                each.put("is_operators", plugin.isOperators());
                if (plugin.granted() != null) {
                    each.set("granted", JSON.valueToTree(plugin.granted()));
                }
            }
        } catch (SQLException e) {
            throw new UserErrorException(
                    "The database of " + folder.path() + " does not answer: " + e.getSQLState(), e);
        }
        return root;
    }

    private static SharedPlugins plugins(DataFolder folder) {
        return new SharedPlugins(
                folder.runningDatabase().orElseThrow(folder::nothingRuns).dataSource(),
                folder.schemaRegistry().orElseThrow(folder::nothingRuns));
    }
}
