package dev.mindfulcode.cli.deadletters;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.http.ApiClient;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code mindful dead-letters}: lists, shows and redrives records that could not be processed. */
@Command(
        name = "dead-letters",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Lists, shows and redrives the records that a running system could not process.",
            "Correct the cause first: a record that is redriven passes the same checks. Requires OPERATOR_TOKEN."
        })
public final class DeadLettersCommand extends CliCommand implements Runnable {

    private static final String PATH = "/api/admin/dead-letters";
    private static final int PAGE = 200;

    @Override
    public void run() {
        throw invalid("Missing command: list, show or redrive.");
    }

    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists dead letters: id, state, component, position of the record, reason, time.")
    void list(
            @Mixin LetterFilter filter,
            @Option(names = "--json", description = "One JSON object a line.") boolean json,
            @Mixin ConnectionOptions connection) {
        try (AuthorizedApi api = connection.open()) {
            String cursor = "";
            do {
                JsonNode page = api.get(PATH + "?limit=" + PAGE + filter.query() + cursor);
                for (JsonNode letter : page.path("letters")) {
                    out().println(json ? letter : line(letter));
                }
                cursor = page.has("next_cursor")
                        ? "&cursor=" + page.path("next_cursor").asString()
                        : "";
            } while (!cursor.isEmpty());
            out().flush();
        }
    }

    private static String line(JsonNode letter) {
        return String.format(
                Locale.ROOT,
                "%-12s %-14s %-18s %s-%d offset %d  %s  %s",
                letter.path("id").asString(),
                letter.path("state").asString(),
                letter.path("component").asString(),
                letter.path("topic").asString(),
                letter.path("partition").asInt(),
                letter.path("offset").asLong(),
                letter.path("reason").asString(),
                letter.path("failed_at").asString());
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows a dead letter as JSON, without the key and value of its record.")
    void show(
            @Parameters(paramLabel = "ID", description = "As dead-letters list prints it.") String id,
            @Mixin ConnectionOptions connection) {
        try (AuthorizedApi api = connection.open()) {
            print(api.get(PATH + "/" + valid(id)).toPrettyString());
        }
    }

    @Command(
            name = "redrive",
            mixinStandardHelpOptions = true,
            description = {
                "Sends a record to its topic again, or all that match. Each is sent once; repeating it is harmless.",
                "What is rejected again is a new dead letter, which the same run leaves alone."
            })
    void redrive(
            @Parameters(paramLabel = "ID", arity = "0..1", description = "As dead-letters list prints it.") @Nullable
                    String id,
            @Option(names = "--all", description = "All that match the other options.") boolean all,
            @Mixin LetterFilter filter,
            @Mixin ConnectionOptions connection) {
        if ((id == null) != all || (id != null && !filter.isEmpty())) {
            throw invalid("Give an ID, or --all with or without --stage, --topic and --reason.");
        }
        try (AuthorizedApi api = connection.open()) {
            if (id != null) {
                JsonNode done = api.post(
                        PATH + "/" + valid(id) + "/redrive", ApiClient.json().createObjectNode());
                print(done.path("redriven_before").asBoolean() ? id + " was redriven before." : id + " is redriven.");
            } else {
                print(redriveAll(api, filter));
            }
        }
    }

    private static String redriveAll(AuthorizedApi api, LetterFilter filter) {
        ObjectNode request = ApiClient.json().createObjectNode();
        filter.conditions().forEach(request::put);
        String[] names = {"redriven", "redriven_before", "erased", "not_redrivable", "newer"};
        long[] counts = new long[names.length];
        JsonNode step;
        do {
            step = api.post(PATH + "/redrive", request);
            for (int i = 0; i < names.length; i++) {
                counts[i] += step.path(names[i]).asLong();
            }
            request.put("cursor", step.path("cursor").asString());
        } while (step.has("cursor"));
        return String.format(
                Locale.ROOT,
                "%,d redriven; left alone: %,d redriven before, %,d of erased users, %,d not redrivable, %,d newer.",
                counts[0],
                counts[1],
                counts[2],
                counts[3],
                counts[4]);
    }

    /** An id is part of a path. */
    private String valid(String id) {
        if (!id.matches("\\d{1,5}-\\d{1,18}")) {
            throw invalid("ID is " + id + "; must be as dead-letters list prints it, such as 3-17.");
        }
        return id;
    }
}
