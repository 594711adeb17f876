package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.dataprotection.PostgresUrl;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Options of all load commands. Accounts and event times of simulated users are stored in the data folder.
 */
final class LoadOptions {

    @Mixin
    private ConnectionOptions system = new ConnectionOptions();

    @Option(names = "--json", description = "Print the summary as JSON; progress goes to standard error.")
    private boolean json;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for the read model to show what was accepted. Default: ${DEFAULT-VALUE}")
    private int waitSeconds = 120;

    ConnectionOptions system() {
        return system;
    }

    String bootstrapServers() {
        DataFolder folder = system.dataFolder();
        return folder.runningKafka().orElseThrow(folder::notRunning);
    }

    URI url() {
        return URI.create(system.url());
    }

    /** Returns the database of the system that runs on the data folder. */
    PostgresUrl database() {
        DataFolder folder = system.dataFolder();
        return PostgresUrl.parse(folder.runningDatabaseUrl().orElseThrow(folder::notRunning));
    }

    Path data() {
        return system.dataFolder().path();
    }

    boolean json() {
        return json;
    }

    Duration reconciliationTimeout() {
        return Duration.ofSeconds(waitSeconds);
    }
}
