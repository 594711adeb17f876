package dev.mindfulcode.quickstart;

import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.Secrets;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.keys.KeyRotation;
import dev.mindfulcode.embeddedplatform.PlatformException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code mindful run}: everything in one JVM until it is interrupted. */
@Command(
        name = "run",
        description = {
            "Runs the whole system on this machine: Kafka, Postgres, the schema registry and the services.",
            "Listens on loopback only, keeps its data between runs, and stops cleanly on Ctrl-C.",
            "Reads secrets and settings from its data folder only, never from the environment."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true)
final class RunCommand extends CliCommand implements Callable<Integer> {

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "Where the web server listens.",
            defaultValue = "" + QuickstartOptions.PORT_DEFAULT)
    private int port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Folder of data, secrets and logs.",
            defaultValue = "${sys:user.home}/.mindful-code")
    private @Nullable Path data;

    @Option(
            names = "--demo",
            description = "Simulates a developer with six weeks of history who types now, as data for the dashboard.")
    private boolean demo;

    @Override
    public Integer call() throws InterruptedException {
        if (port < 1 || port > 65_535) {
            throw invalid("--port must be from 1 to 65535");
        }
        PrintWriter terminal = out();
        DataFolder folder = DataFolder.at(data);
        folder.refuseWhereRunning();
        new ListenPort(port).refuseTaken(); // before anything is written
        folder.create();
        DataFolder.Lock lock = folder.lock();
        LogFile.open(folder.logs().resolve("mindful.log"));

        StartProgress progress = new StartProgress(terminal);
        progress.say("Mindful Code keeps its data in " + folder.path());
        LocalSettings.read(folder.settingsFile());
        List<String> ignored = LocalSettings.ignored(
                System.getenv().keySet(), System.getProperties().stringPropertyNames());
        if (!ignored.isEmpty()) {
            progress.say("Ignored from the environment: " + String.join(", ", ignored)
                    + ". Secrets and settings come from " + folder.path() + " only; see docs/configuration.md.");
        }
        QuickstartSystem system = new QuickstartSystem(
                folder, new QuickstartOptions(port, QuickstartOptions.COMMIT_INTERVAL_DEFAULT), progress);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> stop(system, lock, terminal)));
        try {
            String url = system.start();
            lock.announce(
                    url, system.platform().bootstrapServers(), system.platform().databaseUrl());
            finishKeyRotation(folder, url, progress, terminal);
            progress.say("Mindful Code is ready: " + url);
            if (demo) {
                DemoUser user = DemoUser.start(URI.create(url), folder);
                system.stopFirst("demo", user);
                progress.say("  " + user.invitation());
            }
            progress.say("  Started in " + progress.secondsSoFar() + ". Logs are in " + folder.logs()
                    + ". Ctrl-C stops it.");
        } catch (PlatformException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        } catch (QuickstartSystem.StoppedException e) {
            // The shutdown hook ends the JVM.
        }
        new CountDownLatch(1).await(); // until a signal ends the JVM
        return CommandLine.ExitCode.OK;
    }

    /** Seals everything with the new key if {@code rotate-keys} created one. */
    private static void finishKeyRotation(DataFolder folder, String url, StartProgress progress, PrintWriter terminal) {
        Secrets secrets = Secrets.readOrCreate(folder.secretsFile());
        if (secrets.previousEncryptionKey().isEmpty()) {
            return;
        }
        progress.say("Rotating keys");
        try (AuthorizedApi api = new AuthorizedApi(url, secrets.operatorToken())) {
            KeyRotation rotation = new KeyRotation(api);
            // Another command may have begun a rotation since this start read its keys.
            if (rotation.uses(secrets)) {
                progress.say("Keys rotated: " + rotation.finish(folder, terminal));
            }
        } catch (UserErrorException e) {
            progress.say("Rotating keys failed; ./mindful rotate-keys continues it: " + e.getMessage());
        }
    }

    private static void stop(QuickstartSystem system, DataFolder.Lock lock, PrintWriter terminal) {
        StartProgress progress = new StartProgress(terminal);
        progress.say("Stopping …");
        system.close();
        lock.close();
        progress.say("Stopped in " + progress.secondsSoFar() + ".");
    }
}
