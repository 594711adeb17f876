package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import reactor.core.publisher.Mono;

/** Reads the committed end offsets of partitions. Thread-safe. */
final class TopicEnds implements AutoCloseable {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);
    private static final int REQUEST_TIMEOUT_MS = 3_000;

    private final ReopenableClient<Admin> admin;

    TopicEnds(KafkaCluster kafka) {
        admin = new ReopenableClient<>(
                "gateway-topic-ends",
                ClockStepWatch.ofSystem(),
                () -> open(kafka),
                opened -> opened.close(CLOSE_TIMEOUT));
    }

    private static Admin open(KafkaCluster kafka) {
        return Admin.create(kafka.clientConfig(Map.of(
                AdminClientConfig.CLIENT_ID_CONFIG,
                "mindful-gateway-projections",
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                REQUEST_TIMEOUT_MS)));
    }

    /** Emits the end offsets; empty if Kafka does not respond. */
    Mono<Map<TopicPartition, Long>> of(Collection<TopicPartition> partitions) {
        return Mono.fromFuture(() -> read(partitions)).onErrorReturn(Map.of());
    }

    private CompletableFuture<Map<TopicPartition, Long>> read(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.forEach(partition -> specs.put(partition, OffsetSpec.latest()));
        return admin.get()
                .listOffsets(specs, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .all()
                .toCompletionStage()
                .toCompletableFuture()
                .thenApply(found -> {
                    Map<TopicPartition, Long> ends = new HashMap<>();
                    found.forEach((partition, end) -> ends.put(partition, end.offset()));
                    return ends;
                });
    }

    @Override
    public void close() {
        admin.close();
    }
}
