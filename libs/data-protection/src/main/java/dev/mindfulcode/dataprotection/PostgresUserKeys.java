package dev.mindfulcode.dataprotection;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import com.google.crypto.tink.Aead;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.jspecify.annotations.Nullable;

/**
 * The users' keys in the Postgres table {@code protection.user_keys}, wrapped. Not in Kafka: a log forgets late, if at
 * all, a row is gone when its deletion commits.
 *
 * <p>Ciphers are kept in memory for {@link #CACHE_RETENTION}, which is also how long another process can go on reading after
 * a key's row was deleted. That a user has no key is remembered for {@link #ABSENCE_RETENTION}, so that replaying the many
 * records of an erased user does not query for each. Keys are made before anybody knows the user's id, so nobody can
 * have asked too early.
 */
public final class PostgresUserKeys implements UserKeys {

    /** A cipher holds under 2 KB, so a full cache some 100 MB. */
    static final int CACHE_SIZE = 50_000;

    static final Duration CACHE_RETENTION = Duration.ofMinutes(10);

    static final Duration ABSENCE_RETENTION = Duration.ofSeconds(5);

    private static final int QUERY_TIMEOUT_SECONDS = 10;

    private static final String SCHEMA = "protection";
    private static final String SELECT = "select wrapped_key from protection.user_keys where user_id = ?";
    private static final String INSERT =
            "insert into protection.user_keys (user_id, wrapped_key) values (?, ?) on conflict do nothing";

    private final DataSource dataSource;
    private final KeyEncryptionKey keyEncryptionKey;
    private final Cache<UUID, Optional<UserCipher>> ciphers;

    PostgresUserKeys(DataSource dataSource, KeyEncryptionKey keyEncryptionKey, Ticker ticker) {
        this.dataSource = dataSource;
        this.keyEncryptionKey = keyEncryptionKey;
        this.ciphers = Caffeine.newBuilder()
                .maximumSize(CACHE_SIZE)
                .expireAfter(Expiry.creating((UUID userId, Optional<UserCipher> cipher) ->
                        cipher.isPresent() ? CACHE_RETENTION : ABSENCE_RETENTION))
                .ticker(ticker)
                .build();
    }

    /** Brings the schema {@code protection} up to date; several processes may do so at once. */
    public static void migrate(DataSource dataSource) {
        Flyway.configure(PostgresUserKeys.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .locations("classpath:dev/mindfulcode/dataprotection/migration")
                .load()
                .migrate();
    }

    /** Opens the keys of a migrated database. Lookups block: call them where that is allowed. */
    public static PostgresUserKeys open(DataSource dataSource, KeyEncryptionKey keyEncryptionKey) {
        return new PostgresUserKeys(dataSource, keyEncryptionKey, Ticker.systemTicker());
    }

    /**
     * @throws UserKeyException where the database fails, or the user's key was wrapped by another key-encryption key
     */
    @Override
    public UserCipher create(UUID userId) {
        Optional<UserCipher> cached = ciphers.getIfPresent(userId);
        if (cached != null && cached.isPresent()) {
            return cached.get();
        }
        // Of two that race one inserts, and both read what is then there.
        insert(userId);
        ciphers.invalidate(userId);
        return find(userId)
                .orElseThrow(() -> new IllegalStateException("the key was deleted while it was being created"));
    }

    /**
     * @throws UserKeyException where the database fails, or the user's key was wrapped by another key-encryption key
     */
    @Override
    public Optional<UserCipher> find(UUID userId) {
        return ciphers.get(userId, this::load);
    }

    @Override
    public String toString() {
        return "PostgresUserKeys";
    }

    private Optional<UserCipher> load(UUID userId) {
        byte[] wrappedKey = select(userId);
        return wrappedKey == null
                ? Optional.empty()
                : Optional.of(new TinkUserCipher(userId, unwrap(wrappedKey, userId)));
    }

    private Aead unwrap(byte[] wrappedKey, UUID userId) {
        byte[] userKey;
        try {
            userKey = keyEncryptionKey.unwrap(wrappedKey, userId);
        } catch (GeneralSecurityException e) {
            throw new UserKeyException(
                    "A user's key does not open with this ENCRYPTION_KEY: set the one with which this database was filled",
                    e);
        }
        try {
            return AesGcm.of(userKey);
        } finally {
            Arrays.fill(userKey, (byte) 0);
        }
    }

    private void insert(UUID userId) {
        byte[] userKey = AesGcm.randomKey();
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(INSERT)) {
            statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            statement.setObject(1, userId);
            statement.setBytes(2, keyEncryptionKey.wrap(userKey, userId));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new UserKeyException("The database did not take a user's key", e);
        } finally {
            Arrays.fill(userKey, (byte) 0);
        }
    }

    private byte @Nullable [] select(UUID userId) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            statement.setObject(1, userId);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getBytes(1) : null;
            }
        } catch (SQLException e) {
            throw new UserKeyException("The database did not answer for a user's key", e);
        }
    }
}
