package dev.mindfulcode.flowstream;

import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;
import java.util.stream.DoubleStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * The cost of the stream next to a floor: a topology that passes the same bytes through the same broker under the same
 * configuration. Run by hand; the figures are in tools/benchmarks/results/flow-stream.md. Not a test: it asserts
 * nothing.
 *
 * <p>Arguments: batches to catch up with, seconds of latency to measure, sessions for the memory figure, least number
 * of threads. {@code -Dbench.spacing.ms=30000} sets the interval between batches of a session, {@code
 * -Dbench.override=name=value,…} overrides the configuration of the stream.
 */
final class FlowStreamBenchmark {

    private static final int PARTITIONS = 6;
    private static final int USERS = 1_000;
    private static final int KEYSTROKES = 50;
    private static final int TEAM = 10;
    private static final long SPACING_MS = Long.getLong("bench.spacing.ms", 10);
    private static final int RECORDS_A_SECOND = 500;
    private static final int WARM_UP_SECONDS = 20;
    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(5);
    private static final String FLOOR_OUT = "floor-out";

    private final List<Typing> people = new ArrayList<>();
    private final List<byte[]> keys = new ArrayList<>();
    private final KafkaProducer<byte[], byte[]> producer;

    public static void main(String[] arguments) throws Exception {
        int batches = Integer.parseInt(arguments[0]);
        int seconds = Integer.parseInt(arguments[1]);
        int sessions = Integer.parseInt(arguments[2]);
        FlowStreamBenchmark benchmark = new FlowStreamBenchmark();
        for (int threads = Integer.parseInt(arguments[3]); threads <= 2; threads++) {
            benchmark.catchUp(batches, threads);
            if (seconds > 0) {
                benchmark.latency(seconds, threads);
            }
        }
        benchmark.memory(sessions);
        System.exit(0);
    }

    private FlowStreamBenchmark() throws Exception {
        Map<String, Object> config = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                Kafka.PLATFORM.bootstrapServers(),
                ProducerConfig.LINGER_MS_CONFIG,
                0);
        producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        try (Admin admin = admin()) {
            Topics.createMissing(admin, PARTITIONS, (short) 1);
            admin.createTopics(List.of(new NewTopic(FLOOR_OUT, PARTITIONS, (short) 1)))
                    .all()
                    .get();
        }
        Topics.registerSchemas(StreamDriver.REGISTRY);
        for (int i = 0; i < USERS; i++) {
            Typing someone = Typing.someone();
            people.add(someone);
            keys.add(someone.userId().toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /**
     * Time to process what is waiting in the topic: through the floor, through the stream, and again when everybody is
     * in a team.
     */
    private void catchUp(int batches, int threads) throws Exception {
        Instant start = Instant.now().minusMillis(batches / USERS * SPACING_MS).minusSeconds(100);
        newSessions();
        for (int i = 0; i < batches; i++) {
            int who = i % USERS;
            send(
                    who,
                    people.get(who)
                            .batch(
                                    i / USERS,
                                    start.plusMillis(i / USERS * SPACING_MS),
                                    Instant.now(),
                                    Typing.letters(KEYSTROKES, 20)));
        }
        producer.flush();
        secondsUntil(batches, stream(threads)); // for the compiler
        double floor = batches / secondsUntil(batches, floor(threads));
        double stream = batches / secondsUntil(batches, stream(threads));
        joinTeams(start.minusSeconds(3_600));
        double teams = batches / secondsUntil(batches, stream(threads));
        System.out.printf(
                "catch up, %d threads, %d batches of %d, %d ms apart: floor %.0f records/s, stream %.0f records/s, in"
                        + " teams %.0f records/s%n",
                threads, batches, KEYSTROKES, SPACING_MS, floor, stream, teams);
    }

    /** Puts everybody into a team of ten, with consent. */
    private void joinTeams(Instant at) {
        UUID team = UUID.randomUUID();
        for (int who = 0; who < USERS; who++) {
            team = who % TEAM == 0 ? UUID.randomUUID() : team;
            for (AccountEvent event : List.of(TeamEvents.joined(team, at), TeamEvents.consent(team, at, true))) {
                producer.send(new ProducerRecord<>(
                        Topics.ACCOUNTS.name(),
                        keys.get(who),
                        Seals.value(Topics.ACCOUNTS, people.get(who).userId(), event)));
            }
        }
        producer.flush();
    }

    private double secondsUntil(int batches, Running running) throws Exception {
        try (running) {
            while (running.processed.getAsLong() == 0) {
                LockSupport.parkNanos(100_000);
            }
            long beganNs = System.nanoTime();
            long before = running.processed.getAsLong();
            while (running.processed.getAsLong() < batches) {
                LockSupport.parkNanos(100_000);
            }
            return (System.nanoTime() - beganNs) / 1e9 * batches / (batches - before);
        }
    }

    /** Producer to read_uncommitted consumer, as the live feed reads. */
    private void latency(int seconds, int threads) throws Exception {
        newSessions();
        try (Running running = floor(threads).ready()) {
            report("floor", threads, FLOOR_OUT, seconds, FlowStreamBenchmark::receivedAtOfBatch);
        }
        newSessions();
        try (Running running = stream(threads).ready()) {
            report("stream", threads, Topics.FLOW_STATES.name(), seconds, FlowStreamBenchmark::receivedAtOfState);
        }
    }

    private void report(
            String what,
            int threads,
            String topic,
            int seconds,
            ToLongFunction<ConsumerRecord<byte[], byte[]>> sentAtMs)
            throws Exception {
        Thread sending = Thread.ofPlatform().start(() -> sendFor(WARM_UP_SECONDS + seconds));
        long fromMs = System.currentTimeMillis() + WARM_UP_SECONDS * 1_000L;
        long[] latencies = new long[RECORDS_A_SECOND * seconds * 2];
        int count = 0;
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(topic)) {
            while (System.currentTimeMillis() < fromMs + seconds * 1_000L) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(50))) {
                    if (record.value() == null) {
                        continue; // a progress marker
                    }
                    long sentMs = sentAtMs.applyAsLong(record);
                    if (sentMs >= fromMs && count < latencies.length) {
                        latencies[count++] = System.currentTimeMillis() - sentMs;
                    }
                }
            }
        }
        sending.join();
        Arrays.sort(latencies, 0, count);
        System.out.printf(
                "latency, %d threads, %d records/s, %s: %d readings, p50 %d ms, p99 %d ms, max %d ms%n",
                threads,
                RECORDS_A_SECOND,
                what,
                count,
                latencies[count / 2],
                latencies[count * 99 / 100],
                latencies[count - 1]);
    }

    private void sendFor(int seconds) {
        long beganNs = System.nanoTime();
        for (int i = 0; i < seconds * RECORDS_A_SECOND; i++) {
            long dueNs = beganNs + i * (1_000_000_000L / RECORDS_A_SECOND);
            while (System.nanoTime() < dueNs) {
                LockSupport.parkNanos(dueNs - System.nanoTime());
            }
            int who = i % USERS;
            Instant now = Instant.now();
            send(who, people.get(who).batch(i / USERS, now.minusMillis(1_000), now, Typing.letters(KEYSTROKES, 20)));
        }
    }

    /** Measures the memory of open sessions. */
    private void memory(int sessions) throws Exception {
        newSessions();
        try (Running running = stream(2).ready()) {
            long heapBefore = usedHeapBytes();
            Instant now = Instant.now();
            for (int i = 0; i < sessions; i++) {
                int who = i % USERS;
                Typing session = people.get(who).inAnotherSession();
                send(who, session.batch(0, now, now, Typing.letters(KEYSTROKES, 20)));
            }
            producer.flush();
            while (running.processed.getAsLong() < sessions) {
                LockSupport.parkNanos(1_000_000);
            }
            LockSupport.parkNanos(2 * COMMIT_INTERVAL.toNanos());
            long heap = usedHeapBytes() - heapBefore;
            System.out.printf(
                    "memory, %d open sessions: heap %.2f MB per 1,000; RocksDB: memtables %.1f MB, cache %.1f MB of at"
                            + " most %d MB for all%n",
                    sessions,
                    heap / 1e6 / sessions * 1_000,
                    metrics(running.streams, "size-all-mem-tables").sum() / 1e6,
                    metrics(running.streams, "block-cache-usage").max().orElse(0) / 1e6,
                    BoundedMemoryRocksDbConfig.CACHE_BYTES_MAX >> 20);
        }
    }

    private static Admin admin() {
        return Admin.create(
                Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, (Object) Kafka.PLATFORM.bootstrapServers()));
    }

    private static DoubleStream metrics(KafkaStreams streams, String name) {
        return streams.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals(name))
                .mapToDouble(metric -> ((Number) metric.metricValue()).doubleValue());
    }

    private static long usedHeapBytes() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }

    /** Each round has sessions, and an application, of its own, and an empty topic to begin with. */
    private void newSessions() throws Exception {
        people.replaceAll(Typing::inAnotherSession);
        try (Admin admin = admin()) {
            Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                all.put(new TopicPartition(Topics.KEYSTROKES.name(), partition), RecordsToDelete.beforeOffset(-1));
                all.put(new TopicPartition(Topics.ACCOUNTS.name(), partition), RecordsToDelete.beforeOffset(-1));
            }
            admin.deleteRecords(all).all().get();
        }
    }

    private void send(int who, KeystrokeBatch batch) {
        producer.send(new ProducerRecord<>(
                Topics.KEYSTROKES.name(),
                keys.get(who),
                Seals.value(Topics.KEYSTROKES, people.get(who).userId(), batch)));
    }

    private record Running(KafkaStreams streams, LongSupplier processed) implements AutoCloseable {

        Running ready() {
            Kafka.await(
                    "the stream is ready", Duration.ofSeconds(60), () -> streams.state() == KafkaStreams.State.RUNNING);
            return this;
        }

        @Override
        public void close() {
            streams.close(Duration.ofSeconds(20));
        }
    }

    private static Running stream(int threads) throws Exception {
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        StreamMeters meters = new StreamMeters(registry);
        InstantSource clock = InstantSource.system();
        Topology topology = new FlowTopology(
                        KeyLookup.of(Typing.KEYS),
                        StreamDriver.REGISTRY,
                        meters,
                        new ClampedTimestampExtractor(clock),
                        StreamDriver.TEAM_PRIVACY,
                        Tracing.OFF)
                .get();
        Properties properties = properties(threads, "stream", meters);
        return running(topology, properties, () -> (long) meters.batchesCounted.count());
    }

    private static Running floor(int threads) throws Exception {
        AtomicLong passed = new AtomicLong();
        ByteArrayDeserializer in = new ByteArrayDeserializer();
        ByteArraySerializer out = new ByteArraySerializer();
        Topology topology = new Topology();
        topology.addSource("in", in, in, Topics.KEYSTROKES.name());
        topology.<byte[], byte[], byte[], byte[]>addProcessor(
                "pass",
                () -> new ContextualProcessor<>() {
                    @Override
                    public void process(Record<byte[], byte[]> record) {
                        passed.incrementAndGet();
                        context().forward(record);
                    }
                },
                "in");
        topology.addSink("out", FLOOR_OUT, out, out, "pass");
        return running(
                topology, properties(threads, "floor", new StreamMeters(new SimpleMeterRegistry())), passed::get);
    }

    private static Properties properties(int threads, String what, StreamMeters meters) throws Exception {
        Path state = Files.createTempDirectory(Files.createDirectories(Path.of("target", "bench")), what);
        Properties properties = new StreamSettings(
                        KafkaCluster.of(Kafka.PLATFORM.bootstrapServers()),
                        state.toAbsolutePath(),
                        COMMIT_INTERVAL,
                        threads,
                        0,
                        null)
                .properties(new DeadLetterFactory(StreamDriver.REGISTRY, InstantSource.system(), meters));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, what + "-" + System.nanoTime());
        String override = System.getProperty("bench.override", "");
        for (String pair : override.isEmpty() ? new String[0] : override.split(",")) {
            properties.put(pair.split("=")[0], pair.split("=")[1]);
        }
        return properties;
    }

    private static Running running(Topology topology, Properties properties, LongSupplier processed) {
        KafkaStreams streams = new KafkaStreams(topology, properties);
        streams.start();
        return new Running(streams, processed);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String topic) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, Kafka.PLATFORM.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToEnd(partitions);
        partitions.forEach(consumer::position);
        return consumer;
    }

    private static long receivedAtOfBatch(ConsumerRecord<byte[], byte[]> record) {
        return record.timestamp();
    }

    private static long receivedAtOfState(ConsumerRecord<byte[], byte[]> record) {
        UUID userId = UUID.fromString(new String(record.key(), StandardCharsets.UTF_8));
        FlowState state = Seals.event(Topics.FLOW_STATES, userId, record.value());
        return state.getReceivedAt().toEpochMilli();
    }
}
