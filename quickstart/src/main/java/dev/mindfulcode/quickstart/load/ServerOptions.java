package dev.mindfulcode.quickstart.load;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.Option;

/** Options that all load commands share. */
final class ServerOptions {

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:3001",
            description = "The running system. Default: ${DEFAULT-VALUE}")
    private URI url = URI.create("http://localhost:3001");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where passwords and event times of the people are remembered. Default: as for run")
    private Path data = DataFolder.byDefault();

    @Option(names = "--json", description = "Print the summary as JSON; progress goes to standard error.")
    private boolean json;

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "120",
            description = "How long to wait for the read model to show what was accepted. Default: ${DEFAULT-VALUE}")
    private int waitSeconds = 120;

    URI url() {
        return url;
    }

    Path data() {
        return data;
    }

    boolean json() {
        return json;
    }

    Duration patience() {
        return Duration.ofSeconds(waitSeconds);
    }
}
