package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

final class PostgresUserKeysTest {

    private static final byte[] PLAINTEXT = {1, 2, 3};
    private static final String SECRET = Base64.getEncoder().encodeToString(AesGcm.randomKey());
    private static final KeyEncryptionKey KEK = KeyEncryptionKey.parse(SECRET);

    @SuppressWarnings("NullAway.Init")
    private static DataSource database;

    private final AtomicLong nowNs = new AtomicLong();
    private final Ticker ticker = nowNs::get;
    private final UUID user = UUID.randomUUID();

    @BeforeAll
    static void migrate() {
        database = PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
        PostgresUserKeys.migrate(database);
    }

    @Test
    void findsNoKeyOfUnknownUsers() {
        assertThat(keys().find(user)).isEmpty();
    }

    @Test
    void decryptsCiphertextOfAnotherProcess() throws Exception {
        byte[] ciphertext = keys().create(user).encrypt(PLAINTEXT, "keystrokes", 1);

        UserCipher elsewhere = keys().find(user).orElseThrow();
        assertThat(elsewhere.userId()).isEqualTo(user);
        assertThat(elsewhere.decrypt(ciphertext, "keystrokes", 1)).isEqualTo(PLAINTEXT);
    }

    @Test
    void keepsTheKeyWhenCreatedAgain() throws Exception {
        byte[] ciphertext = keys().create(user).encrypt(PLAINTEXT, "keystrokes", 1);

        assertThat(keys().create(user).decrypt(ciphertext, "keystrokes", 1)).isEqualTo(PLAINTEXT);
    }

    @Test
    void findsKeyRightAfterCreation() {
        UserKeys keys = keys();
        assertThat(keys.find(user)).isEmpty();

        keys.create(user);

        assertThat(keys.find(user)).isPresent();
    }

    @Test
    void createsOneKeyUnderConcurrency() throws Exception {
        int racers = 8;
        CyclicBarrier start = new CyclicBarrier(racers);
        List<UserCipher> ciphers = new ArrayList<>();
        try (ExecutorService services = Executors.newFixedThreadPool(racers)) {
            List<Future<UserCipher>> creations = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                PostgresUserKeys keys = keys();
                creations.add(services.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return keys.create(user);
                }));
            }
            for (Future<UserCipher> creation : creations) {
                ciphers.add(creation.get(30, TimeUnit.SECONDS));
            }
        }

        byte[] ciphertext = ciphers.getFirst().encrypt(PLAINTEXT, "keystrokes", 1);
        for (UserCipher cipher : ciphers) {
            assertThat(cipher.decrypt(ciphertext, "keystrokes", 1)).isEqualTo(PLAINTEXT);
        }
    }

    @Test
    void losesDeletedKeyWhenTheCacheExpires() throws SQLException {
        PostgresUserKeys keys = keys();
        keys.create(user);
        execute("DELETE FROM protection.user_keys WHERE user_id = '" + user + "'");

        assertThat(keys.find(user)).as("from memory").isPresent();
        nowNs.addAndGet(PostgresUserKeys.CACHE_RETENTION.toNanos());
        assertThat(keys.find(user)).isEmpty();
        assertThat(keys().find(user)).isEmpty();
    }

    @Test
    void queriesMissingKeysAgainAfterSeconds() {
        PostgresUserKeys keys = keys();
        assertThat(keys.find(user)).isEmpty();
        keys().create(user);

        assertThat(PostgresUserKeys.ABSENCE_RETENTION).isLessThanOrEqualTo(Duration.ofSeconds(5));
        nowNs.addAndGet(PostgresUserKeys.ABSENCE_RETENTION.toNanos());
        assertThat(keys.find(user)).isPresent();
    }

    @Test
    void servesCachedKeysDuringAnOutage() throws Exception {
        DataSource own =
                PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
        PostgresUserKeys.migrate(own);
        PostgresUserKeys keys = new PostgresUserKeys(own, KEK, ticker);
        keys.create(user);
        try (Connection connection = own.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE protection.user_keys");
        }

        assertThat(keys.find(user)).isPresent();
        nowNs.addAndGet(PostgresUserKeys.CACHE_RETENTION.toNanos());
        assertThatThrownBy(() -> keys.find(user)).isInstanceOf(UserKeyException.class);
    }

    @Test
    void reportsWrongKeyEncryptionKeyWithoutSecrets() {
        keys().create(user);
        String other = Base64.getEncoder().encodeToString(AesGcm.randomKey());
        PostgresUserKeys keys = new PostgresUserKeys(database, KeyEncryptionKey.parse(other), ticker);

        assertThatThrownBy(() -> keys.find(user))
                .isInstanceOf(UserKeyException.class)
                .hasMessageContaining("ENCRYPTION_KEY")
                .satisfies(thrown -> assertThat(traceOf(thrown)).doesNotContain(SECRET, other));
    }

    @Test
    void doesNotUnwrapKeyMovedToAnotherUser() throws SQLException {
        UUID thief = UUID.randomUUID();
        keys().create(user);
        keys().create(thief);
        execute("UPDATE protection.user_keys SET wrapped_key ="
                + " (SELECT wrapped_key FROM protection.user_keys WHERE user_id = '"
                + user + "') WHERE user_id = '" + thief + "'");

        assertThatThrownBy(() -> keys().find(thief)).isInstanceOf(UserKeyException.class);
    }

    @Test
    void storesNoKeyInClear() throws Exception {
        UserCipher cipher = keys().create(user);
        byte[] stored = stored();

        assertThat(stored).hasSize(AesGcm.KEY_SIZE_BYTES + AesGcm.OVERHEAD_BYTES);
        byte[] ciphertext = cipher.encrypt(PLAINTEXT, "keystrokes", 1);
        for (int offset = 0; offset + AesGcm.KEY_SIZE_BYTES <= stored.length; offset++) {
            byte[] candidate = java.util.Arrays.copyOfRange(stored, offset, offset + AesGcm.KEY_SIZE_BYTES);
            UserCipher guess = new TinkUserCipher(user, AesGcm.of(candidate));
            assertThatThrownBy(() -> guess.decrypt(ciphertext, "keystrokes", 1))
                    .isInstanceOf(java.security.GeneralSecurityException.class);
        }
        assertThat(cipher + keys().toString() + KEK)
                .doesNotContain(HexFormat.of().formatHex(stored))
                .doesNotContain(SECRET);
    }

    @Test
    void migratesConcurrentlyAndRepeatedly() throws Exception {
        DataSource fresh =
                PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
        try (ExecutorService services = Executors.newFixedThreadPool(4)) {
            List<Future<?>> migrations = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                migrations.add(services.submit(() -> PostgresUserKeys.migrate(fresh)));
            }
            for (Future<?> migration : migrations) {
                migration.get(60, TimeUnit.SECONDS);
            }
        }

        assertThat(PostgresUserKeys.open(fresh, KEK).find(user)).isEmpty();
    }

    private PostgresUserKeys keys() {
        return new PostgresUserKeys(database, KEK, ticker);
    }

    private byte[] stored() throws SQLException {
        try (Connection connection = database.getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT wrapped_key FROM protection.user_keys WHERE user_id = ?")) {
            statement.setObject(1, user);
            try (ResultSet row = statement.executeQuery()) {
                assertThat(row.next()).isTrue();
                return row.getBytes(1);
            }
        }
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String traceOf(Throwable thrown) {
        StringWriter text = new StringWriter();
        thrown.printStackTrace(new PrintWriter(text));
        return text.toString();
    }
}
