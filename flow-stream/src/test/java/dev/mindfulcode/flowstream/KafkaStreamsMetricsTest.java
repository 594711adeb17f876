package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Test;

class KafkaStreamsMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final Map<MetricName, Metric> metrics = new HashMap<>();

    @Test
    void sumsTasksAndPartitionsWithoutTheirLabels() {
        lag(0, 3);
        lag(1, 4);
        add("stream-state-metrics", "estimate-num-keys", 10, Map.of("rocksdb-state-id", "totals", "task-id", "0_0"));
        add("stream-state-metrics", "estimate-num-keys", 20, Map.of("rocksdb-state-id", "totals", "task-id", "0_1"));
        add("stream-thread-metrics", "process-total", 5, Map.of("thread-id", "a-1"));
        add("stream-thread-metrics", "process-total", 6, Map.of("thread-id", "a-2"));

        try (KafkaStreamsMetrics bound = new KafkaStreamsMetrics(() -> metrics, topology(), registry)) {
            assertThat(bound).isNotNull();
            assertThat(gauge("mindful.stream.lag", "topic", "words")).isEqualTo(7);
            assertThat(gauge("mindful.stream.store.keys", "store", "totals")).isEqualTo(30);
            assertThat(registry.get("mindful.stream.records").functionCounter().count())
                    .isEqualTo(11);
            assertThat(registry.getMeters())
                    .flatExtracting(meter -> meter.getId().getTags())
                    .extracting(tag -> tag.getKey())
                    .containsOnly("topic", "store");
        }
    }

    @Test
    void reportsTheLongestLatencyInSecondsAndSkipsThreadsWithoutASample() {
        add("stream-thread-metrics", "commit-latency-max", 250, Map.of("thread-id", "a-1"));
        add("stream-thread-metrics", "commit-latency-max", Double.NaN, Map.of("thread-id", "a-2"));

        try (KafkaStreamsMetrics bound = new KafkaStreamsMetrics(() -> metrics, topology(), registry)) {
            assertThat(bound).isNotNull();
            assertThat(registry.get("mindful.stream.commit.latency.max").gauge().value())
                    .isEqualTo(0.25);
        }
    }

    @Test
    void removesItsSeriesWhenTheStreamStops() {
        new KafkaStreamsMetrics(() -> metrics, topology(), registry).close();

        assertThat(registry.getMeters()).extracting(Meter::getId).isEmpty();
    }

    private double gauge(String name, String tag, String value) {
        return registry.get(name).tag(tag, value).gauge().value();
    }

    private void lag(int partition, double records) {
        add(
                "consumer-fetch-manager-metrics",
                "records-lag",
                records,
                Map.of("topic", "words", "partition", Integer.toString(partition), "client-id", "a"));
    }

    private void add(String group, String name, double value, Map<String, String> tags) {
        MetricName metricName = new MetricName(name, group, "", tags);
        metrics.put(metricName, new Metric() {
            @Override
            public MetricName metricName() {
                return metricName;
            }

            @Override
            public Object metricValue() {
                return value;
            }
        });
    }

    private static TopologyDescription topology() {
        StreamsBuilder builder = new StreamsBuilder();
        builder.table(
                "words",
                Materialized.<String, String>as(Stores.persistentKeyValueStore("totals"))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.String()));
        return builder.build().describe();
    }
}
