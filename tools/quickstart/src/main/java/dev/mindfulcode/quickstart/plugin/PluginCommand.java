package dev.mindfulcode.quickstart.plugin;

import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun;
import dev.mindfulcode.quickstart.RefusedException;
import dev.mindfulcode.quickstart.RunningSystem;
import java.nio.file.Path;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mindful plugin new|test|install|list}: one's own questions, asked of all history. */
@Command(
        name = "plugin",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Writes, tries and installs plugins: WebAssembly that folds history (docs/plugin-abi.md).")
public final class PluginCommand implements Runnable {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int ROWS_SHOWN = 20;

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
            name = "test",
            mixinStandardHelpOptions = true,
            description = {
                "Folds weeks of made-up typing through a plugin, or the windows of a made-up team through one for teams,",
                "in the sandbox and within the limits of the service.",
                "Exit 0 when it came through and gave rows."
            })
    int test(
            @Parameters(paramLabel = "DIR", description = "Folder with manifest.json and the compiled module.")
                    Path folder,
            @Option(
                            names = "--weeks",
                            paramLabel = "N",
                            defaultValue = "4",
                            description = "How many (default: ${DEFAULT-VALUE}).")
                    int weeks,
            @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the typing.") long seed,
            @Option(names = "--json", description = "Writes rows and summary as JSON.") boolean json) {
        if (weeks < 1 || weeks > 104) {
            throw new ParameterException(spec.commandLine(), "--weeks must be 1 to 104.");
        }
        PluginFolder plugin = PluginFolder.read(folder);
        PluginDryRun.Result result;
        try {
            result = PluginDryRun.run(
                    plugin.manifest(),
                    plugin.module(),
                    person -> SampleTyping.weeks(weeks, seed + person),
                    ZoneId.of("Europe/Zurich"));
        } catch (PluginRefusedException e) {
            throw new RefusedException(String.valueOf(e.getMessage()), e);
        }
        if (json) {
            say(json(result));
        } else {
            say(result.records() + " records, " + result.rows().size() + " rows");
            result.rows().entrySet().stream()
                    .limit(ROWS_SHOWN)
                    .forEach(row -> say("  " + row.getKey() + "  " + row.getValue()));
            if (result.rows().size() > ROWS_SHOWN) {
                say("  … and " + (result.rows().size() - ROWS_SHOWN) + " more; --json has all");
            }
            if (result.summary() != null) {
                say("Summary: " + result.summary());
            }
        }
        if (result.failure() != null) {
            throw new RefusedException("The plugin failed: " + result.failure());
        }
        return result.rows().isEmpty() && result.summary() == null ? 1 : 0;
    }

    private static String json(PluginDryRun.Result result) {
        ObjectNode root = JSON.createObjectNode();
        root.put("records", result.records());
        ArrayNode rows = root.putArray("rows");
        result.rows().values().forEach(row -> rows.add(JSON.readTree(row)));
        String summary = result.summary();
        if (summary != null) {
            root.set("summary", JSON.readTree(summary));
        }
        if (result.failure() != null) {
            root.put("failure", result.failure());
        }
        return root.toString();
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
