package dev.mindfulcode.flowstream;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleBinaryOperator;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.TopologyDescription;
import org.jspecify.annotations.Nullable;

/**
 * Kafka Streams' own metrics, aggregated over threads, tasks and partitions to one series each, or one per topic or
 * store. Kafka Streams has thousands of series, whose labels contain a process id and so change with each restart.
 * Thread-safe.
 */
final class KafkaStreamsMetrics implements AutoCloseable {

    /** Iterating over all metrics costs milliseconds; within this time a scrape reads the previous values. */
    private static final Duration REFRESH_INTERVAL = Duration.ofSeconds(5);

    private static final double MS_PER_S = 1_000;

    /** Tags of the metrics of key-value and of window stores. */
    private static final String STORE = "rocksdb-state-id";

    private static final String WINDOW_STORE = "rocksdb-window-state-id";

    private enum Figure {
        THREADS_ALIVE("stream-metrics", "alive-stream-threads", null, Double::sum),
        RECORDS_PROCESSED("stream-thread-metrics", "process-total", null, Double::sum),
        PROCESS_LATENCY_MS("stream-thread-metrics", "process-latency-max", null, Math::max),
        COMMITS("stream-thread-metrics", "commit-total", null, Double::sum),
        COMMIT_LATENCY_MS("stream-thread-metrics", "commit-latency-max", null, Math::max),
        RECORDS_DROPPED("stream-task-metrics", "dropped-records-total", null, Double::sum),
        TOPIC_LAG("consumer-fetch-manager-metrics", "records-lag", "topic", Double::sum),
        STORE_FILE_BYTES("stream-state-metrics", "total-sst-files-size", STORE, Double::sum),
        STORE_MEMTABLE_BYTES("stream-state-metrics", "size-all-mem-tables", STORE, Double::sum),
        STORE_KEYS("stream-state-metrics", "estimate-num-keys", STORE, Double::sum);

        private final String group;
        private final String metric;
        private final @Nullable String label;
        private final DoubleBinaryOperator merge;

        Figure(String group, String metric, @Nullable String label, DoubleBinaryOperator merge) {
            this.group = group;
            this.metric = metric;
            this.label = label;
            this.merge = merge;
        }

        /** Returns the value of the figure's label, empty for a figure without one, null for another metric. */
        private @Nullable String labelOf(MetricName name) {
            if (!name.group().equals(group)) {
                return null;
            }
            if (label == null) {
                return "";
            }
            String value = name.tags().get(label);
            return value == null && label.equals(STORE) ? name.tags().get(WINDOW_STORE) : value;
        }
    }

    private static final Map<String, Figure> BY_METRIC = byMetric();

    private final Supplier<Map<MetricName, ? extends Metric>> metrics;
    private final MeterRegistry registry;
    private final List<Meter> registered = new ArrayList<>();
    private Map<Figure, Map<String, Double>> values = Map.of();
    private long refreshedAtNs;

    /**
     * @param metrics of the running client, read at scrapes
     * @param topology names the stores and input topics that get a series each
     */
    KafkaStreamsMetrics(
            Supplier<Map<MetricName, ? extends Metric>> metrics, TopologyDescription topology, MeterRegistry registry) {
        this.metrics = metrics;
        this.registry = registry;
        gauge("mindful.stream.threads", "Stream threads alive", "threads", Figure.THREADS_ALIVE, 1);
        counter("mindful.stream.records", "Records processed", Figure.RECORDS_PROCESSED);
        counter("mindful.stream.records.dropped", "Records that Kafka Streams dropped", Figure.RECORDS_DROPPED);
        counter("mindful.stream.commits", "Transactions committed", Figure.COMMITS);
        gauge(
                "mindful.stream.process.latency.max",
                "Longest processing time of a record in the last 30 s",
                "seconds",
                Figure.PROCESS_LATENCY_MS,
                MS_PER_S);
        gauge(
                "mindful.stream.commit.latency.max",
                "Longest commit in the last 30 s",
                "seconds",
                Figure.COMMIT_LATENCY_MS,
                MS_PER_S);
        for (String topic : sourceTopics(topology)) {
            gauge("mindful.stream.lag", "Records not read yet", "records", Figure.TOPIC_LAG, 1, "topic", topic);
        }
        for (String store : stores(topology)) {
            gauge("mindful.stream.store.keys", "Estimated keys", "keys", Figure.STORE_KEYS, 1, "store", store);
            gauge("mindful.stream.store.files", "On disk", "bytes", Figure.STORE_FILE_BYTES, 1, "store", store);
            gauge(
                    "mindful.stream.store.memtables",
                    "In memory, not on disk yet",
                    "bytes",
                    Figure.STORE_MEMTABLE_BYTES,
                    1,
                    "store",
                    store);
        }
    }

    /** Removes the series, so that a stopped stream does not continue to report its last figures. */
    @Override
    public void close() {
        registered.forEach(registry::remove);
    }

    private void gauge(
            String name, String description, String unit, Figure figure, double divisor, String... labelAndValue) {
        String label = labelAndValue.length == 0 ? "" : labelAndValue[1];
        registered.add(Gauge.builder(name, () -> value(figure, label) / divisor)
                .description(description)
                .baseUnit(unit)
                .tags(Tags.of(labelAndValue))
                .register(registry));
    }

    private void counter(String name, String description, Figure figure) {
        registered.add(FunctionCounter.builder(name, this, self -> self.value(figure, ""))
                .description(description)
                .register(registry));
    }

    private synchronized double value(Figure figure, String label) {
        long nowNs = System.nanoTime();
        if (values.isEmpty() || nowNs - refreshedAtNs > REFRESH_INTERVAL.toNanos()) {
            values = summed(metrics.get());
            refreshedAtNs = nowNs;
        }
        return values.getOrDefault(figure, Map.of()).getOrDefault(label, 0.0);
    }

    private static Map<Figure, Map<String, Double>> summed(Map<MetricName, ? extends Metric> metrics) {
        Map<Figure, Map<String, Double>> values = new EnumMap<>(Figure.class);
        metrics.forEach((name, metric) -> {
            Figure figure = BY_METRIC.get(name.name());
            String label = figure == null ? null : figure.labelOf(name);
            // Averages and maxima without a sample are NaN.
            if (figure != null
                    && label != null
                    && metric.metricValue() instanceof Number number
                    && !Double.isNaN(number.doubleValue())) {
                values.computeIfAbsent(figure, any -> new HashMap<>())
                        .merge(label, number.doubleValue(), figure.merge::applyAsDouble);
            }
        });
        return values;
    }

    private static Map<String, Figure> byMetric() {
        Map<String, Figure> figures = new HashMap<>();
        for (Figure figure : Figure.values()) {
            figures.put(figure.metric, figure);
        }
        return Map.copyOf(figures);
    }

    private static Set<String> sourceTopics(TopologyDescription topology) {
        Set<String> topics = new TreeSet<>();
        for (TopologyDescription.Subtopology part : topology.subtopologies()) {
            for (TopologyDescription.Node node : part.nodes()) {
                if (node instanceof TopologyDescription.Source source && source.topicSet() != null) {
                    topics.addAll(source.topicSet());
                }
            }
        }
        return topics;
    }

    private static Set<String> stores(TopologyDescription topology) {
        Set<String> stores = new TreeSet<>();
        for (TopologyDescription.Subtopology part : topology.subtopologies()) {
            for (TopologyDescription.Node node : part.nodes()) {
                if (node instanceof TopologyDescription.Processor processor) {
                    stores.addAll(processor.stores());
                }
            }
        }
        return stores;
    }
}
