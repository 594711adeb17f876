package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.cli.CliCommand;
import picocli.CommandLine.Command;

/** Measurements of a running system. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "NAME",
        subcommands = {LatencyCommand.class, LoadSessionsCommand.class, ApiCommand.class, RebuildBenchCommand.class},
        description = "Measure a running system.")
public final class BenchCommand extends CliCommand implements Runnable {

    @Override
    public void run() {
        throw invalid("Say what to measure.");
    }
}
