package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import reactor.core.publisher.Mono;

/** Checks that Kafka responds. Thread-safe. */
public final class KafkaHealth implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final int REQUEST_TIMEOUT_MS = 1_000;

    private final ReopenableClient<Admin> admin;

    public KafkaHealth(KafkaCluster kafka) {
        admin = new ReopenableClient<>(
                "gateway-health", ClockStepWatch.ofSystem(), () -> open(kafka), opened -> opened.close(CLOSE_TIMEOUT));
    }

    private static Admin open(KafkaCluster kafka) {
        return Admin.create(kafka.clientConfig(Map.of(
                AdminClientConfig.CLIENT_ID_CONFIG,
                "mindful-gateway-health",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS)));
    }

    /** Emits whether at least one broker responds within {@code timeout}. */
    public Mono<Boolean> isReachable(Duration timeout) {
        return Mono.fromFuture(() -> admin.get()
                        .describeCluster(new DescribeClusterOptions().timeoutMs((int) timeout.toMillis()))
                        .nodes()
                        .toCompletionStage()
                        .toCompletableFuture())
                .map(nodes -> !nodes.isEmpty())
                .timeout(timeout)
                .onErrorReturn(false);
    }

    @Override
    public void close() {
        admin.close();
    }
}
