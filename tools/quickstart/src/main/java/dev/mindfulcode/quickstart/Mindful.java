package dev.mindfulcode.quickstart;

import dev.mindfulcode.modelevidence.EvaluateCommand;
import dev.mindfulcode.modelevidence.PriorsCommand;
import dev.mindfulcode.modelevidence.TrainCommand;
import dev.mindfulcode.quickstart.load.BenchCommand;
import dev.mindfulcode.quickstart.load.ImportCommand;
import dev.mindfulcode.quickstart.load.SimulateCommand;
import dev.mindfulcode.quickstart.plugin.PluginCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The command {@code mindful}: the whole system on this machine, and what feeds it. Exit 0 only when what was asked is
 * done.
 */
@Command(
        name = "mindful",
        description = "Turns the rhythm of a developer's keyboard into flow state.",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            ImportCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            EvaluateCommand.class,
            TrainCommand.class,
            PriorsCommand.class,
            ModelCommand.class,
            TeamCommand.class,
            ProjectionsCommand.class,
            RebuildCommand.class,
            PluginCommand.class
        })
public final class Mindful implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    private Mindful() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine mindful = new CommandLine(new Mindful())
                .setExecutionExceptionHandler(new SpokenFailures())
                .setCaseInsensitiveEnumValuesAllowed(true);
        giveVersion(mindful);
        return mindful;
    }

    /** Each command has {@code --version}, which would print nothing without a version of its own. */
    private static void giveVersion(CommandLine command) {
        command.getCommandSpec().versionProvider(new ProductVersion());
        command.getSubcommands().values().forEach(Mindful::giveVersion);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do.");
    }
}
