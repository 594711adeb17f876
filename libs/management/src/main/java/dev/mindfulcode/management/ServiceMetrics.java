package dev.mindfulcode.management;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.List;
import java.util.Set;

/**
 * The metrics of a process: its memory, garbage collections, threads, files and processor time, and what its services
 * register. Thread-safe.
 *
 * <p>Metrics of libraries are left out: their names change with versions, and their labels contain ids of processes.
 * docs/metrics.md lists all others.
 */
public final class ServiceMetrics implements AutoCloseable {

    /** The media type of {@link #scrape}. */
    public static final String CONTENT_TYPE = "text/plain;version=0.0.4;charset=utf-8";

    private static final List<String> STABLE_PREFIXES = List.of("mindful.", "jvm.", "process.", "system.");

    /** Their names break the conventions of Prometheus; process.cpu.usage and system.cpu.usage suffice. */
    private static final Set<String> OMITTED = Set.of("process.cpu.time", "system.cpu.count");

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();

    public ServiceMetrics() {
        registry.config().meterFilter(MeterFilter.denyUnless(id -> isStable(id.getName())));
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        collections.bindTo(registry);
    }

    public MeterRegistry registry() {
        return registry;
    }

    /** Returns all series in the text format of Prometheus. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        collections.close();
        registry.close();
    }

    private static boolean isStable(String name) {
        return !OMITTED.contains(name) && STABLE_PREFIXES.stream().anyMatch(name::startsWith);
    }
}
