package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import reactor.core.publisher.Mono;

/** Checks that Kafka responds. Thread-safe. */
public final class KafkaHealth implements AutoCloseable {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);

    private final ReopenableClient<Admin> admin;

    public KafkaHealth(KafkaConnection kafka) {
        admin = kafka.admin("mindful-gateway-health", REQUEST_TIMEOUT);
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
