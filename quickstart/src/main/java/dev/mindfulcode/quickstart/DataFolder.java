package dev.mindfulcode.quickstart;

import dev.mindfulcode.protection.PostgresUrl;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything one instance keeps between runs: data, secrets and logs. Only its owner can read it.
 *
 * <p>While an instance runs it holds a lock on the folder, and {@code running.properties} says where it answers, so that the other
 * commands find it.
 */
public final class DataFolder {

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final Path path;

    private DataFolder(Path path) {
        this.path = path;
    }

    /** Returns the folder at the given path, or where that is null {@code ~/.mindful-code}; creates nothing. */
    public static DataFolder at(@Nullable Path path) {
        Path chosen = path == null ? Path.of(System.getProperty("user.home"), ".mindful-code") : path;
        return new DataFolder(chosen.toAbsolutePath().normalize());
    }

    /** Returns the address of the instance that runs on this folder, such as {@code http://localhost:3001}. */
    public Optional<String> runningUrl() {
        if (!Files.exists(runningFile()) || !isInUse()) {
            return Optional.empty();
        }
        return Optional.ofNullable(read(runningFile()).getProperty("url"));
    }

    /** Returns where the log of the instance that runs on this folder is. */
    public Optional<Log> runningLog() {
        if (!Files.exists(runningFile()) || !isInUse()) {
            return Optional.empty();
        }
        Properties running = read(runningFile());
        String kafka = running.getProperty("kafka");
        String registry = running.getProperty("registry");
        return kafka == null || registry == null ? Optional.empty() : Optional.of(new Log(kafka, registry));
    }

    /** Returns the schema registry of the instance that runs on this folder. */
    public Optional<SchemaRegistry> schemaRegistry() {
        return runningLog().map(log -> new SchemaRegistry(log.registryUrl(), true));
    }

    /** Returns the database of the instance that runs on this folder. */
    public Optional<PostgresUrl> runningDatabase() {
        if (!Files.exists(runningFile()) || !isInUse()) {
            return Optional.empty();
        }
        String address = read(runningFile()).getProperty("database");
        if (address == null) {
            return Optional.empty();
        }
        return secrets()
                .map(secrets -> PostgresUrl.parse(address.replaceFirst("@", ":" + secrets.postgresPassword() + "@")));
    }

    /** The refusal of a command that needs the instance on this folder while there is none. */
    public RefusedException nothingRuns() {
        return new RefusedException(
                "Nothing runs on " + path() + ". Start it with ./mindful run, or name its data folder with --data.");
    }

    /** Where an instance's log is: both on loopback. */
    public record Log(String bootstrapServers, String registryUrl) {}

    /** Returns the secrets of this folder, or nothing before its first run. */
    public Optional<Secrets> secrets() {
        return Files.exists(secretsFile()) ? Optional.of(Secrets.readOrCreate(secretsFile())) : Optional.empty();
    }

    public Path path() {
        return path;
    }

    Path logs() {
        return path.resolve("logs");
    }

    Path streamState() {
        return path.resolve("flow-stream");
    }

    /** Where the ends of the log are stored while the system runs. */
    Path logEnds() {
        return path.resolve("log-ends");
    }

    Path secretsFile() {
        return path.resolve("secrets.properties");
    }

    Path settingsFile() {
        return path.resolve("settings.properties");
    }

    /** Creates what is missing, for its owner only. */
    void create() {
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, OWNER_ONLY);
            }
            Files.createDirectories(logs());
        } catch (IOException e) {
            throw new RefusedException("Cannot write to the data folder " + path + ": name another with --data", e);
        }
    }

    /**
     * Takes the folder for this process until the lock is closed or the process ends.
     *
     * @throws RefusedException where another instance has it
     */
    Lock lock() {
        try {
            FileChannel channel =
                    FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                String where = Files.exists(runningFile()) ? read(runningFile()).getProperty("url") : null;
                throw new RefusedException("Another instance already runs on " + path
                        + (where == null ? "" : ", at " + where)
                        + ". Stop it, or choose another folder with --data and another port with --port.");
            }
            return new Lock(channel);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isInUse() {
        try (FileChannel channel =
                FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                return true;
            }
            lock.release();
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // this very JVM holds it
        }
    }

    private Path runningFile() {
        return path.resolve("running.properties");
    }

    static Properties read(Path file) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** The hold on a data folder. */
    final class Lock implements AutoCloseable {

        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        /**
         * Tells other commands where this instance answers, and where its log and its database are.
         *
         * @param databaseUrl as DATABASE_URL; its password is not written down a second time
         */
        void announce(String url, Log log, String databaseUrl) {
            try {
                Path unfinished = runningFile().resolveSibling("running.properties.new");
                Files.writeString(
                        unfinished,
                        "url=" + url + "\nkafka=" + log.bootstrapServers() + "\nregistry=" + log.registryUrl()
                                + "\ndatabase=" + databaseUrl.replaceFirst(":[^:@/]*@", "@") + "\npid="
                                + ProcessHandle.current().pid() + "\n");
                Files.move(
                        unfinished, runningFile(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            try {
                Files.deleteIfExists(runningFile());
                channel.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
