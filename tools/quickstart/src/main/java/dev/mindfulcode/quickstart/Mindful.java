package dev.mindfulcode.quickstart;

import dev.mindfulcode.benchmarks.load.BenchCommand;
import dev.mindfulcode.benchmarks.load.SimulateCommand;
import dev.mindfulcode.benchmarks.plugins.PluginTestCommand;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.CliExceptionHandler;
import dev.mindfulcode.cli.cluster.AclsCommand;
import dev.mindfulcode.cli.cluster.SchemasCommand;
import dev.mindfulcode.cli.cluster.TopicsCommand;
import dev.mindfulcode.cli.deadletters.DeadLettersCommand;
import dev.mindfulcode.cli.keys.RotateKeysCommand;
import dev.mindfulcode.cli.models.ModelCommand;
import dev.mindfulcode.cli.plugins.PluginCommand;
import dev.mindfulcode.cli.portability.ExportCommand;
import dev.mindfulcode.cli.privacy.ReceiptCommand;
import dev.mindfulcode.cli.projections.ProjectionsCommand;
import dev.mindfulcode.cli.projections.RebuildCommand;
import dev.mindfulcode.cli.teams.TeamCommand;
import dev.mindfulcode.cli.users.UserCommand;
import dev.mindfulcode.modelevidence.EvaluateCommand;
import dev.mindfulcode.modelevidence.PriorsCommand;
import dev.mindfulcode.modelevidence.TrainCommand;
import java.util.Objects;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code mindful}. Exit code 0 only if the command has succeeded. */
@Command(
        name = "mindful",
        description = "Turns the rhythm of a developer's keyboard into flow state.",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            RunCommand.class,
            ExportCommand.class,
            ImportCommand.class,
            SimulateCommand.class,
            BenchCommand.class,
            EvaluateCommand.class,
            TrainCommand.class,
            PriorsCommand.class,
            ModelCommand.class,
            TeamCommand.class,
            UserCommand.class,
            ProjectionsCommand.class,
            RebuildCommand.class,
            DeadLettersCommand.class,
            RotateKeysCommand.class,
            TopicsCommand.class,
            SchemasCommand.class,
            AclsCommand.class,
            PluginCommand.class,
            ReceiptCommand.class
        })
public final class Mindful extends CliCommand implements Runnable {

    private Mindful() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine mindful = new CommandLine(new Mindful())
                .setExecutionExceptionHandler(new CliExceptionHandler())
                .setCaseInsensitiveEnumValuesAllowed(true);
        CommandLine plugin = mindful.getSubcommands().get("plugin");
        Objects.requireNonNull(plugin).addSubcommand(new PluginTestCommand());
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
        throw invalid("Missing command.");
    }
}
