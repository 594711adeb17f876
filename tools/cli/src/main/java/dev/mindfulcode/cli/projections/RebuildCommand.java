package dev.mindfulcode.cli.projections;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.UserErrorException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code mindful rebuild}: rebuilds a projection from the first record, next to the one in use, and switches. */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Rebuilds a projection from the first record, next to the one in use; compares both, and switches.",
            "Does not switch to fewer rows, nor to other rows by the same fold, unless forced.",
            "Ctrl-C ends the display, not the rebuild."
        })
public final class RebuildCommand extends CliCommand implements Callable<Integer> {

    private static final String ALL = "all";

    @Parameters(paramLabel = "NAME", description = "As ./mindful projections lists it, or all.")
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private String name;

    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            defaultValue = "50",
            description =
                    "Share of time for the rebuild; limits the lag of live projections. Default: ${DEFAULT-VALUE}")
    private int share = 50;

    @Option(names = "--force", description = "Switch to the refused build despite its differences.")
    private boolean force;

    @Option(names = "--back", description = "Switch back to the previous build.")
    private boolean back;

    @Option(names = "--drop", description = "Drop all builds except the one in use.")
    private boolean drop;

    @Option(names = "--json", description = "Print the builds as JSON in the end; progress goes to standard error.")
    private boolean json;

    @Mixin
    private ConnectionOptions system = new ConnectionOptions();

    @Override
    public Integer call() {
        if (share < 1 || share > 100 || (force ? 1 : 0) + (back ? 1 : 0) + (drop ? 1 : 0) > 1) {
            throw invalid(
                    "--share is " + share + "; must be between 1 and 100; use at most one of --force, --back, --drop.");
        }
        try (AuthorizedApi opened = system.open()) {
            ProjectionApi api = new ProjectionApi(opened);
            List<String> names = names(api);
            boolean isDone = true;
            for (String projection : names) {
                isDone &= drop ? dropped(api, projection) : isInUse(api, projection);
            }
            if (json) {
                out().println(api.builds().stream()
                        .filter(build -> names.contains(build.path("projection").asString()))
                        .toList());
            }
            out().flush();
            return isDone ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private List<String> names(ProjectionApi api) {
        List<String> known = api.builds().stream()
                .map(build -> build.path("projection").asString())
                .distinct()
                .toList();
        if (!name.equals(ALL) && !known.contains(name)) {
            throw new UserErrorException("There is no projection " + name + ", only " + String.join(", ", known));
        }
        return name.equals(ALL) ? known : List.of(name);
    }

    private boolean dropped(ProjectionApi api, String projection) {
        for (JsonNode build : api.builds()) {
            if (build.path("projection").asString().equals(projection)
                    && List.of("building", "refused", "retained")
                            .contains(build.path("state").asString())) {
                api.drop(projection, build.path("build").asInt());
                say("%s build %d is dropped", projection, build.path("build").asInt());
            }
        }
        return true;
    }

    private boolean isInUse(ProjectionApi api, String projection) {
        int build;
        if (force || back) {
            String wanted = force ? "refused" : "retained";
            JsonNode found = find(api.builds(), projection, wanted);
            if (found == null) {
                say("%s has no build that is %s", projection, wanted);
                return false;
            }
            build = found.path("build").asInt();
            api.use(projection, build, share);
        } else {
            JsonNode underWay = find(api.builds(), projection, "building");
            build = underWay == null
                    ? api.order(projection, share)
                    : underWay.path("build").asInt();
        }
        JsonNode end = BuildProgress.watch(api, projection, build, json ? err() : out());
        if (end == null) {
            say("%s build %d was dropped", projection, build);
            return false;
        }
        say("%s", describe(end));
        return end.path("state").asString().equals("in_use");
    }

    private static @Nullable JsonNode find(List<JsonNode> builds, String projection, String state) {
        return builds.stream()
                .filter(build -> build.path("projection").asString().equals(projection)
                        && build.path("state").asString().equals(state))
                .reduce((first, second) -> second)
                .orElse(null);
    }

    private static String describe(JsonNode build) {
        JsonNode report = build.path("report");
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%s build %d %s, %,d records/s",
                build.path("projection").asString(),
                build.path("build").asInt(),
                build.path("state").asString().equals("in_use")
                        ? "is in use"
                        : "is NOT switched to: " + report.path("refusal").asString("unknown"),
                build.path("records_per_second").asLong()));
        if (report.path("identical").asBoolean(false)) {
            text.append("; identical to the one before");
        }
        report.path("cut")
                .properties()
                .forEach(topic -> text.append(String.format(
                        Locale.ROOT,
                        "%n  the first %,d records of %s are gone",
                        topic.getValue().asLong(),
                        topic.getKey())));
        if (report.path("rejected").asLong(0) > 0) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n  %,d records could not be applied",
                    report.path("rejected").asLong()));
        }
        for (JsonNode table : report.path("tables")) {
            text.append(String.format(
                    Locale.ROOT,
                    "%n  %-26s %,d rows before, %,d now: %s",
                    table.path("table").asString(),
                    table.path("rows_before").asLong(),
                    table.path("rows").asLong(),
                    table.path("identical").asBoolean()
                            ? "identical"
                            : String.format(
                                    Locale.ROOT,
                                    "%,d missing, %,d added, %,d changed%s; hashes of such keys: %s",
                                    table.path("missing").asLong(),
                                    table.path("added").asLong(),
                                    table.path("changed").asLong(),
                                    table.path("same_columns").asBoolean() ? "" : ", other columns",
                                    table.path("examples"))));
        }
        return text.toString();
    }

    private void say(String format, Object... values) {
        PrintWriter to = json ? err() : out();
        to.println(String.format(Locale.ROOT, format, values));
        to.flush();
    }
}
