package dev.mindfulcode.cli.cluster;

import dev.mindfulcode.cli.CliExceptionHandler;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The commands that prepare a cluster, as a program of their own for a container without the rest of the system. */
@Command(
        name = "cluster",
        mixinStandardHelpOptions = true,
        description = "Prepares a Kafka cluster and a schema registry for Mindful Code.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TopicsCommand.class, SchemasCommand.class, AclsCommand.class})
public final class ClusterTool implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    private ClusterTool() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ClusterTool())
                .setExecutionExceptionHandler(new CliExceptionHandler())
                .execute(arguments));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Missing command.");
    }
}
