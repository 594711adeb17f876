package dev.mindfulcode.cli.cluster;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;

/** {@code mindful schemas}: registers the schemas of this release. */
@Command(
        name = "schemas",
        mixinStandardHelpOptions = true,
        description = {
            "Registers the Avro schemas of this release that a schema registry does not have yet. Run it before the"
                    + " services of a release start. Repeating it is harmless.",
            "Exit code 3: --dry-run found schemas that are not registered."
        })
public final class SchemasCommand extends CliCommand implements Callable<Integer> {

    @Option(
            names = "--registry",
            paramLabel = "URL",
            description = "The registry's API, such as http://localhost:8081/apis/registry/v3. Default: the variable"
                    + " SCHEMA_REGISTRY_URL.")
    private @Nullable String url;

    @Option(names = "--dry-run", description = "Print what is missing and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        PrintWriter out = out();
        try {
            SchemaRegistry registry =
                    SchemaRegistry.parse(url == null ? System.getenv("SCHEMA_REGISTRY_URL") : url, false);
            List<String> missing = Topics.missingSchemas(registry).stream()
                    .map(artifact -> artifact + " is not registered in its form of this release")
                    .toList();
            if (dryRun) {
                return Differences.report(out, "Schemas", missing);
            }
            if (!missing.isEmpty()) {
                Topics.registerSchemas(registry);
            }
            missing.forEach(difference -> out.println("Corrected: " + difference));
            out.println("Schemas: " + missing.size() + " registered.");
            out.flush();
            return ExitCode.OK;
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        }
    }
}
