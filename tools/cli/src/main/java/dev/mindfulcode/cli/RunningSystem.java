package dev.mindfulcode.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that speak to a running system: how they find it. */
public final class RunningSystem {

    @Option(
            names = "--url",
            paramLabel = "URL",
            description = "The system to speak to; otherwise the one that runs on the data folder.")
    private @Nullable String url;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the running system (default: ~/.mindful-code).")
    private @Nullable Path data;

    /**
     * Returns the system's address without a slash at its end.
     *
     * @throws UserErrorException where none was named and none runs
     */
    public String url() {
        String named = url;
        if (named != null) {
            return named.endsWith("/") ? named.substring(0, named.length() - 1) : named;
        }
        return dataFolder()
                .runningUrl()
                .orElseThrow(() -> new UserErrorException("Nothing runs on "
                        + dataFolder().path() + ". Start it with ./mindful run, or name a system with --url."));
    }

    /**
     * Returns what lets one operate the system: MINDFUL_TOKEN for one that was named, what its data folder keeps
     * otherwise.
     *
     * @throws UserErrorException where there is none
     */
    String operatorToken() {
        String token = System.getenv("MINDFUL_TOKEN");
        if (token != null && !token.isBlank()) {
            return token;
        }
        if (url != null) {
            throw new UserErrorException("Set MINDFUL_TOKEN to the OPERATOR_TOKEN of the system at " + url + ".");
        }
        return dataFolder()
                .secrets()
                .orElseThrow(() -> dataFolder().nothingRuns())
                .operatorToken();
    }

    public DataFolder dataFolder() {
        return DataFolder.at(data);
    }
}
