package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.http.ApiClient;
import java.nio.file.Path;
import java.util.Base64;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mindful plugin new|test|install|list}: analyses of history as WebAssembly. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Creates, tests and installs plugins: WebAssembly that folds history (docs/plugin-abi.md).")
public final class PluginCommand extends CliCommand implements Runnable {

    private static final String PLUGINS = "/api/plugins";
    private static final String ADMIN_PLUGINS = "/api/admin/plugins";

    @Override
    public void run() {
        throw invalid("Missing command: new, test, install or list.");
    }

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Creates a folder with a plugin that counts keystrokes by day: source, build and manifest.")
    void create(
            @Parameters(paramLabel = "NAME", description = "Name and folder: lower-case words joined by hyphens.")
                    Path folder,
            @Option(
                            names = "--language",
                            paramLabel = "LANGUAGE",
                            defaultValue = "assemblyscript",
                            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
                    PluginTemplate.Language language) {
        PluginTemplate.write(folder, language);
        print("Created " + folder + ". How to build and test it: " + folder.resolve("README.md"));
    }

    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            description = {
                "Uploads a plugin and grants it the capabilities of its manifest.",
                "With an access token in MINDFUL_TOKEN: for that user.",
                "With --all-users, or on a data folder without MINDFUL_TOKEN: for all users, as the operator."
            })
    void install(
            @Parameters(paramLabel = "DIR", description = "Folder with manifest.json and the compiled module.")
                    Path folder,
            @Mixin ConnectionOptions connection,
            @Mixin Scope scope) {
        PluginFolder plugin = PluginFolder.read(folder);
        JsonNode manifest = ApiClient.json().readTree(plugin.manifest());
        ObjectNode upload = ApiClient.json().createObjectNode();
        upload.set("manifest", manifest);
        upload.put("module", Base64.getEncoder().encodeToString(plugin.module()));
        try (AuthorizedApi api = connection.open()) {
            if (scope.isAllUsers()) {
                api.post(ADMIN_PLUGINS, upload);
                print("Installed " + plugin.name() + " for all users");
                return;
            }
            String id = api.post(PLUGINS, upload).path("plugin_id").asString();
            ObjectNode grant = ApiClient.json().createObjectNode();
            grant.set("capabilities", manifest.path("capabilities"));
            api.put(PLUGINS + "/" + id + "/install", grant);
            print("Installed " + plugin.name() + " for you: " + id);
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Lists plugins and the capabilities granted to them.",
                "With an access token in MINDFUL_TOKEN: those of that user and of the operator.",
                "With --all-users, or on a data folder without MINDFUL_TOKEN: those of all users, as the operator."
            })
    void list(
            @Mixin ConnectionOptions connection,
            @Mixin Scope scope,
            @Option(names = "--json", description = "Prints JSON.") boolean json) {
        JsonNode all;
        try (AuthorizedApi api = connection.open()) {
            all = api.get(scope.isAllUsers() ? ADMIN_PLUGINS : PLUGINS);
        }
        if (json) {
            print(all.toString());
            return;
        }
        for (JsonNode plugin : all.path("plugins")) {
            JsonNode manifest = plugin.path("manifest");
            print("%s  %s %s  %s%s"
                    .formatted(
                            plugin.path("plugin_id").asString(),
                            manifest.path("name").asString(),
                            manifest.path("version").asString(),
                            plugin.has("granted") ? "granted " + plugin.path("granted") : "not granted",
                            plugin.path("disabled").asBoolean(false) ? ", disabled" : ""));
        }
    }

    /** For whom a plugin is installed. */
    static final class Scope {

        @Option(names = "--all-users", description = "For all users; requires OPERATOR_TOKEN.")
        private boolean allUsers;

        boolean isAllUsers() {
            return allUsers || !ConnectionOptions.hasToken();
        }
    }
}
