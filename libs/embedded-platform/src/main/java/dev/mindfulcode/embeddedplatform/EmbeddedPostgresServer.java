package dev.mindfulcode.embeddedplatform;

import io.zonky.test.db.postgres.util.LinuxUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A Postgres server on its own data folder, as a process that ends with this JVM.
 *
 * <p>A shell guards it: {@code pg_ctl} starts the server in its own session, so a terminal's Ctrl-C does not reach it
 * before the services have flushed. The guard's input is a pipe from this JVM; when the pipe closes, even because the
 * JVM was killed, the guard stops the server. If guard and JVM are killed together, the next start stops the server.
 *
 * <p>Postgres refuses to run as root; then it runs in its own user namespace ({@code unshare -U}).
 */
final class EmbeddedPostgresServer implements AutoCloseable {

    static final String DATABASE = "mindful";
    static final String SUPERUSER = "mindful";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);
    private static final int CONNECTIONS_MAX = 100;

    private static final String GUARD = """
            trap '' INT HUP
            "$1" start -s -w -t "$5" -D "$2" -l "$3" -o "$4" || exit 1
            echo ready
            read -r end_of_input
            exec "$1" stop -s -w -t "$6" -m fast -D "$2" 2>/dev/null
            """;

    private final Process guard;
    private final Path pgCtl;
    private final Path data;
    private final PostgresAddress address;

    private EmbeddedPostgresServer(Process guard, Path pgCtl, Path data, PostgresAddress address) {
        this.guard = guard;
        this.pgCtl = pgCtl;
        this.data = data;
        this.address = address;
    }

    /**
     * Starts the server and returns when it accepts connections.
     *
     * @param folder of the data and the log
     * @param programs where Postgres is unpacked if missing
     */
    static EmbeddedPostgresServer start(
            Path folder, Path log, Path programs, int wantedPort, String password, boolean durable) {
        try {
            Path bin = PostgresBinaries.unpackedIn(programs).resolve("bin");
            Path data = folder.resolve("data");
            Files.createDirectories(folder);
            if (!Files.exists(data)) {
                initialise(bin, folder, data, password);
            }
            refuseOtherVersion(data);
            stopLeftover(bin.resolve("pg_ctl"), data);
            int port = LoopbackPort.orFree(wantedPort);
            Process guard = startGuarded(bin.resolve("pg_ctl"), data, log, settings(port, durable));
            PostgresAddress address = new PostgresAddress(LoopbackPort.HOST, port, SUPERUSER, password);
            EmbeddedPostgresServer server = new EmbeddedPostgresServer(guard, bin.resolve("pg_ctl"), data, address);
            try {
                address.createDatabase(DATABASE);
            } catch (PlatformException e) {
                server.close();
                throw e;
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    PostgresAddress address() {
        return address;
    }

    /** Stops the server and closes open connections; after {@link #STOP_TIMEOUT} it stops the server immediately. */
    @Override
    public void close() {
        try {
            guard.getOutputStream().close();
            if (!guard.waitFor(STOP_TIMEOUT.plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS)
                    || Files.exists(data.resolve("postmaster.pid"))) {
                guard.destroyForcibly();
                run(List.of(pgCtl.toString(), "stop", "-s", "-w", "-t", "2", "-m", "immediate", "-D", data.toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            guard.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private static void initialise(Path bin, Path folder, Path data, String password) throws IOException {
        // Created under another name and renamed: an interrupted initdb leaves no broken database.
        Path unfinished = folder.resolve("data-unfinished");
        FolderTree.delete(unfinished);
        Path passwordFile = Files.createTempFile(
                folder,
                "password",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(passwordFile, password);
            int exit = run(List.of(
                    bin.resolve("initdb").toString(),
                    "--pgdata=" + unfinished,
                    "--username=" + SUPERUSER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    // The password is random and stored with the data: stretching it would only cost 8,000 hashes for
                    // each new connection.
                    "--set=scram_iterations=1",
                    "--encoding=UTF8",
                    "--locale=C",
                    "--no-sync"));
            if (exit != 0) {
                throw new PlatformException("initdb failed: exit=" + exit + ", folder=" + folder);
            }
            Files.move(unfinished, data, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(passwordFile);
        }
    }

    private static void refuseOtherVersion(Path data) throws IOException {
        String version = Files.readString(data.resolve("PG_VERSION")).strip();
        if (!version.equals(PostgresBinaries.MAJOR_VERSION)) {
            throw new PlatformException("The data in " + data + " has the format of Postgres " + version
                    + ", this is Postgres " + PostgresBinaries.MAJOR_VERSION
                    + "; convert it with pg_upgrade or choose another data folder");
        }
    }

    /** Stops the server of a killed run. Its pid file may name another process that has the same number now. */
    private static void stopLeftover(Path pgCtl, Path data) throws IOException {
        Path pidFile = data.resolve("postmaster.pid");
        if (!Files.exists(pidFile)) {
            return;
        }
        List<String> lines = Files.readAllLines(pidFile);
        long pid = lines.isEmpty() ? 0 : Long.parseLong(lines.getFirst().strip());
        boolean alive =
                pid > 0 && ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        if (!alive) {
            return; // Postgres recognizes the file of a dead process
        }
        String command =
                ProcessHandle.of(pid).flatMap(handle -> handle.info().command()).orElse("");
        if (command.endsWith("postgres")) {
            int exit =
                    run(List.of(pgCtl.toString(), "stop", "-s", "-w", "-t", "30", "-m", "fast", "-D", data.toString()));
            if (exit != 0 && Files.exists(pidFile)) {
                throw new PlatformException(
                        "Postgres of an earlier run does not stop: process=" + pid + ", data=" + data);
            }
        } else {
            Files.deleteIfExists(pidFile);
        }
    }

    private static Process startGuarded(Path pgCtl, Path data, Path log, String settings) throws IOException {
        Process guard = process(List.of(
                        "/bin/sh",
                        "-c",
                        GUARD,
                        "postgres-guard",
                        pgCtl.toString(),
                        data.toString(),
                        log.toString(),
                        settings,
                        String.valueOf(START_TIMEOUT.toSeconds()),
                        String.valueOf(STOP_TIMEOUT.toSeconds())))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] answer = guard.getInputStream().readNBytes("ready\n".length());
        if (answer.length == 0) {
            throw new PlatformException("Postgres did not start; see " + log);
        }
        return guard;
    }

    private static String settings(int port, boolean durable) {
        List<String> settings = new ArrayList<>(List.of(
                "listen_addresses=" + LoopbackPort.HOST,
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=" + CONNECTIONS_MAX,
                "shared_buffers=64MB",
                "max_wal_size=512MB",
                // A recycled file of the write-ahead log would keep its content, such as a deleted key.
                "wal_recycle=off",
                "jit=off",
                "io_method=sync",
                "log_line_prefix=%m__"));
        if (!durable) {
            settings.addAll(List.of("fsync=off", "synchronous_commit=off", "full_page_writes=off"));
        }
        return "-c " + String.join(" -c ", settings);
    }

    private static int run(List<String> command) throws IOException {
        Process process = process(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(START_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new PlatformException(command.getFirst() + " did not finish within " + START_TIMEOUT);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        return process.exitValue();
    }

    /** Returns a process builder without variables such as PGTZ, which would configure the server. */
    private static ProcessBuilder process(List<String> command) {
        ProcessBuilder builder = new ProcessBuilder(asOrdinaryUser(command));
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        return builder;
    }

    private static List<String> asOrdinaryUser(List<String> command) {
        if (!"root".equals(System.getProperty("user.name"))) {
            return command;
        }
        if (!LinuxUtils.isUnshareAvailable()) {
            throw new PlatformException(
                    "Postgres does not run as root, and this system allows no user namespaces; start as another user");
        }
        List<String> wrapped = new ArrayList<>(List.of("unshare", "-U"));
        wrapped.addAll(command);
        return wrapped;
    }
}
