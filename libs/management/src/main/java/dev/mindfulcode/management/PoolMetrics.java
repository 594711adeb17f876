package dev.mindfulcode.management;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.ToIntFunction;

/** Gauges of a pool of database connections, until it is closed. Thread-safe. */
public final class PoolMetrics implements AutoCloseable {

    private final MeterRegistry registry;
    private final String pool;
    private final List<Gauge> gauges = new ArrayList<>();

    /** @param pool the label; unique among the pools of the process */
    public PoolMetrics(
            MeterRegistry registry,
            String pool,
            DoubleSupplier active,
            DoubleSupplier idle,
            DoubleSupplier pending,
            DoubleSupplier max) {
        this.registry = registry;
        this.pool = pool;
        String open = "mindful.database.connections";
        gauge(open, "Open connections to the database", Tags.of("state", "active"), active);
        gauge(open, "Open connections to the database", Tags.of("state", "idle"), idle);
        gauge("mindful.database.connections.pending", "Requests that wait for a connection", Tags.empty(), pending);
        gauge("mindful.database.connections.max", "Size of the pool", Tags.empty(), max);
    }

    /** Observes a pool under its own name. */
    public static PoolMetrics of(MeterRegistry registry, HikariDataSource pool) {
        return new PoolMetrics(
                registry,
                pool.getPoolName(),
                () -> count(pool, HikariPoolMXBean::getActiveConnections),
                () -> count(pool, HikariPoolMXBean::getIdleConnections),
                () -> count(pool, HikariPoolMXBean::getThreadsAwaitingConnection),
                pool::getMaximumPoolSize);
    }

    /** Removes the gauges. */
    @Override
    public void close() {
        gauges.forEach(registry::remove);
    }

    private void gauge(String name, String description, Tags tags, DoubleSupplier value) {
        gauges.add(Gauge.builder(name, value::getAsDouble)
                .description(description)
                .tags(tags.and("pool", pool))
                .register(registry));
    }

    /** A pool has no figures before its first connection. */
    private static int count(HikariDataSource pool, ToIntFunction<HikariPoolMXBean> figure) {
        HikariPoolMXBean figures = pool.getHikariPoolMXBean();
        return figures == null ? 0 : figure.applyAsInt(figures);
    }
}
