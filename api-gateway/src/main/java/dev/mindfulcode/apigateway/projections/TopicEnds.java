package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import reactor.core.publisher.Mono;

/** Reads the committed end offsets of partitions. Thread-safe. */
final class TopicEnds implements AutoCloseable {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

    private final ReopenableClient<Admin> admin;

    TopicEnds(KafkaConnection kafka) {
        admin = kafka.admin("mindful-gateway-projections", REQUEST_TIMEOUT);
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
