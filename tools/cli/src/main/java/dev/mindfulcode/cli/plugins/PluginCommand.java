package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.cli.RunningSystem;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code mindful plugin new|test|install|list}: one's own questions, asked of all history. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Writes, tries and installs plugins: WebAssembly that folds history (docs/plugin-abi.md).")
public final class PluginCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: new, test, install or list.");
    }

    @Command(
            name = "new",
            mixinStandardHelpOptions = true,
            description = "Writes a folder with a plugin that counts keystrokes by day: source, build, manifest.")
    void create(
            @Parameters(paramLabel = "NAME", description = "Lower-case words joined by hyphens; the folder, too.")
                    Path folder,
            @Option(
                            names = "--language",
                            paramLabel = "LANGUAGE",
                            defaultValue = "assemblyscript",
                            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})")
                    PluginTemplate.Language language) {
        PluginTemplate.write(folder, language);
        say("Wrote " + folder + ". How to build and try it: " + folder.resolve("README.md"));
    }

    @Command(
            name = "install",
            mixinStandardHelpOptions = true,
            description = {
                "Uploads a plugin and grants it what its manifest names.",
                "With MINDFUL_TOKEN, an access token, for that user's own data; without it, for everybody on a data folder."
            })
    void install(
            @Parameters(paramLabel = "DIR", description = "Folder with manifest.json and the compiled module.")
                    Path folder,
            @Mixin RunningSystem system) {
        PluginFolder plugin = PluginFolder.read(folder);
        String token = token();
        if (token == null) {
            OperatorsPlugins.install(system.dataFolder(), plugin);
            say("Installed " + plugin.name() + " for everybody");
        } else {
            JsonNode installed = new PluginApi(system.url(), token).install(plugin);
            say("Installed " + plugin.name() + " for you: "
                    + installed.path("plugin_id").asString());
        }
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = {
                "Lists plugins with what was granted to them.",
                "With MINDFUL_TOKEN one's own and the operator's; without it all that there are on a data folder."
            })
    void list(
            @Mixin RunningSystem system, @Option(names = "--json", description = "Writes them as JSON.") boolean json) {
        String token = token();
        JsonNode all =
                token == null ? OperatorsPlugins.list(system.dataFolder()) : new PluginApi(system.url(), token).list();
        if (json) {
            say(all.toString());
            return;
        }
        for (JsonNode plugin : all.path("plugins")) {
            JsonNode manifest = plugin.path("manifest");
            say("%s  %s %s  %s%s"
                    .formatted(
                            plugin.path("plugin_id").asString(),
                            manifest.path("name").asString(),
                            manifest.path("version").asString(),
                            plugin.has("granted") ? "granted " + plugin.path("granted") : "not granted",
                            plugin.path("disabled").asBoolean(false) ? ", disabled" : ""));
        }
    }

    private static @Nullable String token() {
        String token = System.getenv("MINDFUL_TOKEN");
        return token == null || token.isBlank() ? null : token;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }
}
