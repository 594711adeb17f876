package dev.mindfulcode.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select the running system of a command: a URL, or the data folder that it runs on. */
public final class ConnectionOptions {

    /** The environment variable of the access token, or of the operator token. */
    static final String TOKEN = "MINDFUL_TOKEN";

    @Option(
            names = "--url",
            paramLabel = "URL",
            description =
                    "URL of the system, with a token in MINDFUL_TOKEN. Default: the one that runs on the data folder.")
    private @Nullable String url;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Data folder of the running system. Default: ~/.mindful-code.")
    private @Nullable Path data;

    /**
     * Returns the URL of the system, without a trailing slash.
     *
     * @throws UserErrorException if no URL is given and no system runs on the data folder
     */
    public String url() {
        String given = url;
        if (given != null) {
            return given.endsWith("/") ? given.substring(0, given.length() - 1) : given;
        }
        return dataFolder().runningUrl().orElseThrow(() -> dataFolder().notRunning());
    }

    /** Returns whether the system is given by its URL and not by a data folder. */
    public boolean hasUrl() {
        return url != null;
    }

    /** Opens the API with the token of MINDFUL_TOKEN, or as the operator of the data folder's system. */
    public AuthorizedApi open() {
        String token = token();
        return new AuthorizedApi(url(), token == null ? operatorTokenOfDataFolder() : token);
    }

    /** Returns the token of MINDFUL_TOKEN, for commands of users. */
    public String userToken() {
        String token = token();
        if (token == null) {
            throw new UserErrorException(TOKEN + " is not set. Set it to the access token of your account.");
        }
        return token;
    }

    /** Returns whether MINDFUL_TOKEN is set. */
    public static boolean hasToken() {
        return token() != null;
    }

    public DataFolder dataFolder() {
        return DataFolder.at(data);
    }

    private static @Nullable String token() {
        String token = System.getenv(TOKEN);
        return token == null || token.isBlank() ? null : token;
    }

    private String operatorTokenOfDataFolder() {
        if (url != null) {
            throw new UserErrorException(TOKEN + " is not set. Set it to the token for " + url + ".");
        }
        return dataFolder()
                .secrets()
                .orElseThrow(() -> dataFolder().notRunning())
                .operatorToken();
    }
}
