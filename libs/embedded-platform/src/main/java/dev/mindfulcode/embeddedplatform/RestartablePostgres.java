package dev.mindfulcode.embeddedplatform;

import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A Postgres server for tests of its failure: it can be stopped, and started on the same address. Not thread-safe. */
public final class RestartablePostgres implements AutoCloseable {

    private final String password = UUID.randomUUID().toString();
    private final int port = LoopbackPort.orFree(0);
    private @Nullable EmbeddedPostgresServer server;

    /** Returns the URL of a database that each start finds or creates. */
    public String databaseUrl() {
        return new PostgresAddress(LoopbackPort.HOST, port, EmbeddedPostgresServer.SUPERUSER, password)
                .url(EmbeddedPostgresServer.DATABASE);
    }

    /** Starts the server on the data in a folder, empty at first. */
    public void start(Path folder) {
        server = EmbeddedPostgresServer.start(
                folder,
                folder.resolve("postgres.log"),
                ProgramFolder.runtimeOr(folder.resolve("runtime")),
                port,
                password,
                false);
    }

    /** Stops the server and closes open connections. */
    public void stop() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    @Override
    public void close() {
        stop();
    }
}
