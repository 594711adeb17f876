package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.cli.ConnectionOptions;
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

    URI url() {
        return URI.create(system.url());
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
