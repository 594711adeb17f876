package dev.mindfulcode.identity;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.StandingConnection;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up credentials in the schema {@code identity}, on one thread and one connection. Lookups that arrive during a
 * query share the next one, so that a flood of invented credentials costs index probes only. The same thread polls
 * revocations; another ends live connections when they could not be polled for {@link #WATCH_LEASE}. Thread-safe.
 */
final class IdentityLookup implements AutoCloseable {

    static final Duration REVOCATIONS_INTERVAL = Duration.ofMillis(500);

    /** Credentials are accepted for this long after a poll of revocations began. */
    static final Duration LEASE = ErasedUsers.IN_FORCE_WITHIN.minusSeconds(1);

    /** Longer, so that connections outlast a short outage of the database. */
    static final Duration WATCH_LEASE = Revocations.WATCHES_END_WITHIN.minusSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(IdentityLookup.class);

    private static final Duration WATCH_CHECK_INTERVAL = Duration.ofMillis(250);
    private static final Duration SIGNING_KEYS_INTERVAL = Duration.ofSeconds(30);

    /** A revocation is found even if its transaction took this long from insert to commit. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration LAST_USE_PRECISION = Duration.ofMinutes(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final int PENDING_MAX = 5_000;
    private static final int BATCH_MAX = 500;
    private static final int QUERY_TIMEOUT_SECONDS = 5;

    /** Postgres: undefined_table and invalid_schema_name. The gateway creates the tables and may start later. */
    private static final List<String> MISSING_TABLE_STATES = List.of("42P01", "3F000");

    /** Skips rows that another service is updating, so that no lookup waits for a lock. */
    private static final String API_KEYS = """
        WITH used AS (
            UPDATE identity.api_keys SET last_used_at = statement_timestamp() WHERE key_id IN (
                SELECT key_id FROM identity.api_keys WHERE key_hash = ANY (?)
                AND (last_used_at IS NULL OR last_used_at < statement_timestamp() - interval '%d seconds')
                FOR UPDATE SKIP LOCKED))
        SELECT key_id, user_id, key_hash, scope FROM identity.api_keys WHERE key_hash = ANY (?)\
        """.formatted(LAST_USE_PRECISION.toSeconds());

    private static final String EXTERNAL = """
        SELECT wanted.place, user_id FROM unnest(?, ?) WITH ORDINALITY AS wanted (issuer, subject_index, place)
            JOIN identity.external_identities USING (issuer, subject_index)\
        """;

    private static final String SIGNING_KEYS = """
        SELECT public_jwk FROM (
            SELECT public_jwk, lead(created_at) OVER (ORDER BY created_at, kid) AS next_at
            FROM identity.signing_keys) keys
        WHERE next_at IS NULL OR next_at > statement_timestamp() - interval '%d seconds'\
        """.formatted(AccessTokenFormat.VALIDITY_MAX.toSeconds());

    private static final String REVOCATIONS =
            "SELECT grant_id, statement_timestamp() FROM identity.revocations WHERE recorded_at > ?"
                    + " UNION ALL SELECT NULL, statement_timestamp()";

    private final StandingConnection connection;
    private final Revocations revocations;
    private final @Nullable Consumer<PublishedKeys> signingKeys;
    private final Supplier<BlindIndex> subjects;
    private final BlockingQueue<Lookup> pending = new ArrayBlockingQueue<>(PENDING_MAX);
    private final LongSupplier nanoTime;
    private final Thread thread;
    private final Thread watchThread;
    private volatile boolean closed;

    /** When the latest successful poll of revocations began. */
    private volatile long polledNs;

    private OffsetDateTime revocationsSince;
    private long nextSigningKeysNs;
    private boolean failing;

    /**
     * @param signingKeys receives the keys at an interval; null if JWT_SECRET verifies tokens
     * @param subjects returns the index of OIDC subjects; called for each lookup of such users, and may block
     * @param nanoTime measures the age of what was polled
     */
    IdentityLookup(
            DataSource dataSource,
            Revocations revocations,
            @Nullable Consumer<PublishedKeys> signingKeys,
            Supplier<BlindIndex> subjects,
            LongSupplier nanoTime) {
        this.connection = new StandingConnection(dataSource, false);
        this.revocations = revocations;
        this.signingKeys = signingKeys;
        this.subjects = subjects;
        // Before all revocations.
        this.revocationsSince = OffsetDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        this.nextSigningKeysNs = System.nanoTime();
        this.nanoTime = nanoTime;
        this.polledNs = nanoTime.getAsLong() - LEASE.toNanos();
        this.watchThread = Thread.ofVirtual().name("identity-watches").unstarted(this::endWatchesWithoutPolls);
        this.thread = Thread.ofPlatform().name("identity-lookup").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
        watchThread.start();
    }

    /** Returns whether all revocations that were committed {@link #LEASE} ago are known. */
    boolean isCurrent() {
        return nanoTime.getAsLong() - polledNs < LEASE.toNanos();
    }

    /** Polls revocations; fails with a {@link CredentialException} if that is not possible now. */
    CompletableFuture<Void> pollNow() {
        return enqueue(new Poll(new CompletableFuture<>())).result();
    }

    private void endWatchesWithoutPolls() {
        long startedNs = nanoTime.getAsLong();
        try {
            while (!closed) {
                Thread.sleep(WATCH_CHECK_INTERVAL);
                long nowNs = nanoTime.getAsLong();
                if (nowNs - polledNs >= WATCH_LEASE.toNanos() && nowNs - startedNs >= WATCH_LEASE.toNanos()) {
                    revocations.endWatches();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Returns the key with a hash, and records its use. */
    CompletableFuture<Optional<ApiKey>> apiKey(CredentialHash hash) {
        return enqueue(new ApiKeyLookup(hash, new CompletableFuture<>())).result();
    }

    CompletableFuture<Optional<UUID>> external(String issuer, String subject) {
        return enqueue(new ExternalLookup(new External(issuer, subject), new CompletableFuture<>()))
                .result();
    }

    /** Returns the keys as they are at some time after the call. */
    CompletableFuture<PublishedKeys> signingKeys() {
        return enqueue(new SigningKeysLookup(new CompletableFuture<>())).result();
    }

    private <Q extends Lookup> Q enqueue(Q lookup) {
        if (closed || !pending.offer(lookup)) {
            lookup.result().completeExceptionally(CredentialException.unavailable());
        }
        return lookup;
    }

    private void run() {
        long nextPollNs = System.nanoTime();
        while (!closed) {
            try {
                List<Lookup> lookups = next(nextPollNs - System.nanoTime());
                if (!lookups.isEmpty()) {
                    process(lookups);
                }
                if (System.nanoTime() - nextPollNs >= 0) {
                    poll();
                    nextPollNs = System.nanoTime() + REVOCATIONS_INTERVAL.toNanos();
                }
            } catch (InterruptedException e) {
                break;
            }
        }
        connection.close();
        List<Lookup> left = new ArrayList<>();
        pending.drainTo(left);
        left.forEach(lookup -> lookup.result().completeExceptionally(CredentialException.unavailable()));
    }

    private List<Lookup> next(long waitNs) throws InterruptedException {
        List<Lookup> lookups = new ArrayList<>();
        Lookup first = pending.poll(Math.max(waitNs, 0), TimeUnit.NANOSECONDS);
        if (first != null) {
            lookups.add(first);
            pending.drainTo(lookups, BATCH_MAX - 1);
        }
        return lookups;
    }

    private void process(List<Lookup> lookups) {
        List<ApiKeyLookup> keys = new ArrayList<>();
        List<ExternalLookup> externals = new ArrayList<>();
        List<SigningKeysLookup> signing = new ArrayList<>();
        List<Poll> polls = new ArrayList<>();
        for (Lookup lookup : lookups) {
            switch (lookup) {
                case ApiKeyLookup key -> keys.add(key);
                case ExternalLookup external -> externals.add(external);
                case SigningKeysLookup those -> signing.add(those);
                case Poll poll -> polls.add(poll);
            }
        }
        if (!polls.isEmpty()) {
            poll();
            polls.forEach(this::complete);
        }
        if (!keys.isEmpty()) {
            process(keys, connected -> {
                Map<CredentialHash, ApiKey> found = apiKeys(connected, keys);
                return () ->
                        keys.forEach(lookup -> lookup.result().complete(Optional.ofNullable(found.get(lookup.hash()))));
            });
        }
        if (!externals.isEmpty()) {
            process(externals, connected -> {
                Map<External, UUID> found = externals(connected, externals);
                return () -> externals.forEach(
                        lookup -> lookup.result().complete(Optional.ofNullable(found.get(lookup.external()))));
            });
        }
        if (!signing.isEmpty()) {
            process(signing, connected -> {
                PublishedKeys found = signingKeys(connected);
                return () -> signing.forEach(lookup -> lookup.result().complete(found));
            });
        }
    }

    private void process(List<? extends Lookup> lookups, StandingConnection.Query<Runnable> query) {
        try {
            connection.run(query).run();
        } catch (SQLException | RuntimeException e) {
            log.warn("Credential lookup failed: credentials={}, error={}", lookups.size(), e.toString());
            lookups.forEach(lookup -> lookup.result().completeExceptionally(CredentialException.unavailable()));
        }
    }

    private void complete(Poll poll) {
        if (isCurrent()) {
            poll.result().complete(null);
        } else {
            poll.result().completeExceptionally(CredentialException.unavailable());
        }
    }

    private void poll() {
        long startedNs = nanoTime.getAsLong();
        try {
            var _ = connection.run(connected -> {
                pollRevocations(connected);
                return connected;
            });
            polledNs = startedNs;
            pollSigningKeys();
            failing = false;
        } catch (SQLException | RuntimeException e) {
            if (e instanceof SQLException sql && MISSING_TABLE_STATES.contains(sql.getSQLState())) {
                // Nothing was revoked yet.
                polledNs = startedNs;
            } else if (!failing) {
                failing = true;
                log.warn("Reading revocations failed; rejecting credentials soon: error={}", e.toString());
            }
        }
    }

    private void pollSigningKeys() throws SQLException {
        if (signingKeys != null && System.nanoTime() - nextSigningKeysNs >= 0) {
            signingKeys.accept(connection.run(IdentityLookup::signingKeys));
            nextSigningKeysNs = System.nanoTime() + SIGNING_KEYS_INTERVAL.toNanos();
        }
    }

    private void pollRevocations(Connection connected) throws SQLException {
        try (PreparedStatement statement = prepare(connected, REVOCATIONS)) {
            statement.setObject(1, revocationsSince);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    UUID grantId = row.getObject(1, UUID.class);
                    if (grantId != null) {
                        revocations.add(grantId);
                    }
                    revocationsSince = row.getObject(2, OffsetDateTime.class).minus(COMMIT_TIMEOUT);
                }
            }
        }
        revocations.removeExpired();
    }

    private static PublishedKeys signingKeys(Connection connected) throws SQLException {
        try (PreparedStatement statement = prepare(connected, SIGNING_KEYS);
                ResultSet row = statement.executeQuery()) {
            List<String> keys = new ArrayList<>();
            while (row.next()) {
                keys.add(row.getString(1));
            }
            return PublishedKeys.of(keys);
        }
    }

    private static Map<CredentialHash, ApiKey> apiKeys(Connection connected, List<ApiKeyLookup> lookups)
            throws SQLException {
        Array hashes = connected.createArrayOf(
                "bytea", lookups.stream().map(lookup -> lookup.hash().bytes()).toArray(byte[][]::new));
        try (PreparedStatement statement = prepare(connected, API_KEYS)) {
            statement.setArray(1, hashes);
            statement.setArray(2, hashes);
            try (ResultSet row = statement.executeQuery()) {
                Map<CredentialHash, ApiKey> found = new HashMap<>();
                while (row.next()) {
                    found.put(
                            CredentialHash.of(row.getBytes(3)),
                            new ApiKey(
                                    row.getObject(1, UUID.class),
                                    row.getObject(2, UUID.class),
                                    Scope.ofApiKey(row.getString(4))));
                }
                return found;
            }
        }
    }

    private Map<External, UUID> externals(Connection connected, List<ExternalLookup> lookups) throws SQLException {
        BlindIndex index = subjects.get();
        try (PreparedStatement statement = prepare(connected, EXTERNAL)) {
            statement.setArray(
                    1,
                    connected.createArrayOf(
                            "text",
                            lookups.stream()
                                    .map(lookup -> lookup.external().issuer())
                                    .toArray()));
            statement.setArray(
                    2,
                    connected.createArrayOf(
                            "bytea",
                            lookups.stream()
                                    .map(lookup -> index.of(lookup.external().subject()))
                                    .toArray(byte[][]::new)));
            try (ResultSet row = statement.executeQuery()) {
                Map<External, UUID> found = new HashMap<>();
                while (row.next()) {
                    found.put(lookups.get(row.getInt(1) - 1).external(), row.getObject(2, UUID.class));
                }
                return found;
            }
        }
    }

    private static PreparedStatement prepare(Connection connected, String sql) throws SQLException {
        PreparedStatement statement = connected.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }

    @Override
    public void close() {
        closed = true;
        watchThread.interrupt();
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    record ApiKey(UUID keyId, UUID userId, Scope scope) {}

    private record External(String issuer, String subject) {}

    private sealed interface Lookup {
        CompletableFuture<?> result();
    }

    private record ApiKeyLookup(CredentialHash hash, CompletableFuture<Optional<ApiKey>> result) implements Lookup {}

    private record ExternalLookup(External external, CompletableFuture<Optional<UUID>> result) implements Lookup {}

    private record SigningKeysLookup(CompletableFuture<PublishedKeys> result) implements Lookup {}

    private record Poll(CompletableFuture<Void> result) implements Lookup {}
}
