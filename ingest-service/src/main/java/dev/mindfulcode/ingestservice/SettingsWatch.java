package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.StandingConnection;
import dev.mindfulcode.schemas.CollectionLevel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls which users changed what they let the product collect, so that caches can drop what they know of them. Caches
 * may answer only while {@link #isCurrent}: the last poll is then recent enough that no change could have been in force
 * before it. Without the database, they stop. Thread-safe.
 */
final class SettingsWatch implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(200);

    /** A cache answers for this long after a poll began. The rest of the time is for the batch to reach Kafka. */
    static final Duration LEASE = CollectionLevel.IN_FORCE_WITHIN.minusMillis(200);

    /** A change is found even if its transaction took this long from the update to its commit. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final int QUERY_TIMEOUT_SECONDS = 5;

    /** Postgres: undefined_table and invalid_schema_name. The gateway creates the tables and may start later. */
    private static final List<String> MISSING_TABLE_STATES = List.of("42P01", "3F000");

    private static final String CHANGES = """
            SELECT user_id, changed_at FROM gateway.privacy_settings
            WHERE changed_at > statement_timestamp() - interval '%d seconds'""".formatted(COMMIT_TIMEOUT.toSeconds());

    private static final Logger log = LoggerFactory.getLogger(SettingsWatch.class);

    private final StandingConnection connection;
    private final Consumer<Set<UUID>> changed;
    private final Runnable missedChanges;
    private final Thread thread;
    private volatile boolean closed;
    private volatile long polledNs;

    private Map<UUID, OffsetDateTime> known = Map.of();
    private boolean failing;

    /**
     * @param changed receives the users with new changes
     * @param missedChanges runs when changes may have been missed, as after an outage of the database
     */
    SettingsWatch(DataSource dataSource, Consumer<Set<UUID>> changed, Runnable missedChanges) {
        this.connection = new StandingConnection(dataSource, true);
        this.changed = changed;
        this.missedChanges = missedChanges;
        this.polledNs = System.nanoTime() - LEASE.toNanos();
        this.thread = Thread.ofPlatform().name("ingest-settings").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    boolean isCurrent() {
        return isCurrent(polledNs);
    }

    /** Returns whether what was read from the database at a time of {@link System#nanoTime} may be used. */
    static boolean isCurrent(long readNs) {
        return System.nanoTime() - readNs < LEASE.toNanos();
    }

    private void run() {
        while (!closed) {
            try {
                poll();
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                break;
            }
        }
        connection.close();
    }

    private void poll() {
        long startedNs = System.nanoTime();
        Map<UUID, OffsetDateTime> changes;
        try {
            changes = connection.run(SettingsWatch::changes);
        } catch (SQLException | RuntimeException e) {
            boolean early = e instanceof SQLException sql && MISSING_TABLE_STATES.contains(sql.getSQLState());
            if (!failing && !early) {
                failing = true;
                log.warn("Database unavailable; sessions are looked up for each batch: error={}", e.toString());
            }
            return;
        }
        if (startedNs - polledNs > COMMIT_TIMEOUT.toNanos() / 2) {
            missedChanges.run();
        }
        Map<UUID, OffsetDateTime> fresh = new HashMap<>(changes);
        fresh.entrySet().removeIf(change -> change.getValue().equals(known.get(change.getKey())));
        if (!fresh.isEmpty()) {
            changed.accept(fresh.keySet());
        }
        known = changes;
        failing = false;
        polledNs = startedNs;
    }

    private static Map<UUID, OffsetDateTime> changes(Connection connected) throws SQLException {
        try (PreparedStatement select = connected.prepareStatement(CHANGES)) {
            select.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            Map<UUID, OffsetDateTime> changes = new HashMap<>();
            try (ResultSet row = select.executeQuery()) {
                while (row.next()) {
                    changes.put(row.getObject(1, UUID.class), row.getObject(2, OffsetDateTime.class));
                }
            }
            return changes;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
