package dev.mindfulcode.flowstream;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * The Kafka clients of one Kafka Streams instance, with consumers whose polls can be ended: a poll that began before
 * the clock was set back waits until the earlier time comes again, and its thread does not notice a shutdown.
 * Thread-safe.
 */
final class StreamClients implements KafkaClientSupplier {

    private final List<Consumer<byte[], byte[]>> consumers = new CopyOnWriteArrayList<>();

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return open(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return open(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return open(config);
    }

    private Consumer<byte[], byte[]> open(Map<String, Object> config) {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumers.add(consumer);
        return consumer;
    }

    /** Ends the current polls; their threads fail. */
    void wakeUp() {
        consumers.forEach(Consumer::wakeup);
    }
}
