package dev.mindfulcode.dataprotection;

import com.github.benmanes.caffeine.cache.Ticker;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls {@code key_changes} and reports each change once.
 *
 * <p>A change becomes visible when its transaction commits, which may be after later changes have been read. So a poll
 * reads all changes by transactions that had not ended when the poll before took its snapshot, and skips those that it
 * had found.
 */
final class KeyChangePoll implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofMillis(250);

    /** Caches answer for this long after a poll began. The rest of the time is for work that has just got a cipher. */
    static final Duration LEASE = ErasedUsers.IN_FORCE_WITHIN.minusSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(KeyChangePoll.class);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);

    private static final String SELECT = """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint, change_id, user_id
            FROM (SELECT) one LEFT JOIN protection.key_changes ON changed_by >= ?::text::xid8""";

    private final DataSource dataSource;
    private final Consumer<UUID> changed;
    private final Runnable unknownChanges;
    private final Ticker ticker;
    private final Thread thread;

    /** When the latest successful poll began. */
    private volatile long polledNs;

    /** Transactions from this one on had not ended at the latest poll. */
    private long openSince;

    private Set<Long> found = new HashSet<>();
    private boolean failing;

    /**
     * @param changed receives the user of each change
     * @param unknownChanges runs when changes may have been missed
     */
    KeyChangePoll(DataSource dataSource, Consumer<UUID> changed, Runnable unknownChanges, Ticker ticker) {
        this.dataSource = dataSource;
        this.changed = changed;
        this.unknownChanges = unknownChanges;
        this.ticker = ticker;
        // Nothing is cached yet.
        this.polledNs = ticker.read();
        this.thread = Thread.ofVirtual().name("key-changes").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Returns whether every change that was committed {@link #LEASE} ago has been reported. */
    boolean isCurrent() {
        return ticker.read() - polledNs < LEASE.toNanos();
    }

    private void run() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                poll();
                failing = false;
            } catch (SQLException | RuntimeException e) {
                if (!failing && !Thread.currentThread().isInterrupted()) {
                    log.warn("Reading key changes failed; keys are read from the database: error={}", e.toString());
                }
                failing = true;
            }
            try {
                Thread.sleep(INTERVAL);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    void poll() throws SQLException {
        long startedNs = ticker.read();
        Set<Long> read = new HashSet<>();
        Set<UUID> users = new HashSet<>();
        long open = openSince;
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = UserKeyTable.prepare(connection, SELECT)) {
            statement.setString(1, Long.toString(openSince));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    open = row.getLong(1);
                    @Nullable UUID userId = row.getObject(3, UUID.class);
                    if (userId != null) {
                        long changeId = row.getLong(2);
                        read.add(changeId);
                        if (!found.contains(changeId)) {
                            users.add(userId);
                        }
                    }
                }
            }
        }
        if (open < openSince) {
            // Another server, whose transactions are numbered otherwise, such as after a failover.
            unknownChanges.run();
        }
        users.forEach(changed);
        openSince = open;
        found = read;
        polledNs = startedNs;
    }

    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
