package dev.mindfulcode.ingestservice;

import com.sun.management.ThreadMXBean;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/**
 * Benchmark of one batch of 50 keystrokes with dwells: from parsed values to a record, and from a record to arrays.
 * Processor time and allocated bytes of the thread. Not part of the suite, because of its name. Run it with {@code
 * ./mvnw -pl ingest-service -am test -Dtest=RecordEncoderBench -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest.compiler=}; the last option leaves the JIT compilers as they are in production.
 */
class RecordEncoderBench {

    private static final int ROUNDS = 5;
    private static final int BATCHES = 100_000;
    private static final int KEYSTROKES = 50;
    private static final String ENCRYPTION_KEY =
            Base64.getEncoder().encodeToString("0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII));

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private static long bytes;

    private interface Action {
        int run(int i) throws Exception;
    }

    @Test
    void measure() throws Exception {
        SchemaRegistry registry = new SchemaRegistry(TestPlatform.shared().registryUrl(), true);
        Topics.registerSchemas(registry);
        UserCipher cipher = cipher();
        RecordEncoder encoder = new RecordEncoder(registry);
        BatchBuilder builder = new BatchBuilder();
        UUID session = UUID.randomUUID();
        byte[] value = encoder.encode(cipher, batch(builder, session, 1), started(1), started(1))
                .value();
        System.out.println("BENCH value: " + value.length + " bytes");
        try (SealedEvents<KeystrokeBatch> events = new SealedEvents<>(Topics.KEYSTROKES, registry)) {
            for (int round = 1; round <= ROUNDS; round++) {
                measure(
                        "write",
                        round,
                        i -> encoder.encode(cipher, batch(builder, session, i), started(i), started(i) + 5_000)
                                .value()
                                .length);
                measure("read", round, _ -> read(events, cipher, value).keystrokes());
            }
        }
        System.out.println(bytes);
    }

    private static KeystrokePayload read(SealedEvents<KeystrokeBatch> events, UserCipher cipher, byte[] value)
            throws Exception {
        if (events.open(cipher.userId(), value, _ -> Optional.of(cipher))
                instanceof Opened.Event<KeystrokeBatch>(KeystrokeBatch batch)) {
            return KeystrokePayload.decode(batch.getPayload());
        }
        throw new IllegalStateException();
    }

    private static void measure(String what, int round, Action action) throws Exception {
        long thread = Thread.currentThread().threadId();
        long allocated = THREADS.getThreadAllocatedBytes(thread);
        long cpuNs = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < BATCHES; i++) {
            bytes += action.run(i);
        }
        System.out.printf(
                Locale.ROOT,
                "BENCH round %d | %s | %d ns | %d bytes allocated%n",
                round,
                what,
                (THREADS.getCurrentThreadCpuTime() - cpuNs) / BATCHES,
                (THREADS.getThreadAllocatedBytes(thread) - allocated) / BATCHES);
    }

    private static ParsedBatch batch(BatchBuilder builder, UUID session, int sequence) {
        builder.reset();
        builder.id(new UUID(session.getMostSignificantBits(), sequence));
        builder.sessionId(session);
        builder.sequence(sequence);
        builder.startedAt(started(sequence));
        for (int i = 0; i < KEYSTROKES; i++) {
            builder.interval(90 + 3 * i);
            builder.keyClass(i % 12);
            builder.dwell(60 + i);
        }
        return builder.build(0);
    }

    private static long started(int sequence) {
        return 1_772_355_600_000L + 5_000L * sequence;
    }

    private static UserCipher cipher() {
        DataSource database =
                PostgresUrl.parse(TestPlatform.shared().freshDatabase()).dataSource();
        PostgresUserKeys.migrate(database);
        return PostgresUserKeys.open(database, KeyEncryptionKey.parse(ENCRYPTION_KEY))
                .create(UUID.randomUUID());
    }
}
