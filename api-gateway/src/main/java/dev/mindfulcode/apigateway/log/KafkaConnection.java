package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/** The Kafka cluster and its schema registry. */
public record KafkaConnection(KafkaCluster cluster, SchemaRegistry registry) {

    private static final int METADATA_MAX_AGE_MS = 10_000;
    private static final Duration ADMIN_CLOSE_TIMEOUT = Duration.ofSeconds(1);

    /** Returns a factory of consumers that commit nothing by themselves and create no topics. */
    public <K> ConsumerFactory<K, byte[]> consumers(
            Deserializer<K> keys, IsolationLevel isolation, Map<String, Object> more) {
        Map<String, Object> properties = new HashMap<>(more);
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation.toString());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        properties.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MS);
        return new DefaultKafkaConsumerFactory<>(cluster.clientConfig(properties), keys, new ByteArrayDeserializer());
    }

    /** Opens an admin client that outlasts steps of the system clock. */
    public ReopenableClient<Admin> admin(String clientId, Duration timeout) {
        int timeoutMs = (int) timeout.toMillis();
        return new ReopenableClient<>(
                clientId,
                ClockStepWatch.ofSystem(),
                () -> Admin.create(cluster.clientConfig(Map.of(
                        AdminClientConfig.CLIENT_ID_CONFIG,
                        clientId,
                        AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        timeoutMs,
                        AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        timeoutMs))),
                opened -> opened.close(ADMIN_CLOSE_TIMEOUT));
    }
}
