package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.mindfulcode.embeddedplatform.RestartablePostgres;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
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
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PostgresUserKeysTest {

    private static final byte[] PLAINTEXT = {1, 2, 3};
    private static final String SECRET = Base64.getEncoder().encodeToString(AesGcm.randomKey());
    private static final KeyEncryptionKey KEK = KeyEncryptionKey.parse(SECRET);

    @SuppressWarnings("NullAway.Init")
    private static DataSource database;

    @TempDir
    Path folder;

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
    void evictsErasedUsersInEachProcess() throws Exception {
        try (PostgresUserKeys one = PostgresUserKeys.open(database, KEK);
                PostgresUserKeys other = PostgresUserKeys.open(database, KEK)) {
            one.create(user);
            assertThat(other.find(user)).isPresent();

            destroy(user);

            assertThat(KeyChangePoll.INTERVAL).isLessThanOrEqualTo(Duration.ofMillis(250));
            await(() -> one.cached(user).isEmpty() && other.cached(user).isEmpty());
            assertThat(one.find(user)).isEmpty();
            assertThat(other.find(user)).isEmpty();
        }
    }

    @Test
    void doesNotCacheAKeyReadBeforeItsErasure() throws Exception {
        keys().create(user);
        AtomicReference<@Nullable PostgresUserKeys> racing = new AtomicReference<>();
        PostgresUserKeys keys = new PostgresUserKeys(
                afterFirstQuery(() -> {
                    destroy(user);
                    Objects.requireNonNull(racing.get()).pollChanges();
                }),
                KEK,
                ticker);
        racing.set(keys);

        assertThat(keys.find(user)).isEmpty();
        assertThat(keys.cached(user)).isEmpty();
    }

    @Test
    void findsChangesThatCommitAfterLaterOnes() throws Exception {
        UUID second = UUID.randomUUID();
        PostgresUserKeys keys = keys();
        keys.create(user);
        keys.create(second);
        try (Connection early = transaction();
                Connection late = transaction()) {
            ErasedUsers.destroyKeys(early, user);
            ErasedUsers.destroyKeys(late, second);
            late.commit();
            keys.pollChanges();
            assertThat(keys.cached(second)).isEmpty();
            assertThat(keys.cached(user)).isPresent();

            early.commit();
        }
        keys.pollChanges();
        assertThat(keys.cached(user)).isEmpty();
    }

    @Test
    void reportsEachChangeOnce() throws Exception {
        List<UUID> changed = new ArrayList<>();
        KeyChangePoll poll = new KeyChangePoll(database, changed::add, () -> {}, ticker);
        try (Connection open = transaction()) {
            // Holds the snapshot's oldest transaction back.
            ErasedUsers.destroyKeys(open, UUID.randomUUID());
            keys().create(user);
            keys().rotate(user);
            poll.poll();
            poll.poll();
            assertThat(changed).containsOnlyOnce(user);
        }
    }

    @Test
    void createsNoKeyForErasedUsers() throws Exception {
        PostgresUserKeys keys = keys();
        keys.create(user);
        destroy(user);
        destroy(user);
        keys.pollChanges();

        assertThatThrownBy(() -> keys.create(user)).isInstanceOf(ErasedUserException.class);
        assertThatThrownBy(() -> keys().create(user)).isInstanceOf(ErasedUserException.class);
        assertThat(keys.rotate(user)).isZero();
        try (Connection connection = database.getConnection()) {
            assertThat(ErasedUsers.among(connection, List.of(user, UUID.randomUUID())))
                    .containsExactly(user);
        }
    }

    @Test
    void createsNoKeyWhileAnErasureCommits() throws Exception {
        try (ExecutorService service = Executors.newSingleThreadExecutor();
                Connection erasure = transaction()) {
            ErasedUsers.destroyKeys(erasure, user);
            Future<UserCipher> creation = service.submit(() -> keys().create(user));
            await(() -> count("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") > 0);

            erasure.commit();

            assertThatThrownBy(() -> creation.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(ErasedUserException.class);
        }
    }

    @Test
    void leavesNoKeyHoweverCreationRotationAndErasureRace() throws Exception {
        for (int round = 0; round < 20; round++) {
            UUID goes = UUID.randomUUID();
            CyclicBarrier start = new CyclicBarrier(5);
            try (ExecutorService services = Executors.newFixedThreadPool(5)) {
                List<Future<?>> racers = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    racers.add(services.submit(() -> {
                        start.await(30, TimeUnit.SECONDS);
                        try {
                            return keys().create(goes);
                        } catch (ErasedUserException e) {
                            return e;
                        }
                    }));
                    racers.add(services.submit(() -> {
                        start.await(30, TimeUnit.SECONDS);
                        return keys().rotate(goes);
                    }));
                }
                racers.add(services.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    destroy(goes);
                    return null;
                }));
                for (Future<?> racer : racers) {
                    racer.get(30, TimeUnit.SECONDS);
                }
            }
            assertThat(keys().find(goes)).isEmpty();
        }
    }

    @Test
    void rejectsErasureOutsideATransaction() throws SQLException {
        keys().create(user);
        try (Connection connection = database.getConnection()) {
            assertThatThrownBy(() -> ErasedUsers.destroyKeys(connection, user))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(keys().find(user)).isPresent();
    }

    @Test
    void decryptsWithAllKeysAndEncryptsWithTheNewest() throws Exception {
        PostgresUserKeys keys = keys();
        byte[] old = keys.create(user).encrypt(PLAINTEXT, "keystrokes", 1);
        assertThat(keys.rotate(user)).isEqualTo(2);
        activate();
        byte[] recent = keys().find(user).orElseThrow().encrypt(PLAINTEXT, "keystrokes", 1);
        execute("DELETE FROM protection.user_keys WHERE key_number = 1 AND user_id = '" + user + "'");

        UserCipher newest = keys().find(user).orElseThrow();
        assertThat(newest.decrypt(recent, "keystrokes", 1)).isEqualTo(PLAINTEXT);
        assertThatThrownBy(() -> newest.decrypt(old, "keystrokes", 1)).isInstanceOf(GeneralSecurityException.class);
        keys.pollChanges();
        UserCipher reloaded = keys.find(user).orElseThrow();
        assertThat(reloaded.decrypt(recent, "keystrokes", 1)).isEqualTo(PLAINTEXT);
    }

    @Test
    void readsOldRecordsAfterSeveralRotations() throws Exception {
        List<byte[]> written = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            written.add(keys().create(user).encrypt(PLAINTEXT, "keystrokes", 1));
            assertThat(keys().rotate(user)).isEqualTo(i + 2);
            activate();
        }
        for (byte[] ciphertext : written) {
            assertThat(keys().find(user).orElseThrow().decrypt(ciphertext, "keystrokes", 1))
                    .isEqualTo(PLAINTEXT);
        }
    }

    @Test
    void encryptsWithANewKeyOnceNoCacheIsWithoutIt() throws Exception {
        PostgresUserKeys unreachable = keys();
        unreachable.create(user);
        keys().rotate(user);

        byte[] ciphertext = keys().find(user).orElseThrow().encrypt(PLAINTEXT, "keystrokes", 1);
        assertThat(unreachable.find(user).orElseThrow().decrypt(ciphertext, "keystrokes", 1))
                .isEqualTo(PLAINTEXT);

        assertThat(PostgresUserKeys.ACTIVATION_DELAY).isGreaterThan(PostgresUserKeys.CACHE_RETENTION);
        activate();
        nowNs.addAndGet(PostgresUserKeys.CACHE_RETENTION.toNanos());
        byte[] later = keys().find(user).orElseThrow().encrypt(PLAINTEXT, "keystrokes", 1);
        assertThat(unreachable.find(user).orElseThrow().decrypt(later, "keystrokes", 1))
                .isEqualTo(PLAINTEXT);
    }

    @Test
    void repeatedAndConcurrentRotationsAddOneKey() throws Exception {
        keys().create(user);
        int racers = 6;
        CyclicBarrier start = new CyclicBarrier(racers);
        try (ExecutorService services = Executors.newFixedThreadPool(racers)) {
            List<Future<Integer>> rotations = new ArrayList<>();
            for (int i = 0; i < racers; i++) {
                rotations.add(services.submit(() -> {
                    start.await(30, TimeUnit.SECONDS);
                    return keys().rotate(user);
                }));
            }
            for (Future<Integer> rotation : rotations) {
                assertThat(rotation.get(30, TimeUnit.SECONDS)).isEqualTo(2);
            }
        }
        assertThat(keys().rotate(user)).isEqualTo(2);
        assertThat(keys().rotate(UUID.randomUUID())).as("without a key").isZero();
    }

    @Test
    void findsCiphersOfManyUsersAtOnce() {
        UUID second = UUID.randomUUID();
        PostgresUserKeys keys = keys();
        keys.create(user);
        keys().create(second);

        assertThat(keys.findAll(List.of(user, second, UUID.randomUUID()))).containsOnlyKeys(user, second);
        assertThat(keys.cached(second)).isPresent();
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

    /** As a process whose poll hangs: by then the receipt says that no cache has the key. */
    @Test
    void answersNothingFromTheCacheWhileChangesCannotBeRead() throws SQLException {
        PostgresUserKeys keys = keys();
        keys.create(user);
        destroy(user);
        assertThat(keys.find(user)).as("within the lease").isPresent();

        nowNs.addAndGet(KeyChangePoll.LEASE.toNanos());

        assertThat(KeyChangePoll.LEASE).isLessThan(PostgresUserKeys.CACHE_RETENTION);
        assertThat(keys.cached(user)).isEmpty();
        assertThat(keys.findAll(List.of(user))).isEmpty();
        assertThat(keys.find(user)).isEmpty();
    }

    @Test
    void answersFromTheCacheAgainOnceChangesAreRead() throws SQLException {
        UUID erased = UUID.randomUUID();
        PostgresUserKeys keys = keys();
        keys.create(user);
        keys.create(erased);
        nowNs.addAndGet(KeyChangePoll.LEASE.toNanos());
        destroy(erased);
        assertThat(keys.cached(user)).isEmpty();

        keys.pollChanges();

        assertThat(keys.cached(user)).isPresent();
        assertThat(keys.cached(erased)).isEmpty();
    }

    @Test
    void continuesAfterARestartOfTheServer() throws Exception {
        UUID erased = UUID.randomUUID();
        try (RestartablePostgres server = new RestartablePostgres()) {
            server.start(folder);
            DataSource own = PostgresUrl.parse(server.databaseUrl()).dataSource();
            PostgresUserKeys.migrate(own);
            PostgresUserKeys keys = new PostgresUserKeys(own, KEK, ticker);
            try (PostgresUserKeys polling = PostgresUserKeys.open(own, KEK)) {
                byte[] ciphertext = keys.create(user).encrypt(PLAINTEXT, "keystrokes", 1);
                polling.find(keys.create(erased).userId());

                server.stop();
                assertThat(keys.find(user)).as("within the lease").isPresent();
                nowNs.addAndGet(KeyChangePoll.LEASE.toNanos());
                assertThatThrownBy(() -> keys.find(user)).isInstanceOf(UserKeyException.class);
                assertThatThrownBy(() -> keys.create(UUID.randomUUID())).isInstanceOf(UserKeyException.class);
                assertThatThrownBy(keys::pollChanges).isInstanceOf(SQLException.class);

                server.start(folder);
                destroy(own, erased);
                keys.pollChanges();
                assertThat(keys.cached(user)).as("still in memory").isPresent();
                assertThat(keys.find(user).orElseThrow().decrypt(ciphertext, "keystrokes", 1))
                        .isEqualTo(PLAINTEXT);
                assertThat(keys.find(erased)).isEmpty();
                await(() ->
                        polling.find(user).isPresent() && polling.cached(user).isPresent());
                await(() -> polling.find(erased).isEmpty());
            }
        }
    }

    /** A standby or a restored backup numbers transactions from an earlier one on: polls would find no change. */
    @Test
    void forgetsAllKeysAfterAFailoverToAnotherServer() throws Exception {
        Path behind = folder.resolve("behind");
        Path ahead = folder.resolve("ahead");
        try (RestartablePostgres server = new RestartablePostgres()) {
            server.start(ahead);
            DataSource own = PostgresUrl.parse(server.databaseUrl()).dataSource();
            PostgresUserKeys.migrate(own);
            PostgresUserKeys keys = new PostgresUserKeys(own, KEK, ticker);
            server.stop();
            copy(ahead, behind);

            server.start(ahead);
            for (int i = 0; i < 20; i++) {
                keys.create(UUID.randomUUID());
            }
            keys.create(user);
            keys.pollChanges();
            assertThat(keys.cached(user)).isPresent();
            server.stop();

            server.start(behind);
            keys.pollChanges();
            assertThat(keys.cached(user)).isEmpty();
            UUID later = UUID.randomUUID();
            keys.create(later);
            destroy(own, later);
            keys.pollChanges();
            assertThat(keys.cached(later)).as("changes of the other server").isEmpty();
        }
    }

    /** As pg_basebackup does it; ENCRYPTION_KEY is in none of the files. */
    @Test
    void restoresABackupOfTheRunningServerWithTheKeyAndNotWithoutIt() throws Exception {
        Path live = folder.resolve("live");
        Path restored = folder.resolve("restored");
        byte[] ciphertext;
        try (RestartablePostgres server = new RestartablePostgres()) {
            server.start(live);
            DataSource own = PostgresUrl.parse(server.databaseUrl()).dataSource();
            PostgresUserKeys.migrate(own);
            ciphertext = new PostgresUserKeys(own, KEK, ticker).create(user).encrypt(PLAINTEXT, "keystrokes", 1);
            try (Connection connection = own.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_backup_start('rehearsal', true)");
                copy(live, restored);
                Path data = restored.resolve("data");
                Files.delete(data.resolve("postmaster.pid"));
                try (ResultSet row = statement.executeQuery("SELECT labelfile FROM pg_backup_stop(false)")) {
                    assertThat(row.next()).isTrue();
                    Files.writeString(data.resolve("backup_label"), row.getString(1));
                }
                // The log that was written meanwhile belongs to the backup.
                try (Stream<Path> segments = Files.list(live.resolve("data/pg_wal"))) {
                    for (Path segment : segments.filter(Files::isRegularFile).toList()) {
                        Files.copy(
                                segment,
                                data.resolve("pg_wal").resolve(segment.getFileName()),
                                StandardCopyOption.REPLACE_EXISTING);
                    }
                }
            }
            server.stop();

            server.start(restored);
            UserCipher cipher =
                    new PostgresUserKeys(own, KEK, ticker).find(user).orElseThrow();
            assertThat(cipher.decrypt(ciphertext, "keystrokes", 1)).isEqualTo(PLAINTEXT);
            KeyEncryptionKey another =
                    KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(AesGcm.randomKey()));
            PostgresUserKeys withoutTheKey = new PostgresUserKeys(own, another, ticker);
            assertThatThrownBy(() -> withoutTheKey.find(user)).isInstanceOf(UserKeyException.class);
        }
        try (Stream<Path> files = Files.walk(restored)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(contains(
                                Files.readAllBytes(file), Base64.getDecoder().decode(SECRET)))
                        .as(file.toString())
                        .isFalse();
            }
        }
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(new String(part, StandardCharsets.ISO_8859_1));
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    @Test
    void servesCachedKeysDuringAShortOutage() throws Exception {
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
        nowNs.addAndGet(KeyChangePoll.LEASE.toNanos());
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
            UserCipher guess = new TinkUserCipher(user, DataKey.of(candidate));
            assertThatThrownBy(() -> guess.decrypt(ciphertext, "keystrokes", 1))
                    .isInstanceOf(GeneralSecurityException.class);
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

    private static void destroy(UUID userId) throws SQLException {
        destroy(database, userId);
    }

    private static void destroy(DataSource source, UUID userId) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, userId);
            connection.commit();
        }
    }

    private static Connection transaction() throws SQLException {
        Connection connection = database.getConnection();
        connection.setAutoCommit(false);
        return connection;
    }

    /** Ages the user's keys, so that the newest encrypts. */
    private void activate() throws SQLException {
        execute("UPDATE protection.user_keys SET created_at = created_at - interval '%d seconds' WHERE user_id = '%s'"
                .formatted(PostgresUserKeys.ACTIVATION_DELAY.toSeconds(), user));
    }

    private interface Step {
        void run() throws SQLException;
    }

    /** Runs a step once, when the first connection is closed. */
    private static DataSource afterFirstQuery(Step step) {
        AtomicBoolean isDone = new AtomicBoolean();
        return proxy(
                DataSource.class,
                database,
                (result, method) -> method.getName().equals("getConnection")
                        ? proxy(Connection.class, (Connection) Objects.requireNonNull(result), (value, called) -> {
                            if (called.getName().equals("close") && isDone.compareAndSet(false, true)) {
                                step.run();
                            }
                            return value;
                        })
                        : result);
    }

    private interface Interception {
        @Nullable
        Object intercept(@Nullable Object result, Method method) throws SQLException;
    }

    private static <T> T proxy(Class<T> type, T target, Interception interception) {
        return type.cast(Proxy.newProxyInstance(
                PostgresUserKeysTest.class.getClassLoader(),
                new Class<?>[] {type},
                (_, method, arguments) -> interception.intercept(method.invoke(target, arguments), method)));
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("time of the test").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private static long count(String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
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
