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
 * The users' wrapped keys in the Postgres table {@code protection.user_keys}: a deleted row is gone, which a Kafka
 * topic cannot guarantee.
 *
 * <p>Ciphers are cached for {@link #CACHE_RETENTION}, which is how long another process can still decrypt after a key
 * was deleted. Missing keys are cached for {@link #ABSENCE_RETENTION}, so that replaying an erased user's records does
 * not query for each. Keys are created before the user's id is published, so no lookup comes too early.
 */
public final class PostgresUserKeys implements UserKeys {

    /** A cipher has less than 2 KB, so a full cache has about 100 MB. */
    static final int CACHE_SIZE = 50_000;

    static final Duration CACHE_RETENTION = Duration.ofMinutes(10);

    static final Duration ABSENCE_RETENTION = Duration.ofSeconds(5);

    private static final int QUERY_TIMEOUT_SECONDS = 10;

    private static final String SCHEMA = "protection";
    private static final String SELECT = "SELECT wrapped_key FROM protection.user_keys WHERE user_id = ?";
    private static final String INSERT =
            "INSERT INTO protection.user_keys (user_id, wrapped_key) VALUES (?, ?) ON CONFLICT DO NOTHING";

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

    /** Opens the keys of a migrated database. Lookups block. */
    public static PostgresUserKeys open(DataSource dataSource, KeyEncryptionKey keyEncryptionKey) {
        return new PostgresUserKeys(dataSource, keyEncryptionKey, Ticker.systemTicker());
    }

    /**
     * @throws UserKeyException if the database fails, or the user's key was wrapped by another key-encryption key
     */
    @Override
    public UserCipher create(UUID userId) {
        Optional<UserCipher> cached = ciphers.getIfPresent(userId);
        if (cached != null && cached.isPresent()) {
            return cached.get();
        }
        // Of two concurrent calls one inserts, and both read its key.
        insert(userId);
        ciphers.invalidate(userId);
        return find(userId).orElseThrow(() -> new IllegalStateException("The key was deleted during its creation"));
    }

    /**
     * @throws UserKeyException if the database fails, or the user's key was wrapped by another key-encryption key
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
                    "ENCRYPTION_KEY does not unwrap a user's key; set the one with which the key was created", e);
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
            throw new UserKeyException("Database unavailable: storing a user's key failed", e);
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
            throw new UserKeyException("Database unavailable: reading a user's key failed", e);
        }
    }
}
