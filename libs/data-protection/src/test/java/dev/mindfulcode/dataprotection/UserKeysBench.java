package dev.mindfulcode.dataprotection;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Measures lookups of keys and decryption after rotations. Not part of the suite, because of its name. Run it with
 * {@code ./mvnw -pl libs/data-protection -am test -Dtest=UserKeysBench -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class UserKeysBench {

    private static final int USERS = 1_000;
    private static final int ROUNDS = 7;
    private static final int CACHED = 1_000_000;
    private static final int DECRYPTIONS = 20_000;

    private long found;

    @Test
    void measure() throws Exception {
        PostgresUrl url = PostgresUrl.parse(TestPlatform.shared().freshDatabase());
        try (HikariDataSource database = new HikariDataSource(url.pool("bench", 4, Duration.ofSeconds(10)))) {
            PostgresUserKeys.migrate(database);
            AtomicLong nowNs = new AtomicLong();
            Ticker ticker = nowNs::get;
            PostgresUserKeys keys = new PostgresUserKeys(
                    database, KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(AesGcm.randomKey())), ticker);
            List<UUID> users = new ArrayList<>();
            for (int i = 0; i < USERS; i++) {
                users.add(UUID.randomUUID());
                keys.create(users.getLast());
            }
            report("find, cached", CACHED, () -> {
                for (int i = 0; i < CACHED; i++) {
                    found += keys.find(users.get(i % USERS)).isPresent() ? 1 : 0;
                }
            });
            report("find, one query each", USERS, () -> {
                nowNs.addAndGet(PostgresUserKeys.CACHE_RETENTION.toNanos());
                users.forEach(keys::find);
            });
            report("findAll, one query for 1,000 users, per user", USERS, () -> {
                nowNs.addAndGet(PostgresUserKeys.CACHE_RETENTION.toNanos());
                found += keys.findAll(users).size();
            });
            report("poll of changes", 200, () -> {
                for (int i = 0; i < 200; i++) {
                    keys.pollChanges();
                }
            });
        }
        byte[] plaintext = new byte[300];
        List<DataKey> dataKeys = new ArrayList<>();
        byte[] ciphertext = {};
        for (int i = 1; i <= 4; i++) {
            dataKeys.addFirst(DataKey.of(AesGcm.randomKey()));
            UserCipher cipher = cipher(dataKeys);
            if (i == 1) {
                ciphertext = cipher.encrypt(plaintext, "keystrokes", 1);
            }
            byte[] oldest = ciphertext;
            report("decrypt 300 bytes of the oldest of " + i + " keys", DECRYPTIONS, () -> {
                for (int n = 0; n < DECRYPTIONS; n++) {
                    found += cipher.decrypt(oldest, "keystrokes", 1).length;
                }
            });
        }
        System.out.println(found);
    }

    private static UserCipher cipher(List<DataKey> newestFirst) {
        return new TinkUserCipher(
                UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001"), newestFirst.getFirst(), newestFirst);
    }

    private interface Work {
        void run() throws Exception;
    }

    private static void report(String name, int operations, Work work) throws Exception {
        double[] us = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            long startNs = System.nanoTime();
            work.run();
            us[round] = (System.nanoTime() - startNs) / 1e3 / operations;
        }
        Arrays.sort(us);
        System.out.printf(Locale.ROOT, "BENCH %-48s %8.3f us%n", name, us[ROUNDS / 2]);
    }
}
