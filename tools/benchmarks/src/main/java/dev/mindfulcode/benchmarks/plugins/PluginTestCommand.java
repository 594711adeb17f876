package dev.mindfulcode.benchmarks.plugins;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.plugins.PluginFolder;
import dev.mindfulcode.pluginhost.PluginRefusedException;
import dev.mindfulcode.projectionservice.analytics.PluginDryRun;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mindful plugin test}: runs a plugin over generated typing, in the sandbox of the service. */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a plugin over weeks of generated typing, or over the windows of a generated team if it is for teams.",
            "Uses the sandbox and the limits of the service. Exit code 0 if the plugin succeeds and returns rows."
        })
public final class PluginTestCommand extends CliCommand implements Callable<Integer> {

    private static final JsonMapper JSON = new JsonMapper();
    private static final int PRINTED_ROWS_MAX = 20;
    private static final int WEEKS_MAX = 104;

    @Parameters(paramLabel = "DIR", description = "Folder with manifest.json and the compiled module.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private Path folder;

    @Option(
            names = "--weeks",
            paramLabel = "N",
            defaultValue = "4",
            description = "Weeks of typing (default: ${DEFAULT-VALUE}).")
    private int weeks = 4;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the typing.")
    private long seed = 1;

    @Option(names = "--json", description = "Prints rows and summary as JSON.")
    private boolean json;

    @Override
    public Integer call() {
        if (weeks < 1 || weeks > WEEKS_MAX) {
            throw invalid("--weeks is " + weeks + "; must be between 1 and " + WEEKS_MAX);
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
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        }
        PrintWriter out = out();
        if (json) {
            out.println(json(result));
        } else {
            print(result, out);
        }
        out.flush();
        if (result.failure() != null) {
            throw new UserErrorException("The plugin failed: " + result.failure());
        }
        return result.rows().isEmpty() && result.summary() == null ? ExitCode.SOFTWARE : ExitCode.OK;
    }

    private static void print(PluginDryRun.Result result, PrintWriter out) {
        out.println(result.records() + " records, " + result.rows().size() + " rows");
        result.rows().entrySet().stream()
                .limit(PRINTED_ROWS_MAX)
                .forEach(row -> out.println("  " + row.getKey() + "  " + row.getValue()));
        if (result.rows().size() > PRINTED_ROWS_MAX) {
            out.println("  … and " + (result.rows().size() - PRINTED_ROWS_MAX) + " more; --json prints all");
        }
        if (result.summary() != null) {
            out.println("Summary: " + result.summary());
        }
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
}
