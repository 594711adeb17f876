package dev.mindfulcode.cli.users;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.http.ApiClient;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code mindful user reset-link}: a link for a forgotten password. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Helps a user of a running system. Requires OPERATOR_TOKEN.")
public final class UserCommand extends CliCommand implements Runnable {

    @Override
    public void run() {
        throw invalid("Missing command: reset-link.");
    }

    @Command(
            name = "reset-link",
            mixinStandardHelpOptions = true,
            description = {
                "Prints a link with which the owner of an account sets a new password. It works once, for one day.",
                "Make sure that the request comes from the owner, and send the link over a channel that is theirs."
            })
    void resetLink(
            @Parameters(paramLabel = "EMAIL", description = "The address of the account.") String email,
            @Mixin ConnectionOptions connection) {
        JsonNode link;
        try (AuthorizedApi api = connection.open()) {
            link = api.post(
                    "/api/admin/password-links",
                    ApiClient.json().createObjectNode().put("email", email));
        }
        print(connection.url() + "/" + link.get("path").asString());
        print("Valid once, until " + link.get("expires_at").asString() + ".");
    }
}
