package dev.mindfulcode.embeddedplatform;

import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Options of an embedded platform.
 *
 * @param dataFolder of all durable data; another start on the same folder finds the same topics, rows and schemas
 * @param postgresPassword of the superuser, fixed by the first start on a data folder; letters, digits, - and _
 * @param kafkaPort on the loopback interface; 0 for a free one
 * @param postgresPort as kafkaPort
 * @param registryPort as kafkaPort
 * @param durable whether Postgres waits for the disk; off only for data that may be lost with the machine
 * @param progress receives a line for each started server, from any thread
 */
public record PlatformOptions(
        Path dataFolder,
        String postgresPassword,
        int kafkaPort,
        int postgresPort,
        int registryPort,
        boolean durable,
        Consumer<String> progress) {

    public PlatformOptions {
        if (!postgresPassword.matches("[A-Za-z0-9_-]{16,128}")) {
            throw new IllegalArgumentException(
                    "postgresPassword must be 16 to 128 letters, digits, dashes and underscores");
        }
    }

    /** Returns options with free ports, durable and silent. */
    public static PlatformOptions in(Path dataFolder, String postgresPassword) {
        return new PlatformOptions(dataFolder, postgresPassword, 0, 0, 0, true, line -> {});
    }

    public PlatformOptions withProgress(Consumer<String> listener) {
        return new PlatformOptions(
                dataFolder, postgresPassword, kafkaPort, postgresPort, registryPort, durable, listener);
    }

    public PlatformOptions forThrowawayData() {
        return new PlatformOptions(
                dataFolder, postgresPassword, kafkaPort, postgresPort, registryPort, false, progress);
    }

    @Override
    public String toString() {
        return "PlatformOptions[" + dataFolder + "]";
    }
}
