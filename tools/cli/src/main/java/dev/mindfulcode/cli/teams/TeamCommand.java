package dev.mindfulcode.cli.teams;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.http.ApiClient;
import java.util.Locale;
import java.util.UUID;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mindful team plan}: sets a team's plan. */
@Command(
        name = "team",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Sets the plan of a team of a running system. Requires OPERATOR_TOKEN.")
public final class TeamCommand extends CliCommand implements Runnable {

    /** A team's plan. */
    enum Plan {
        FREE,
        PREMIUM
    }

    @Override
    public void run() {
        throw invalid("Missing command: plan.");
    }

    @Command(
            name = "plan",
            mixinStandardHelpOptions = true,
            description = "Sets a team's plan, effective with its members' next request.")
    void plan(
            @Parameters(paramLabel = "TEAM", description = "The team's id.") UUID team,
            @Parameters(paramLabel = "PLAN", description = "${COMPLETION-CANDIDATES}") Plan plan,
            @Mixin ConnectionOptions connection) {
        String name = plan.name().toLowerCase(Locale.ROOT);
        try (AuthorizedApi api = connection.open()) {
            api.put(
                    "/api/admin/teams/" + team + "/plan",
                    ApiClient.json().createObjectNode().put("plan", name));
        }
        print("Plan of " + team + ": " + name);
    }
}
