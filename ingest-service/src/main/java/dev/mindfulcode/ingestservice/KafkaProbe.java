package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * Queries the cluster repeatedly for a broker that responds. Uploads show that too, but an instance that is not ready
 * gets no uploads, and would never be ready again. Thread-safe.
 */
final class KafkaProbe implements AutoCloseable {

    static final Duration INTERVAL = Duration.ofSeconds(2);
    static final Duration TIMEOUT = Duration.ofSeconds(2);

    private static final String CLIENT_ID = "mindful-ingest-probe";
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

    private final KafkaCluster kafka;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("ingest-kafka-probe").factory());
    private @Nullable ReopenableClient<Admin> admin;
    private volatile boolean isReachable = true;

    KafkaProbe(KafkaCluster kafka) {
        this.kafka = kafka;
    }

    void start() {
        var _ = thread.scheduleWithFixedDelay(
                () -> isReachable = responds(), INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns whether a broker responded to the latest query, and true before the first. */
    boolean isReachable() {
        return isReachable;
    }

    private boolean responds() {
        try {
            return !open().get()
                    .describeCluster()
                    .nodes()
                    .get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .isEmpty();
        } catch (ExecutionException | TimeoutException | KafkaException | IllegalStateException e) {
            return false; // illegal state: another client has replaced this one after a step of the clock
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Opens the client at the first question: names of brokers may be unknown until then. */
    private synchronized ReopenableClient<Admin> open() {
        ReopenableClient<Admin> opened = admin;
        if (opened == null) {
            int timeoutMs = (int) TIMEOUT.toMillis();
            opened = new ReopenableClient<>(
                    CLIENT_ID,
                    ClockStepWatch.ofSystem(),
                    () -> Admin.create(kafka.clientConfig(Map.of(
                            AdminClientConfig.CLIENT_ID_CONFIG,
                            CLIENT_ID,
                            AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                            timeoutMs,
                            AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                            timeoutMs))),
                    client -> client.close(CLOSE_TIMEOUT));
            admin = opened;
        }
        return opened;
    }

    @Override
    public void close() {
        thread.shutdownNow();
        synchronized (this) {
            if (admin != null) {
                admin.close();
                admin = null;
            }
        }
    }
}
