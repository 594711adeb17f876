package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.benmanes.caffeine.cache.Ticker;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class KeyRewrappingTest {

    private static final byte[] PLAINTEXT = {1, 2, 3};
    private static final int USERS = 23;

    private final DataSource database =
            PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
    private final String old = random();
    private final String fresh = random();
    private final List<UUID> users = new ArrayList<>();
    private byte[] secret = {};
    private byte[] ciphertext = {};

    @BeforeEach
    void createKeys() {
        PostgresUserKeys.migrate(database);
        for (int i = 0; i < USERS; i++) {
            UUID user = UUID.randomUUID();
            UserCipher cipher = keys(old, null).create(user);
            if (i == 0) {
                ciphertext = cipher.encrypt(PLAINTEXT, "keystrokes", 1);
                keys(old, null).rotate(user);
            }
            users.add(user);
        }
        secret = new ProtectionSecrets(database, KeyEncryptionKey.parse(old)).get("email-index");
    }

    @Test
    void wrapsEverythingWithTheCurrentKey() throws Exception {
        assertThat(rewrapping(fresh, old, 5).rows()).isEqualTo(USERS + 2);

        List<KeyRewrapping.Step> steps = run(rewrapping(fresh, old, 5), null);

        assertThat(sum(steps, KeyRewrapping.Step::rewrapped)).isEqualTo(USERS + 2);
        assertReadableBy(fresh);
        PostgresUserKeys withOld = keys(old, null);
        assertThatThrownBy(() -> withOld.find(users.getFirst())).isInstanceOf(UserKeyException.class);
    }

    @Test
    void resumesAfterAKillAndIsHarmlessWhenRepeated() throws Exception {
        KeyRewrapping.Step first = rewrapping(fresh, old, 5).step(null);
        assertThat(first.rewrapped()).isBetween(5, 6);

        List<KeyRewrapping.Step> again = run(rewrapping(fresh, old, 5), null);
        assertThat(sum(again, KeyRewrapping.Step::unchanged)).isEqualTo(first.rewrapped());
        assertThat(sum(again, KeyRewrapping.Step::rewrapped)).isEqualTo(USERS + 2 - first.rewrapped());

        List<KeyRewrapping.Step> repeated = run(rewrapping(fresh, old, 1_000), null);
        assertThat(sum(repeated, KeyRewrapping.Step::rewrapped)).isZero();
        assertThat(sum(repeated, KeyRewrapping.Step::unchanged)).isEqualTo(USERS + 2);
        assertReadableBy(fresh);
    }

    @Test
    void isHarmlessWhenRunTwiceAtOnceAndKeepsKeysReadableMeanwhile() throws Exception {
        AtomicBoolean isDone = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            Future<Integer> reads = threads.submit(() -> {
                int read = 0;
                do {
                    for (UUID user : users) {
                        assertThat(keys(fresh, old).find(user)).isPresent();
                        read++;
                    }
                } while (!isDone.get());
                return read;
            });
            Future<List<KeyRewrapping.Step>> one = threads.submit(() -> run(rewrapping(fresh, old, 2), null));
            Future<List<KeyRewrapping.Step>> other = threads.submit(() -> run(rewrapping(fresh, old, 3), null));
            one.get(60, TimeUnit.SECONDS);
            other.get(60, TimeUnit.SECONDS);
            isDone.set(true);
            assertThat(reads.get(60, TimeUnit.SECONDS)).isPositive();
        }
        assertReadableBy(fresh);
    }

    @Test
    void countsAndLeavesRowsOfUnknownKeys() throws Exception {
        UUID stranger = UUID.randomUUID();
        keys(random(), null).create(stranger);

        List<KeyRewrapping.Step> steps = run(rewrapping(fresh, old, 5), null);

        assertThat(sum(steps, KeyRewrapping.Step::unreadable)).isOne();
        assertThat(sum(steps, KeyRewrapping.Step::rewrapped)).isEqualTo(USERS + 2);
        assertReadableBy(fresh);
    }

    @Test
    void movesToAKeyOfAServiceAndBack() throws Exception {
        String service = TestKmsClient.SCHEME + "project/" + UUID.randomUUID();
        run(rewrapping(service, old, 5), null);
        assertReadableBy(service);

        // The service may have a new version of the key.
        List<KeyRewrapping.Step> again = run(rewrapping(service, null, 5), null);
        assertThat(sum(again, KeyRewrapping.Step::rewrapped)).isEqualTo(USERS + 2);

        run(rewrapping(fresh, service, 5), null);
        assertReadableBy(fresh);
    }

    @Test
    void doesNotReviveAKeyThatIsDestroyedMeanwhile() throws SQLException {
        AtomicBoolean isDestroyed = new AtomicBoolean();
        UUID goes = users.getLast();
        WrappedColumn column = WrappedColumn.ofProtection().getFirst();
        WrappedColumn racing = new WrappedColumn(
                column.name(), column.table(), column.key(), column.keyType(), column.column(), id -> {
                    // Between the read and the update of the row.
                    if (id.equals(goes.toString()) && isDestroyed.compareAndSet(false, true)) {
                        destroy(goes);
                    }
                    return column.associatedData().apply(id);
                });

        new KeyRewrapping(database, KeyEncryptionKey.parse(fresh, old), List.of(racing)).step(null);

        assertThat(isDestroyed).isTrue();
        assertThat(keys(fresh, old).find(goes)).isEmpty();
    }

    @Test
    void rejectsOtherCursors() {
        KeyRewrapping rewrapping = rewrapping(fresh, old, 5);
        for (String cursor : List.of(
                "?",
                "",
                Base64.getUrlEncoder().encodeToString("tables".getBytes()),
                Base64.getUrlEncoder().encodeToString("user_keys/1".getBytes()))) {
            assertThatThrownBy(() -> rewrapping.step(cursor)).as(cursor).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private void assertReadableBy(String key) throws Exception {
        for (UUID user : users) {
            assertThat(keys(key, null).find(user)).isPresent();
        }
        UserCipher first = keys(key, null).find(users.getFirst()).orElseThrow();
        assertThat(first.decrypt(ciphertext, "keystrokes", 1)).isEqualTo(PLAINTEXT);
        assertThat(new ProtectionSecrets(database, KeyEncryptionKey.parse(key)).get("email-index"))
                .isEqualTo(secret);
    }

    private static List<KeyRewrapping.Step> run(KeyRewrapping rewrapping, @Nullable String cursor) {
        List<KeyRewrapping.Step> steps = new ArrayList<>();
        String next = cursor;
        do {
            KeyRewrapping.Step step = rewrapping.step(next);
            steps.add(step);
            next = step.cursor();
        } while (next != null);
        return steps;
    }

    private static int sum(List<KeyRewrapping.Step> steps, java.util.function.ToIntFunction<KeyRewrapping.Step> count) {
        return steps.stream().mapToInt(count).sum();
    }

    private void destroy(UUID user) {
        try (Connection connection = database.getConnection();
                Statement _ = connection.createStatement()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, user);
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private KeyRewrapping rewrapping(String current, @Nullable String previous, int rowsPerStepMax) {
        return new KeyRewrapping(
                database, KeyEncryptionKey.parse(current, previous), WrappedColumn.ofProtection(), rowsPerStepMax);
    }

    private PostgresUserKeys keys(String current, @Nullable String previous) {
        return new PostgresUserKeys(database, KeyEncryptionKey.parse(current, previous), Ticker.systemTicker());
    }

    private static String random() {
        return Base64.getEncoder().encodeToString(AesGcm.randomKey());
    }
}
