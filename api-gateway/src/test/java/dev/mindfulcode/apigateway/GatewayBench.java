package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Measures latencies of the gateway next to their floors. Not part of the test suite. Run it with
 * {@code ./mvnw -pl api-gateway -am test -Dtest=GatewayBench}; it writes tools/benchmarks/results/gateway.md.
 *
 * <p>Requests are sent at a fixed rate and timed from when they were due, so that a stall counts for all requests that
 * it delays.
 */
class GatewayBench {

    private static final int RATE_PER_SECOND = 200;
    private static final int WARM_UP_SECONDS = 5;
    private static final int SECONDS = 10;
    private static final int LIVE_USERS = 20;

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private final List<String> rows = new ArrayList<>();

    @Test
    void measure() throws IOException, InterruptedException {
        User ada = gateway.user();
        String intervals =
                IntStream.range(0, 300).mapToObj(i -> "" + (90 + i * 37 % 160)).collect(Collectors.joining(","));
        String body = "{\"flow_data\": {\"keystroke_intervals\": [" + intervals + "], \"context_switches\": 2}}";
        String readAfter = "";
        for (int i = 0; i < 50; i++) {
            readAfter = gateway.api
                    .post("/api/sessions/start", ada.token(), "{\"project\": \"p" + i + "\", \"language\": \"java\"}")
                    .header("X-Read-After");
        }
        byte[] page = gateway.api
                .get("/api/sessions/history?limit=50", ada.token(), "X-Read-After", readAfter)
                .body();
        DisposableServer floor = HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post(
                                "/sink",
                                (request, response) -> request.receive()
                                        .aggregate()
                                        .asByteArray()
                                        .then(response.header("Content-Type", "application/json")
                                                .sendByteArray(Mono.just(new byte[400]))
                                                .then()))
                        .get(
                                "/page",
                                (request, response) -> response.header("Content-Type", "application/json")
                                        .sendByteArray(Mono.just(page))))
                .bindNow();
        try {
            URI base = URI.create("http://127.0.0.1:" + floor.port());
            HttpRequest bareDetect = HttpRequest.newBuilder(base.resolve("/sink"))
                    .POST(BodyPublishers.ofString(body))
                    .build();
            HttpRequest barePage = HttpRequest.newBuilder(base.resolve("/page")).build();
            HttpRequest detect = gateway.api
                    .request("/api/flow/detect", ada.token())
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString(body))
                    .build();
            HttpRequest history = gateway.api
                    .request("/api/sessions/history?limit=50", ada.token())
                    .build();
            requests("bare reactor-netty: read the body, answer 400 bytes", bareDetect);
            requests("POST /api/flow/detect, 300 intervals", detect);
            requests("bare reactor-netty: answer a page of " + page.length / 1024 + " KiB", barePage);
            requests("GET /api/sessions/history, 50 sessions", history);
        } finally {
            floor.disposeNow();
        }
        live();
        report();
    }

    private void requests(String name, HttpRequest request) throws InterruptedException {
        atRate(request, WARM_UP_SECONDS);
        row(name, atRate(request, SECONDS));
    }

    private long[] atRate(HttpRequest request, int seconds) throws InterruptedException {
        int count = RATE_PER_SECOND * seconds;
        long[] latenciesNs = new long[count];
        CountDownLatch done = new CountDownLatch(count);
        AtomicInteger failed = new AtomicInteger();
        long startNs = System.nanoTime();
        for (int i = 0; i < count; i++) {
            int index = i;
            long dueNs = startNs + i * 1_000_000_000L / RATE_PER_SECOND;
            sleepUntil(dueNs);
            CompletableFuture<?> sent = http.sendAsync(request, BodyHandlers.ofByteArray())
                    .whenComplete((response, failure) -> {
                        latenciesNs[index] = System.nanoTime() - dueNs;
                        if (failure != null || response.statusCode() != 200) {
                            failed.incrementAndGet();
                        }
                        done.countDown();
                    });
            if (sent.isCancelled()) {
                break;
            }
        }
        if (!done.await(60, TimeUnit.SECONDS) || failed.get() > 0) {
            throw new IllegalStateException(failed + " requests failed");
        }
        return latenciesNs;
    }

    /**
     * Measures from just before a flow state is sent until its user's client has received it, next to a bare consumer.
     */
    private void live() throws InterruptedException {
        Map<UUID, LiveWebSocketClient> clients = new HashMap<>();
        List<User> users = new ArrayList<>();
        try (TestKafka log = gateway.log();
                BareConsumer bare = new BareConsumer(gateway.platform.bootstrapServers())) {
            for (int i = 0; i < LIVE_USERS; i++) {
                User user = gateway.user();
                users.add(user);
                clients.put(user.id(), LiveWebSocketClient.connect(gateway.api, user.token()));
            }
            UUID session = UUID.randomUUID();
            int count = RATE_PER_SECOND * (WARM_UP_SECONDS + SECONDS);
            int warmUp = RATE_PER_SECOND * WARM_UP_SECONDS;
            long[] sentNs = new long[count];
            byte[][] values = new byte[count][];
            for (int i = 0; i < count; i++) {
                values[i] = log.seal(
                        Topics.FLOW_STATES,
                        users.get(i % LIVE_USERS).id(),
                        FlowStates.state(session, i, SessionStatus.ACTIVE));
            }
            long[] seenNs = new long[count];
            List<Thread> readers = new ArrayList<>();
            for (int u = 0; u < LIVE_USERS; u++) {
                LiveWebSocketClient client = clients.get(users.get(u).id());
                int last = count - LIVE_USERS + u;
                if (client != null) {
                    readers.add(Thread.ofVirtual()
                            .start(() -> client.upTo(message -> {
                                int i = message.path("session")
                                        .path("keystrokes")
                                        .asInt(-1);
                                if (i >= 0) {
                                    seenNs[i] = System.nanoTime();
                                }
                                return i == last;
                            })));
                }
            }
            long startNs = System.nanoTime() + 1_000_000_000;
            for (int i = 0; i < count; i++) {
                sleepUntil(startNs + i * 1_000_000_000L / RATE_PER_SECOND);
                sentNs[i] = System.nanoTime();
                log.appendLater(
                        Topics.FLOW_STATES.name(), users.get(i % LIVE_USERS).id(), values[i]);
            }
            for (Thread reader : readers) {
                if (!reader.join(Duration.ofSeconds(30))) {
                    throw new IllegalStateException("a client did not get its last state");
                }
            }
            row("bare consumer: flow-states record seen", bare.latenciesNs(values, sentNs, warmUp));
            long[] latencies = IntStream.range(warmUp, count)
                    .filter(i -> seenNs[i] > 0)
                    .mapToLong(i -> seenNs[i] - sentNs[i])
                    .toArray();
            row("flow-states record to WebSocket message, " + LIVE_USERS + " clients", latencies);
        } finally {
            clients.values().forEach(LiveWebSocketClient::close);
        }
    }

    private void row(String name, long[] latenciesNs) {
        long[] sorted = latenciesNs.clone();
        Arrays.sort(sorted);
        rows.add(String.format(
                Locale.ROOT,
                "| %s | %d | %.2f | %.2f | %.2f |",
                name,
                sorted.length,
                sorted[sorted.length / 2] / 1e6,
                sorted[sorted.length * 99 / 100] / 1e6,
                sorted[sorted.length - 1] / 1e6));
    }

    private void report() throws IOException {
        Path results = Path.of("../tools/benchmarks/results");
        Files.createDirectories(results);
        double load = java.lang.management.ManagementFactory.getOperatingSystemMXBean()
                .getSystemLoadAverage();
        String text = """
                # Gateway latencies

                Measured %s. %d cores, %s, JDK %s, load average %.1f at the end. Load generator, Kafka,
                Postgres, registry, projection and gateway share the machine, and all but Postgres and the registry
                share one JVM with -Xmx1g and the serial collector, so compare each figure with the floor above it and
                not with other machines.

                Command: `./mvnw -pl api-gateway -am test -Dtest=GatewayBench`

                %d per second, open loop, %d s after %d s of warm-up; milliseconds from when a request was due.

                | what | n | p50 | p99 | max |
                | --- | --- | --- | --- | --- |
                %s
                """.formatted(
                        Instant.now().truncatedTo(java.time.temporal.ChronoUnit.SECONDS),
                        Runtime.getRuntime().availableProcessors(),
                        System.getProperty("os.arch"),
                        Runtime.version(),
                        load,
                        RATE_PER_SECOND,
                        SECONDS,
                        WARM_UP_SECONDS,
                        String.join("\n", rows));
        Files.writeString(results.resolve("gateway.md"), text);
    }

    private static void sleepUntil(long dueNs) {
        for (long waitNs = dueNs - System.nanoTime(); waitNs > 0; waitNs = dueNs - System.nanoTime()) {
            LockSupport.parkNanos(waitNs);
        }
    }

    /** Notes when each record of flow-states arrives, and does nothing else. */
    private static final class BareConsumer implements AutoCloseable {

        private final Map<Integer, Long> seenNs = new HashMap<>();
        private final Thread thread;
        private volatile boolean stopped;

        BareConsumer(String bootstrapServers) throws InterruptedException {
            CountDownLatch ready = new CountDownLatch(1);
            thread = Thread.ofPlatform().daemon().start(() -> {
                try (KafkaConsumer<UUID, byte[]> consumer = new KafkaConsumer<>(
                        Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                        new UUIDDeserializer(),
                        new ByteArrayDeserializer())) {
                    List<TopicPartition> partitions = consumer.partitionsFor(Topics.FLOW_STATES.name()).stream()
                            .map(info -> new TopicPartition(info.topic(), info.partition()))
                            .toList();
                    consumer.assign(partitions);
                    consumer.seekToEnd(partitions);
                    partitions.forEach(consumer::position);
                    ready.countDown();
                    while (!stopped) {
                        for (ConsumerRecord<UUID, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                            seenNs.put(Arrays.hashCode(record.value()), System.nanoTime());
                        }
                    }
                }
            });
            if (!ready.await(20, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the bare consumer does not start");
            }
        }

        long[] latenciesNs(byte[][] values, long[] sentNs, int from) throws InterruptedException {
            close();
            return IntStream.range(from, values.length)
                    .filter(i -> seenNs.containsKey(Arrays.hashCode(values[i])))
                    .mapToLong(i -> seenNs.getOrDefault(Arrays.hashCode(values[i]), 0L) - sentNs[i])
                    .toArray();
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            thread.join();
        }
    }
}
