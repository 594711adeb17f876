package dev.mindfulcode.cli.keys;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.Secrets;
import dev.mindfulcode.cli.http.ApiClient;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mindful rotate-keys}: replaces the key-encryption key, or gives one user a new data key. */
@Command(
        name = "rotate-keys",
        mixinStandardHelpOptions = true,
        description = {
            "Seals every key and secret of a running system with a new key-encryption key.",
            "With --url: restart all services first, with the new ENCRYPTION_KEY and the old one as"
                    + " ENCRYPTION_KEY_PREVIOUS. On a data folder: creates the new key, which is used from the"
                    + " next ./mindful run.",
            "Continues after an interruption; repeating it is harmless. Requires OPERATOR_TOKEN."
        })
public final class RotateKeysCommand extends CliCommand implements Callable<Integer> {

    @Option(
            names = "--user",
            paramLabel = "ID",
            description = "Give this user a new data key instead. Earlier records stay readable.")
    private @Nullable UUID user;

    @Mixin
    private ConnectionOptions system = new ConnectionOptions();

    @Override
    public Integer call() {
        UUID one = user;
        if (one != null) {
            return addDataKey(one);
        }
        return system.hasUrl() ? rotate() : rotateFolder(system.dataFolder());
    }

    private int addDataKey(UUID userId) {
        try (AuthorizedApi api = system.open()) {
            int keys = api.post(
                            "/api/admin/users/" + userId + "/keys",
                            ApiClient.json().createObjectNode())
                    .path("keys")
                    .asInt();
            print("User " + userId + " has " + keys + " data keys; the newest encrypts within two minutes.");
        }
        return ExitCode.OK;
    }

    private int rotate() {
        try (AuthorizedApi api = system.open()) {
            KeyRotation.Result result = new KeyRotation(api).run(out());
            print(
                    result.isComplete()
                            ? "Everything is sealed with ENCRYPTION_KEY. Now remove ENCRYPTION_KEY_PREVIOUS from all"
                                    + " services, restart them, and destroy the old key."
                            : "Set ENCRYPTION_KEY_PREVIOUS to the key of the rest and repeat this. Keep all keys.");
            return result.isComplete() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private int rotateFolder(DataFolder folder) {
        Secrets secrets = folder.secrets().orElseThrow(folder::notRunning);
        boolean isRunning = folder.runningUrl().isPresent();
        if (secrets.previousEncryptionKey().isEmpty()) {
            Secrets.beginRotation(folder.secretsFile());
            print("A new ENCRYPTION_KEY is in " + folder.secretsFile() + ", next to the old one.");
            return waiting(isRunning);
        }
        if (!isRunning) {
            return waiting(false);
        }
        try (AuthorizedApi api = system.open()) {
            KeyRotation rotation = new KeyRotation(api);
            if (!rotation.uses(secrets)) {
                return waiting(true);
            }
            KeyRotation.Result result = rotation.finish(folder, out());
            print(
                    result.isComplete()
                            ? "Everything is sealed with the new key; the old one is deleted from "
                                    + folder.secretsFile() + "."
                            : "The old key is retained.");
            return result.isComplete() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    /** The exit code says that the rotation is not done yet. */
    private int waiting(boolean isRunning) {
        print((isRunning ? "Not done yet: restart" : "Not done yet: start")
                + " ./mindful run, which seals everything with the new key and then deletes the old one.");
        return ExitCode.SOFTWARE;
    }
}
