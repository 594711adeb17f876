package dev.mindfulcode.identity;

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
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the gateway's schema {@code identity} says of credentials, asked by one thread over one connection: questions
 * that came while a query ran share the next one, so that a flood of made-up credentials costs index probes and nothing
 * else. The same thread looks for revocations each {@link #REVOCATIONS_INTERVAL}. Thread-safe.
 */
final class IdentityLookup implements AutoCloseable {

    static final Duration REVOCATIONS_INTERVAL = Duration.ofMillis(500);

    private static final Logger log = LoggerFactory.getLogger(IdentityLookup.class);

    private static final Duration SIGNING_KEYS_INTERVAL = Duration.ofSeconds(30);

    /** A revocation is found though its transaction took so long from its insert to its commit. */
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);

    private static final Duration LAST_USE_PRECISION = Duration.ofMinutes(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final int PENDING_MAX = 5_000;
    private static final int BATCH_MAX = 500;
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final int NETWORK_TIMEOUT_MS = 8_000;

    /** Postgres: undefined_table and invalid_schema_name. The gateway makes the tables and may start later. */
    private static final List<String> MISSING_TABLE_STATES = List.of("42P01", "3F000");

    /** Skips rows that another service is just marking: whose mark it is does not matter, and nobody waits. */
    private static final String API_KEYS = """
        with used as (
            update identity.api_keys set last_used_at = statement_timestamp() where key_id in (
                select key_id from identity.api_keys where key_hash = any (?)
                and (last_used_at is null or last_used_at < statement_timestamp() - interval '%d seconds')
                for update skip locked))
        select key_id, user_id, key_hash from identity.api_keys where key_hash = any (?)\
        """.formatted(LAST_USE_PRECISION.toSeconds());

    private static final String EXTERNAL = """
        select issuer, subject, user_id from identity.external_identities
        where (issuer, subject) in (select * from unnest(?, ?))\
        """;

    private static final String SIGNING_KEYS = """
        select public_jwk from (
            select public_jwk, lead(created_at) over (order by created_at, kid) as next_at from identity.signing_keys) keys
        where next_at is null or next_at > statement_timestamp() - interval '%d seconds'\
        """.formatted(AccessTokenFormat.VALIDITY_MAX.toSeconds());

    private static final String REVOCATIONS =
            "select grant_id, statement_timestamp() from identity.revocations where recorded_at > ?"
                    + " union all select null, statement_timestamp()";

    private final DataSource dataSource;
    private final Revocations revocations;
    private final @Nullable Consumer<PublishedKeys> signingKeys;
    private final BlockingQueue<Lookup> pending = new ArrayBlockingQueue<>(PENDING_MAX);
    private final Thread thread;
    private volatile boolean closed;

    private @Nullable Connection connection;
    private OffsetDateTime revocationsSince;
    private long nextSigningKeysNs;
    private boolean failing;

    /** @param signingKeys is told the keys now and again; null where tokens are not verified by published keys */
    IdentityLookup(DataSource dataSource, Revocations revocations, @Nullable Consumer<PublishedKeys> signingKeys) {
        this.dataSource = dataSource;
        this.revocations = revocations;
        this.signingKeys = signingKeys;
        // The epoch of tables: all revocations that are still there count.
        this.revocationsSince = OffsetDateTime.of(2000, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        this.nextSigningKeysNs = System.nanoTime();
        this.thread = Thread.ofPlatform().name("access-tables").daemon().unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Whose key it is; noted as used. */
    CompletableFuture<Optional<ApiKey>> apiKey(CredentialHash hash) {
        return enqueue(new ApiKeyLookup(hash, new CompletableFuture<>())).result();
    }

    CompletableFuture<Optional<UUID>> external(String issuer, String subject) {
        return enqueue(new ExternalLookup(new External(issuer, subject), new CompletableFuture<>()))
                .result();
    }

    /** The keys as they are at some time after the question. */
    CompletableFuture<PublishedKeys> signingKeys() {
        return enqueue(new SigningKeysLookup(new CompletableFuture<>())).result();
    }

    private <Q extends Lookup> Q enqueue(Q question) {
        if (closed || !pending.offer(question)) {
            question.result().completeExceptionally(CredentialException.unavailable());
        }
        return question;
    }

    private void run() {
        long nextPollNs = System.nanoTime();
        while (!closed) {
            try {
                List<Lookup> questions = next(nextPollNs - System.nanoTime());
                if (!questions.isEmpty()) {
                    process(questions);
                }
                if (System.nanoTime() - nextPollNs >= 0) {
                    poll();
                    nextPollNs = System.nanoTime() + REVOCATIONS_INTERVAL.toNanos();
                }
            } catch (InterruptedException e) {
                break;
            }
        }
        disconnect();
        List<Lookup> left = new ArrayList<>();
        pending.drainTo(left);
        left.forEach(question -> question.result().completeExceptionally(CredentialException.unavailable()));
    }

    private List<Lookup> next(long waitNs) throws InterruptedException {
        List<Lookup> questions = new ArrayList<>();
        Lookup first = pending.poll(Math.max(waitNs, 0), TimeUnit.NANOSECONDS);
        if (first != null) {
            questions.add(first);
            pending.drainTo(questions, BATCH_MAX - 1);
        }
        return questions;
    }

    private void process(List<Lookup> questions) {
        List<ApiKeyLookup> keys = new ArrayList<>();
        List<ExternalLookup> externals = new ArrayList<>();
        List<SigningKeysLookup> signing = new ArrayList<>();
        for (Lookup question : questions) {
            switch (question) {
                case ApiKeyLookup key -> keys.add(key);
                case ExternalLookup external -> externals.add(external);
                case SigningKeysLookup those -> signing.add(those);
            }
        }
        if (!keys.isEmpty()) {
            process(keys, connected -> {
                Map<CredentialHash, ApiKey> found = apiKeys(connected, keys);
                return () ->
                        keys.forEach(asked -> asked.result().complete(Optional.ofNullable(found.get(asked.hash()))));
            });
        }
        if (!externals.isEmpty()) {
            process(externals, connected -> {
                Map<External, UUID> found = externals(connected, externals);
                return () -> externals.forEach(
                        asked -> asked.result().complete(Optional.ofNullable(found.get(asked.external()))));
            });
        }
        if (!signing.isEmpty()) {
            process(signing, connected -> {
                PublishedKeys found = signingKeys(connected);
                return () -> signing.forEach(asked -> asked.result().complete(found));
            });
        }
    }

    private void process(List<? extends Lookup> questions, Query query) {
        try {
            runQuery(query).run();
        } catch (SQLException | RuntimeException e) {
            log.warn("{} credentials could not be looked up: {}", questions.size(), e.toString());
            questions.forEach(question -> question.result().completeExceptionally(CredentialException.unavailable()));
        }
    }

    private void poll() {
        try {
            runQuery(connected -> {
                        pollRevocations(connected);
                        if (signingKeys != null && System.nanoTime() - nextSigningKeysNs >= 0) {
                            signingKeys.accept(signingKeys(connected));
                            nextSigningKeysNs = System.nanoTime() + SIGNING_KEYS_INTERVAL.toNanos();
                        }
                        return () -> failing = false;
                    })
                    .run();
        } catch (SQLException | RuntimeException e) {
            boolean early = e instanceof SQLException sql && MISSING_TABLE_STATES.contains(sql.getSQLState());
            if (!failing && !early) {
                failing = true;
                log.warn(
                        "Revocations cannot be read; what was revoked meanwhile is believed until it can be: {}",
                        e.toString());
            }
        }
    }

    /** Asks, and once more over a new connection: one that lay unused may have been closed at the other end. */
    private Runnable runQuery(Query query) throws SQLException {
        boolean isOld = connection != null;
        try {
            return query.run(connect());
        } catch (SQLException e) {
            disconnect();
            if (!isOld) {
                throw e;
            }
            return query.run(connect());
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

    private static Map<CredentialHash, ApiKey> apiKeys(Connection connected, List<ApiKeyLookup> questions)
            throws SQLException {
        Array hashes = connected.createArrayOf(
                "bytea", questions.stream().map(asked -> asked.hash().bytes()).toArray(byte[][]::new));
        try (PreparedStatement statement = prepare(connected, API_KEYS)) {
            statement.setArray(1, hashes);
            statement.setArray(2, hashes);
            try (ResultSet row = statement.executeQuery()) {
                Map<CredentialHash, ApiKey> found = new HashMap<>();
                while (row.next()) {
                    found.put(
                            CredentialHash.of(row.getBytes(3)),
                            new ApiKey(row.getObject(1, UUID.class), row.getObject(2, UUID.class)));
                }
                return found;
            }
        }
    }

    private static Map<External, UUID> externals(Connection connected, List<ExternalLookup> questions)
            throws SQLException {
        try (PreparedStatement statement = prepare(connected, EXTERNAL)) {
            statement.setArray(
                    1,
                    connected.createArrayOf(
                            "text",
                            questions.stream()
                                    .map(asked -> asked.external().issuer())
                                    .toArray()));
            statement.setArray(
                    2,
                    connected.createArrayOf(
                            "text",
                            questions.stream()
                                    .map(asked -> asked.external().subject())
                                    .toArray()));
            try (ResultSet row = statement.executeQuery()) {
                Map<External, UUID> found = new HashMap<>();
                while (row.next()) {
                    found.put(new External(row.getString(1), row.getString(2)), row.getObject(3, UUID.class));
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

    private Connection connect() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = dataSource.getConnection();
            open.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MS);
            connection = open;
        }
        return open;
    }

    private void disconnect() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                log.debug("closing a connection failed: {}", e.getSQLState());
            }
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

    record ApiKey(UUID keyId, UUID userId) {}

    private record External(String issuer, String subject) {}

    private sealed interface Lookup {
        CompletableFuture<?> result();
    }

    private record ApiKeyLookup(CredentialHash hash, CompletableFuture<Optional<ApiKey>> result) implements Lookup {}

    private record ExternalLookup(External external, CompletableFuture<Optional<UUID>> result) implements Lookup {}

    private record SigningKeysLookup(CompletableFuture<PublishedKeys> result) implements Lookup {}

    /** Returns what to do when it has succeeded. */
    private interface Query {
        Runnable run(Connection connected) throws SQLException;
    }
}
