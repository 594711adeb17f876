package dev.mindfulcode.quickstart;

import dev.mindfulcode.benchmarks.load.AaltoImportCommand;
import dev.mindfulcode.cli.portability.ImportExportCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mindful import aalto|export}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Imports typing: a dataset, or the history of an exported account.",
        subcommands = {AaltoImportCommand.class, ImportExportCommand.class})
final class ImportCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command: aalto or export.");
    }
}
