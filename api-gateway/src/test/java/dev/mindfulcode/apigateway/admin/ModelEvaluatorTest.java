package dev.mindfulcode.apigateway.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

class ModelEvaluatorTest {

    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger connections = new AtomicInteger();

    @Test
    void refusesASecondEvaluationWhileOneRuns() throws InterruptedException {
        try (ModelEvaluator evaluator = new ModelEvaluator(
                new KafkaConnection(KafkaCluster.of("localhost:1"), SchemaRegistry.parse("http://localhost:1", false)),
                unavailable(),
                new NoKeys(),
                InstantSource.system())) {
            Mono<ModelEvaluator.Result> first = evaluator.evaluate("model-1").cache();
            var _ = first.subscribe(_ -> {}, _ -> {});
            begun.await();
            CompletableFuture<ModelEvaluator.Result> second =
                    evaluator.evaluate("model-1").toFuture();
            assertThat(second).as("at once").isCompletedExceptionally();
            assertThatThrownBy(second::join).hasMessageContaining("Another evaluation is running");
            released.countDown();
            assertThatThrownBy(first::block).hasMessageContaining("Database unavailable");
            assertThatThrownBy(() -> evaluator.evaluate("model-1").block())
                    .hasMessageContaining("Database unavailable");
            assertThat(connections).hasValue(2);
        }
    }

    private DataSource unavailable() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (_, method, _) -> {
                    if (!method.getName().equals("getConnection")) {
                        throw new UnsupportedOperationException(method.getName());
                    }
                    connections.incrementAndGet();
                    begun.countDown();
                    released.await();
                    throw new SQLException("unavailable");
                });
    }

    private static final class NoKeys implements UserKeys {

        @Override
        public UserCipher create(UUID userId) {
            throw new IllegalStateException("no keys");
        }

        @Override
        public Optional<UserCipher> find(UUID userId) {
            return Optional.empty();
        }
    }
}
