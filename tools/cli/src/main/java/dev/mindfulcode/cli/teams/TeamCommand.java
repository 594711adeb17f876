package dev.mindfulcode.cli.teams;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.teams.Plan;
import dev.mindfulcode.identity.teams.TeamPlans;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mindful team plan}: what a team may use, which nobody can set through the API. */
@Command(
        name = "team",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Sets what a team of the system that runs on a data folder may use.")
public final class TeamCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before run()
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: plan.");
    }

    @Command(
            name = "plan",
            mixinStandardHelpOptions = true,
            description = "Puts a team on a plan, from its members' next request on.")
    void plan(
            @Parameters(paramLabel = "TEAM", description = "The team's id.") UUID team,
            @Parameters(paramLabel = "PLAN", description = "${COMPLETION-CANDIDATES}") Plan plan,
            @Option(
                            names = "--data",
                            paramLabel = "DIR",
                            description = "Data folder of the running system (default: ~/.mindful-code).")
                    @Nullable
                    Path data) {
        DataFolder folder = DataFolder.at(data);
        PostgresUrl database = folder.runningDatabase().orElseThrow(folder::nothingRuns);
        try (Connection connection = database.dataSource().getConnection()) {
            if (!TeamPlans.set(connection, team, plan)) {
                throw new UserErrorException("There is no team " + team);
            }
        } catch (SQLException e) {
            throw new UserErrorException(
                    "The database of " + folder.path() + " does not answer: " + e.getSQLState(), e);
        }
        spec.commandLine()
                .getOut()
                .println("Plan of " + team + ": " + plan.name().toLowerCase(Locale.ROOT));
        spec.commandLine().getOut().flush();
    }
}
