package dev.mindfulcode.cli;

import com.sun.security.auth.module.UnixSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that holds everything one instance keeps between runs: data, secrets and logs. Only its owner can read it.
 *
 * <p>While an instance runs it holds a lock on the folder, and {@code running.properties} says where it answers, so
 * that the other commands find it.
 */
public final class DataFolder {

    /** The version of what the folder holds: database schemas, topics, state stores. */
    private static final String FORMAT = "3";

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

    /** Returns the URL of the instance that runs on this folder, such as {@code http://localhost:3001}. */
    public Optional<String> runningUrl() {
        return running("url");
    }

    /** Returns the Kafka bootstrap servers of the instance that runs on this folder. */
    public Optional<String> runningKafka() {
        return running("kafka");
    }

    /** Returns DATABASE_URL of the instance that runs on this folder. */
    public Optional<String> runningDatabaseUrl() {
        return running("database")
                .flatMap(url ->
                        secrets().map(secrets -> url.replaceFirst("@", ":" + secrets.postgresPassword() + "@")));
    }

    private Optional<String> running(String property) {
        return Files.exists(runningFile()) && isInUse()
                ? Optional.ofNullable(read(runningFile()).getProperty(property))
                : Optional.empty();
    }

    /** Returns the error of a command that needs a running instance. */
    public UserErrorException notRunning() {
        return new UserErrorException("Nothing runs on " + path
                + ". Start it with ./mindful run, name its data folder with --data, or a system with --url.");
    }

    /** Returns the secrets of this folder, or nothing before its first run. */
    public Optional<Secrets> secrets() {
        return Files.exists(secretsFile()) ? Optional.of(Secrets.readOrCreate(secretsFile())) : Optional.empty();
    }

    public Path path() {
        return path;
    }

    public Path logs() {
        return path.resolve("logs");
    }

    public Path streamState() {
        return path.resolve("flow-stream");
    }

    /** Returns the file of the log's end offsets while the system runs. */
    public Path logEnds() {
        return path.resolve("log-ends");
    }

    public Path secretsFile() {
        return path.resolve("secrets.properties");
    }

    public Path settingsFile() {
        return path.resolve("settings.properties");
    }

    /**
     * Creates what is missing, for its owner only.
     *
     * @throws UserErrorException where this user cannot use the folder, with what to do
     */
    public void create() {
        try {
            if (!Files.exists(path)) {
                Files.createDirectories(path);
                Files.setPosixFilePermissions(path, OWNER_ONLY);
            }
            if (!Files.isDirectory(path)) {
                throw new UserErrorException("The data folder " + path + " is a file. Choose another with --data DIR.");
            }
            if (!isMine(path)) {
                throw foreign(path);
            }
            refuseUnwritable();
            refuseOtherFormat();
            Files.createDirectories(logs());
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private void refuseUnwritable() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            List<Path> unwritable = Stream.concat(Stream.of(path), files)
                    .filter(file -> !Files.isWritable(file))
                    .toList();
            if (!unwritable.isEmpty()) {
                Path first = unwritable.getFirst();
                throw isMine(first) ? unusable(new AccessDeniedException(first.toString())) : foreign(first);
            }
        }
    }

    /** Writes the format into a new folder; refuses one with data of another format. */
    private void refuseOtherFormat() throws IOException {
        Path file = path.resolve("format");
        if (!Files.exists(file) && !Files.exists(secretsFile())) {
            Files.writeString(file, FORMAT + "\n");
        }
        String found = Files.exists(file) ? Files.readString(file).strip() : "unknown";
        if (!found.equals(FORMAT)) {
            throw new UserErrorException("Cannot use the data folder " + path + ": its format is " + found
                    + ", this version reads format " + FORMAT
                    + ". Data of unreleased builds cannot be upgraded. Remove the"
                    + " folder, move it away (mv '" + path + "' '" + path
                    + ".old'), or choose another with --data DIR.");
        }
    }

    private UserErrorException foreign(Path file) throws IOException {
        return new UserErrorException("Cannot use the data folder " + path + ": " + (file.equals(path) ? "it" : file)
                + " belongs to " + owner(file) + ", and you are " + me() + ". Run as " + owner(file)
                + ", choose another folder with --data DIR, or make it yours: sudo chown -R " + me() + " '" + path
                + "'");
    }

    private UserErrorException unusable(IOException cause) {
        String reason = cause instanceof AccessDeniedException denied
                ? denied.getFile() + " is not writable"
                : cause.getClass().getSimpleName() + ": " + cause.getMessage();
        return new UserErrorException(
                "Cannot write to the data folder " + path + ": " + reason
                        + ". Choose another with --data DIR, or make it" + " writable: chmod -R u+rwX '" + path + "'",
                cause);
    }

    private static String owner(Path file) throws IOException {
        return Files.getOwner(file).getName();
    }

    /** By number: not every user has a name, in containers above all. */
    private static boolean isMine(Path file) throws IOException {
        return ((Number) Files.getAttribute(file, "unix:uid")).longValue() == new UnixSystem().getUid();
    }

    private static String me() {
        return System.getProperty("user.name");
    }

    /** @throws UserErrorException where an instance runs on this folder; writes nothing */
    public void refuseWhereRunning() {
        Optional<String> url = runningUrl();
        if (url.isPresent()) {
            throw inUse(url.get());
        }
    }

    private UserErrorException inUse(@Nullable String url) {
        return new UserErrorException("Another instance already runs on " + path + (url == null ? "" : ", at " + url)
                + ". Stop it, or choose another folder with --data and another port with --port.");
    }

    /**
     * Locks the folder for this process until the lock is closed or the process ends.
     *
     * @throws UserErrorException where another instance has it
     */
    public Lock lock() {
        try {
            FileChannel channel = openLock();
            FileLock lock = tryLock(channel);
            if (lock == null) {
                channel.close();
                throw inUse(Files.exists(runningFile()) ? read(runningFile()).getProperty("url") : null);
            }
            return new Lock(channel);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private boolean isInUse() {
        try (FileChannel channel = openLock()) {
            FileLock lock = tryLock(channel);
            if (lock == null) {
                return true;
            }
            lock.release();
            return false;
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private FileChannel openLock() throws IOException {
        return FileChannel.open(path.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
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

    public static Properties read(Path file) {
        Properties properties = new Properties();
        try (var reader = Files.newBufferedReader(file)) {
            properties.load(reader);
        } catch (AccessDeniedException e) {
            throw new UserErrorException(
                    "Cannot read " + file + ": it is another user's. Choose another data folder with --data DIR.", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties;
    }

    /** The hold on a data folder. */
    public final class Lock implements AutoCloseable {

        private final FileChannel channel;

        private Lock(FileChannel channel) {
            this.channel = channel;
        }

        /**
         * Publishes the addresses of this instance to other commands.
         *
         * @param databaseUrl as DATABASE_URL; its password is not written
         */
        public void announce(String url, String bootstrapServers, String databaseUrl) {
            try {
                Path unfinished = runningFile().resolveSibling("running.properties.new");
                Files.writeString(
                        unfinished,
                        "url=" + url + "\nkafka=" + bootstrapServers + "\ndatabase="
                                + databaseUrl.replaceFirst(":[^:@/]*@", "@") + "\npid="
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
