package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * A Kafka broker and controller in this JVM, started from Kafka's main classes.
 *
 * <p>The log survives a kill of the process: acknowledged records are in the page cache, and the broker checks its
 * segments at the next start. A power failure loses at most the last second. The broker registers no shutdown hook, so
 * that its owner can stop it after its clients.
 */
final class EmbeddedKafka implements AutoCloseable {

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(6);
    private static final int NODE_ID = 1;

    /** Maximum age of an unflushed record, and interval of checks: a second at most together. */
    private static final Duration FLUSH_INTERVAL = Duration.ofMillis(500);

    /** Settings of a single small broker, embedded or in a container. */
    static final Map<String, String> BROKER_SETTINGS = Map.ofEntries(
            Map.entry("auto.create.topics.enable", "false"),
            Map.entry("default.replication.factor", "1"),
            Map.entry("min.insync.replicas", "1"),
            Map.entry("offsets.topic.replication.factor", "1"),
            Map.entry("offsets.topic.num.partitions", "2"),
            Map.entry("transaction.state.log.replication.factor", "1"),
            Map.entry("transaction.state.log.min.isr", "1"),
            Map.entry("transaction.state.log.num.partitions", "2"),
            Map.entry("share.coordinator.state.topic.replication.factor", "1"),
            Map.entry("share.coordinator.state.topic.min.isr", "1"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // Broker and writers share a clock: a timestamp ahead of it is older than a step back of the clock.
            Map.entry("log.message.timestamp.after.max.ms", String.valueOf(Long.MAX_VALUE)),
            // A transaction left open by a killed process blocks read-committed readers until its cleanup.
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"));

    private final KafkaRaftServer server;
    private final int port;

    private EmbeddedKafka(KafkaRaftServer server, int port) {
        this.server = server;
        this.port = port;
    }

    /** Starts the broker and returns when it accepts requests. */
    static EmbeddedKafka start(Path folder, int wantedPort) {
        int port = LoopbackPort.orFree(wantedPort);
        Properties config = config(folder, port, freePortOtherThan(port));
        try {
            Files.createDirectories(folder);
            boolean isNew = !Files.exists(folder.resolve("meta.properties"));
            if (isNew) {
                format(folder);
            }
            KafkaRaftServer server = new KafkaRaftServer(KafkaConfig.fromProps(config, false), Time.SYSTEM);
            server.startup();
            EmbeddedKafka started = new EmbeddedKafka(server, port);
            if (!isNew) {
                started.removeFormerClients();
            }
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new PlatformException("Kafka did not start: folder=" + folder + ", error=" + e.getMessage(), e);
        }
    }

    /** The first port is not bound yet, so the system may return it again. */
    private static int freePortOtherThan(int port) {
        int other = port;
        while (other == port) {
            other = LoopbackPort.orFree(0);
        }
        return other;
    }

    private void removeFormerClients() {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            new FormerClients(admin).remove();
        } catch (PlatformException e) {
            close();
            throw e;
        }
    }

    String bootstrapServers() {
        return LoopbackPort.HOST + ":" + port;
    }

    /** Closes the log, for at most {@link #STOP_TIMEOUT}: the log survives a kill. */
    @Override
    public void close() {
        FutureTask<Void> stop = new FutureTask<>(
                () -> {
                    server.shutdown();
                    server.awaitShutdown();
                },
                null);
        Thread.ofPlatform().daemon().name("kafka-stop").start(stop);
        try {
            stop.get(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new PlatformException("Kafka was still closing its log after " + STOP_TIMEOUT, e);
        } catch (ExecutionException e) {
            throw new PlatformException("Kafka did not close cleanly", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void format(Path folder) throws Exception {
        Formatter formatter = new Formatter()
                .setPrintStream(new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .setNodeId(NODE_ID)
                .setClusterId(Uuid.randomUuid().toString())
                .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
                .setControllerListenerName("CONTROLLER")
                .setMetadataLogDirectory(folder.toString())
                // A quorum by configuration, not by the log: its port may differ at the next start.
                .setHasDynamicQuorum(false);
        formatter.addDirectory(folder.toString());
        formatter.run();
    }

    private static Properties config(Path folder, int port, int controllerPort) {
        Properties config = new Properties();
        config.put("process.roles", "broker,controller");
        config.put("node.id", String.valueOf(NODE_ID));
        config.put("controller.quorum.voters", NODE_ID + "@" + LoopbackPort.HOST + ":" + controllerPort);
        config.put(
                "listeners",
                "PLAINTEXT://" + LoopbackPort.HOST + ":" + port + ",CONTROLLER://" + LoopbackPort.HOST + ":"
                        + controllerPort);
        config.put("advertised.listeners", "PLAINTEXT://" + LoopbackPort.HOST + ":" + port);
        config.put("listener.security.protocol.map", "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT");
        config.put("controller.listener.names", "CONTROLLER");
        config.put("inter.broker.listener.name", "PLAINTEXT");
        config.put("log.dirs", folder.toString());
        config.putAll(BROKER_SETTINGS);
        // A power failure loses at most a second.
        config.put("log.flush.interval.ms", String.valueOf(FLUSH_INTERVAL.toMillis()));
        config.put("log.flush.scheduler.interval.ms", String.valueOf(FLUSH_INTERVAL.toMillis()));
        // Sized for one machine: the defaults assume many cores and gigabytes of heap.
        config.put("num.network.threads", "2");
        config.put("num.io.threads", "4");
        config.put("num.recovery.threads.per.data.dir", "2");
        config.put("background.threads", "2");
        config.put("log.cleaner.dedupe.buffer.size", String.valueOf(8 << 20));
        config.put("log.cleaner.io.buffer.size", String.valueOf(128 << 10));
        config.put("log.segment.bytes", String.valueOf(256 << 20));
        config.put("log.index.size.max.bytes", String.valueOf(1 << 20));
        config.put("controlled.shutdown.max.retries", "1");
        return config;
    }
}
