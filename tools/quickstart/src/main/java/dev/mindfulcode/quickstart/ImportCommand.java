package dev.mindfulcode.quickstart;

import dev.mindfulcode.benchmarks.load.AaltoImportCommand;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.portability.ImportExportCommand;
import picocli.CommandLine.Command;

/** {@code mindful import aalto|export}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Imports typing: a dataset, or the history of an exported account.",
        subcommands = {AaltoImportCommand.class, ImportExportCommand.class})
final class ImportCommand extends CliCommand implements Runnable {

    @Override
    public void run() {
        throw invalid("Missing command: aalto or export.");
    }
}
