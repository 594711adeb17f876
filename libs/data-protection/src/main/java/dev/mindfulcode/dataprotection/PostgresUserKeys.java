package dev.mindfulcode.dataprotection;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.mindfulcode.dataprotection.UserKeyTable.StoredKey;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerArray;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The users' wrapped keys in the Postgres table {@code protection.user_keys}: a deleted row is gone, which a Kafka
 * topic cannot guarantee.
 *
 * <p>Ciphers are cached for {@link #CACHE_RETENTION}, and evicted within a second of a rotation or an erasure by any
 * process. While changes cannot be read the cache answers nothing, after {@link ErasedUsers#IN_FORCE_WITHIN}. Missing
 * keys are cached for {@link #ABSENCE_RETENTION}, so that replaying an erased user's records does not query for each.
 * Keys are created before the user's id is published, so no lookup comes too early.
 *
 * <p>A key added by a rotation decrypts at once and encrypts after {@link #ACTIVATION_DELAY}: by then no process has a
 * cipher without it, even one that could not read the change. So no record is read by a process without its key.
 */
public final class PostgresUserKeys implements UserKeys, AutoCloseable {

    /** A cipher has less than 2 KB, so a full cache has about 100 MB. */
    static final int CACHE_SIZE = 50_000;

    static final Duration CACHE_RETENTION = Duration.ofMinutes(1);

    static final Duration ABSENCE_RETENTION = Duration.ofSeconds(5);

    static final Duration ACTIVATION_DELAY = CACHE_RETENTION.multipliedBy(2);

    /** Rotations are rare; each further key makes a failed decryption slower. */
    static final int KEYS_PER_USER_MAX = 64;

    private static final int STRIPES = 1_024;
    private static final int LOAD_ATTEMPTS_MAX = 100;

    private static final String SCHEMA = "protection";

    private final DataSource dataSource;
    private final KeyEncryptionKey keyEncryptionKey;
    private final Cache<UUID, CachedCipher> ciphers;
    private final KeyChangePoll changes;

    /** Counts evictions by a hash of the user, so that a load notices one that it raced with. */
    private final AtomicIntegerArray evictions = new AtomicIntegerArray(STRIPES);

    PostgresUserKeys(DataSource dataSource, KeyEncryptionKey keyEncryptionKey, Ticker ticker) {
        this.dataSource = dataSource;
        this.keyEncryptionKey = keyEncryptionKey;
        this.ciphers = Caffeine.newBuilder()
                .maximumSize(CACHE_SIZE)
                .expireAfter(Expiry.writing((UUID userId, CachedCipher cached) ->
                        cached.cipher() == null ? ABSENCE_RETENTION : CACHE_RETENTION))
                .ticker(ticker)
                .build();
        this.changes = new KeyChangePoll(dataSource, this::evict, this::evictAll, ticker);
    }

    /** Migrates the schema {@code protection}; several processes may do so at once. */
    public static void migrate(DataSource dataSource) {
        Flyway.configure(PostgresUserKeys.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .locations("classpath:dev/mindfulcode/dataprotection/migration")
                .load()
                .migrate();
    }

    /** Opens the keys of a migrated database. Lookups block. Uses one connection at a time for polling changes. */
    public static PostgresUserKeys open(DataSource dataSource, KeyEncryptionKey keyEncryptionKey) {
        PostgresUserKeys keys = new PostgresUserKeys(dataSource, keyEncryptionKey, Ticker.systemTicker());
        keys.changes.start();
        return keys;
    }

    /**
     * @throws UserKeyException if the database fails, or the user's key was wrapped by another key-encryption key
     */
    @Override
    public UserCipher create(UUID userId) {
        Optional<UserCipher> known = find(userId);
        if (known.isPresent()) {
            return known.get();
        }
        byte[] wrappedKey = newWrappedKey(userId);
        inTransaction("storing a user's key", connection -> {
            UserKeyTable.insertFirst(connection, userId, wrappedKey);
            return true;
        });
        evict(userId);
        return find(userId).orElseThrow(() -> new ErasedUserException(userId));
    }

    /**
     * @throws UserKeyException if the database fails, or the user's key was wrapped by another key-encryption key
     */
    @Override
    public Optional<UserCipher> find(UUID userId) {
        CachedCipher cached = current(userId);
        if (cached == null) {
            return Optional.ofNullable(load(Set.of(userId)).get(userId));
        }
        return Optional.ofNullable(cached.cipher());
    }

    /**
     * Returns the cipher of each of the users that has a key; those that are not cached cost one query together.
     *
     * @throws UserKeyException if the database fails, or a key was wrapped by another key-encryption key
     */
    @Override
    public Map<UUID, UserCipher> findAll(Collection<UUID> userIds) {
        Map<UUID, UserCipher> found = new HashMap<>();
        Set<UUID> missing = new HashSet<>();
        for (UUID userId : userIds) {
            CachedCipher cached = current(userId);
            if (cached == null) {
                missing.add(userId);
            } else if (cached.cipher() != null) {
                found.put(userId, cached.cipher());
            }
        }
        if (!missing.isEmpty()) {
            found.putAll(load(missing));
        }
        return found;
    }

    @Override
    public Optional<UserCipher> cached(UUID userId) {
        CachedCipher cached = current(userId);
        return cached == null ? Optional.empty() : Optional.ofNullable(cached.cipher());
    }

    /**
     * Adds a key to a user, which encrypts after {@link #ACTIVATION_DELAY}; what was encrypted before stays readable.
     * Does nothing while an earlier new key is not active yet, so repeating a rotation is harmless.
     *
     * @return the number of the user's keys; 0 if the user has no key
     * @throws IllegalArgumentException if the user has {@link #KEYS_PER_USER_MAX} keys
     * @throws UserKeyException if the database fails
     */
    public int rotate(UUID userId) {
        byte[] wrappedKey = newWrappedKey(userId);
        return inTransaction("storing a user's new key", connection -> {
            UserKeyTable.lock(connection, userId);
            List<StoredKey> stored =
                    UserKeyTable.select(connection, Set.of(userId)).getOrDefault(userId, List.of());
            if (stored.isEmpty() || stored.size() > 1 && !isActive(stored.getFirst())) {
                return stored.size();
            }
            if (stored.size() == KEYS_PER_USER_MAX) {
                throw new IllegalArgumentException("The user has " + KEYS_PER_USER_MAX + " keys, the maximum");
            }
            UserKeyTable.insertNext(connection, userId, wrappedKey);
            return stored.size() + 1;
        });
    }

    /** Reads changes by other processes now. */
    void pollChanges() throws SQLException {
        changes.poll();
    }

    /** Stops evicting; ciphers expire. */
    @Override
    public void close() {
        changes.close();
    }

    @Override
    public String toString() {
        return "PostgresUserKeys";
    }

    private @Nullable CachedCipher current(UUID userId) {
        return changes.isCurrent() ? ciphers.getIfPresent(userId) : null;
    }

    private void evict(UUID userId) {
        evictions.incrementAndGet(stripe(userId));
        ciphers.invalidate(userId);
    }

    private void evictAll() {
        for (int i = 0; i < STRIPES; i++) {
            evictions.incrementAndGet(i);
        }
        ciphers.invalidateAll();
    }

    private static int stripe(UUID userId) {
        return (int) (userId.getLeastSignificantBits() & (STRIPES - 1));
    }

    /**
     * Loads ciphers into the cache. A row read before a change and stored after its eviction would stay for the whole
     * retention, so a load that raced with an eviction is repeated.
     */
    private Map<UUID, UserCipher> load(Set<UUID> userIds) {
        Map<UUID, UserCipher> found = new HashMap<>();
        Set<UUID> missing = userIds;
        for (int attempt = 0; !missing.isEmpty(); attempt++) {
            if (attempt == LOAD_ATTEMPTS_MAX) {
                throw new UserKeyException("Keys change faster than they can be read", null);
            }
            Map<UUID, Integer> evictionsBefore = new HashMap<>();
            missing.forEach(userId -> evictionsBefore.put(userId, evictions.get(stripe(userId))));
            Map<UUID, List<StoredKey>> stored = select(missing);
            Set<UUID> raced = new HashSet<>();
            for (UUID userId : missing) {
                CachedCipher loaded = cipher(userId, stored.getOrDefault(userId, List.of()));
                int before = evictionsBefore.getOrDefault(userId, 0);
                if (!store(userId, loaded, before)) {
                    raced.add(userId);
                } else if (loaded.cipher() != null) {
                    found.put(userId, loaded.cipher());
                }
            }
            missing = raced;
        }
        return found;
    }

    /** Stores a cipher unless an eviction came in between: evictions count first and then wait for this entry. */
    private boolean store(UUID userId, CachedCipher loaded, int evictionsBefore) {
        boolean[] isStored = new boolean[1];
        ciphers.asMap().compute(userId, (_, present) -> {
            isStored[0] = evictions.get(stripe(userId)) == evictionsBefore;
            return isStored[0] ? loaded : present;
        });
        return isStored[0];
    }

    private CachedCipher cipher(UUID userId, List<StoredKey> stored) {
        if (stored.isEmpty()) {
            return new CachedCipher(null);
        }
        List<DataKey> newestFirst = new ArrayList<>();
        DataKey encrypting = null;
        for (StoredKey key : stored) {
            DataKey dataKey = unwrap(key.wrappedKey(), userId);
            newestFirst.add(dataKey);
            if (encrypting == null && isActive(key)) {
                encrypting = dataKey;
            }
        }
        // The first key of a user is active from the start: nobody has a cipher without it.
        return new CachedCipher(
                new TinkUserCipher(userId, encrypting == null ? newestFirst.getLast() : encrypting, newestFirst));
    }

    private static boolean isActive(StoredKey key) {
        return key.ageSeconds() >= ACTIVATION_DELAY.toSeconds();
    }

    private DataKey unwrap(byte[] wrappedKey, UUID userId) {
        byte[] userKey;
        try {
            userKey = keyEncryptionKey.unwrap(wrappedKey, userId);
        } catch (GeneralSecurityException e) {
            throw new UserKeyException(
                    "ENCRYPTION_KEY does not unwrap a user's key; set the one with which the key was created", e);
        }
        try {
            return DataKey.of(userKey);
        } finally {
            Arrays.fill(userKey, (byte) 0);
        }
    }

    private byte[] newWrappedKey(UUID userId) {
        byte[] userKey = AesGcm.randomKey();
        try {
            return keyEncryptionKey.wrap(userKey, userId);
        } finally {
            Arrays.fill(userKey, (byte) 0);
        }
    }

    private Map<UUID, List<StoredKey>> select(Set<UUID> userIds) {
        try (Connection connection = dataSource.getConnection()) {
            return UserKeyTable.select(connection, userIds);
        } catch (SQLException e) {
            throw new UserKeyException("Database unavailable: reading a user's key failed", e);
        }
    }

    private <T> T inTransaction(String action, Work<T> work) {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            try {
                T result = work.run(connection);
                connection.commit();
                return result;
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw new UserKeyException("Database unavailable: " + action + " failed", e);
        }
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** A cipher or, as null, its absence. */
    private record CachedCipher(@Nullable UserCipher cipher) {}
}
