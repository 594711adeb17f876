package dev.mindfulcode.cli.projections;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code mindful projections}: lists projections with their builds and lag. */
@Command(
        name = "projections",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the builds of all projections: version of the fold, approximate rows, size and lag. A star: in use.",
            "Lag in records: of the log for the build in use, of the build in use for the others."
        })
public final class ProjectionsCommand extends CliCommand implements Callable<Integer> {

    @Mixin
    private ConnectionOptions system = new ConnectionOptions();

    @Option(names = "--json", description = "As JSON.")
    private boolean json;

    @Override
    public Integer call() {
        try (AuthorizedApi api = system.open()) {
            List<JsonNode> builds = new ProjectionApi(api).builds();
            if (json) {
                out().println(builds);
            } else {
                builds.forEach(build -> out().println(line(build)));
            }
            out().flush();
            return ExitCode.OK;
        }
    }

    private static String line(JsonNode build) {
        String state = build.path("state").asString();
        return String.format(
                Locale.ROOT,
                "%s %-18s build %-3d version %-2s %-8s %,12d rows %,10.1f MB  lag %s",
                state.equals("in_use") ? "*" : " ",
                build.path("projection").asString(),
                build.path("build").asInt(),
                build.has("version") ? build.path("version").asInt() : "-",
                state.replace('_', ' '),
                build.path("rows").asLong(),
                build.path("bytes").asLong() / 1e6,
                build.has("lag")
                        ? String.format(Locale.ROOT, "%,d", build.path("lag").asLong())
                        : "unknown");
    }
}
