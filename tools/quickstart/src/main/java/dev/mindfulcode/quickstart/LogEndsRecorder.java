package dev.mindfulcode.quickstart;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores where the log ends, once a second where that has changed and when it is closed, for {@link LogRecovery} at the
 * next start.
 */
final class LogEndsRecorder implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(LogEndsRecorder.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final Path file;
    private final ReopenableClient<Admin> admin;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private LogEnds stored = LogEnds.none();

    LogEndsRecorder(String bootstrapServers, Path file) {
        this.file = file;
        admin = new ReopenableClient<>(
                "log-ends",
                ClockStepWatch.ofSystem(),
                () -> Admin.create(Map.of("bootstrap.servers", bootstrapServers)),
                opened -> opened.close(CLOSE_TIMEOUT));
        thread = Thread.ofPlatform().daemon().name("log-ends").start(this::run);
    }

    private void run() {
        boolean hasFailed = false;
        boolean isLast = false;
        while (!isLast) {
            try {
                isLast = closing.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
                LogEnds now = LogRecovery.ends(admin.get());
                if (!now.equals(stored)) {
                    now.write(file);
                    stored = now;
                }
                hasFailed = false;
            } catch (IOException | KafkaException | IllegalStateException e) {
                if (!hasFailed) {
                    log.warn("Log end offsets not stored; retrying: error={}", e.toString());
                }
                hasFailed = true;
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Stores the ends once more, within a bound. */
    @Override
    public void close() throws InterruptedException {
        closing.countDown();
        if (!thread.join(CLOSE_TIMEOUT)) {
            thread.interrupt();
        }
        admin.close();
    }
}
