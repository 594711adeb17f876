package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/** The Kafka cluster and its schema registry. */
public record KafkaConnection(KafkaCluster cluster, SchemaRegistry registry) {

    private static final int METADATA_MAX_AGE_MS = 10_000;

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
}
