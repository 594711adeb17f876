package dev.mindfulcode.ingestservice;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.Metric;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ProducerFactory;

/** Figures of the Kafka producer in use; its own metrics have a client id as label and are many. Thread-safe. */
final class ProducerMetrics implements ProducerFactory.Listener<byte[], byte[]> {

    private volatile @Nullable Producer<byte[], byte[]> current;

    ProducerMetrics(MeterRegistry meters) {
        FunctionCounter.builder("mindful.ingest.producer.retries", this, self -> self.value("record-retry-total"))
                .description("Records that the producer sent again")
                .register(meters);
        FunctionCounter.builder("mindful.ingest.producer.errors", this, self -> self.value("record-error-total"))
                .description("Records that the producer gave up")
                .register(meters);
        Gauge.builder("mindful.ingest.producer.buffer.available", this, self -> self.value("buffer-available-bytes"))
                .description("Memory of the producer that is not in use")
                .baseUnit("bytes")
                .register(meters);
    }

    @Override
    public void producerAdded(String id, Producer<byte[], byte[]> producer) {
        current = producer;
    }

    private double value(String name) {
        Producer<byte[], byte[]> producer = current;
        if (producer == null) {
            return 0;
        }
        return producer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(name)
                        && metric.metricName().group().equals("producer-metrics"))
                .map(Metric::metricValue)
                .filter(Number.class::isInstance)
                .mapToDouble(value -> ((Number) value).doubleValue())
                .sum();
    }
}
