package dev.mindfulcode.ingestservice;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/**
 * Benchmark of ingest against two floors in one run, in turn: a bare reactor-netty sink, and a bare reactor-netty that
 * sends the body to a KafkaProducer with acks=all. Generator, broker and server share the machine, so only ratios
 * count. Arguments: rounds, seconds per round, connections.
 */
final class IngestBench {

    private static final int KEYSTROKES = 50;

    private IngestBench() {}

    public static void main(String[] args) throws InterruptedException {
        int rounds = args.length > 0 ? Integer.parseInt(args[0]) : 3;
        long millis = 1_000L * (args.length > 1 ? Integer.parseInt(args[1]) : 10);
        int connections = args.length > 2 ? Integer.parseInt(args[2]) : 64;
        IngestServer ingest = IngestServer.start(TestPlatform.shared(), Clock.systemUTC(), Map.of());
        UUID user = ingest.newUser();
        byte[] request = request(user, ingest.newSession(user));
        DisposableServer sink = sink();
        KafkaProducer<byte[], byte[]> producer = producer(ingest.bootstrapServers);
        DisposableServer kafka = kafka(producer, user);
        for (int round = 0; round <= rounds; round++) {
            String name = round == 0 ? "warm-up" : "round " + round;
            print(name, "sink", LoadGenerator.run(sink.port(), request, 202, connections, millis), 0);
            LoadGenerator.Result floor = LoadGenerator.run(kafka.port(), request, 202, connections, millis);
            print(name, "sink + Kafka", floor, 0);
            LoadGenerator.Result whole = LoadGenerator.run(ingest.port(), request, 202, connections, millis);
            print(name, "ingest", whole, whole.requestsPerSecond() / floor.requestsPerSecond());
        }
        sink.disposeNow();
        kafka.disposeNow();
        producer.close();
        ingest.close();
        System.exit(0);
    }

    private static void print(String round, String what, LoadGenerator.Result result, double ratio) {
        System.out.printf(
                Locale.ROOT,
                "%s | %s | %.0f requests/s | %.0f keystrokes/s | p50 %.2f ms | p99 %.2f ms%s%n",
                round,
                what,
                result.requestsPerSecond(),
                KEYSTROKES * result.requestsPerSecond(),
                result.p50Ms(),
                result.p99Ms(),
                ratio == 0 ? "" : String.format(Locale.ROOT, " | %.0f %% of sink + Kafka", 100 * ratio));
    }

    private static byte[] request(UUID user, UUID session) {
        String body = BatchJson.of(session, 0).keystrokes(KEYSTROKES).toString();
        String head =
                "POST /api/keystrokes HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + IngestServer.token(user)
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.ISO_8859_1);
    }

    private static DisposableServer sink() {
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post(
                        "/api/keystrokes",
                        (request, response) -> request.receive()
                                .then(response.status(202)
                                        .header("Content-Length", "0")
                                        .send())))
                .bindNow();
    }

    private static DisposableServer kafka(KafkaProducer<byte[], byte[]> producer, UUID user) {
        byte[] key = user.toString().getBytes(StandardCharsets.ISO_8859_1);
        return HttpServer.create()
                .host("127.0.0.1")
                .port(0)
                .route(routes -> routes.post(
                        "/api/keystrokes",
                        (request, response) -> request.receive()
                                .aggregate()
                                .asByteArray()
                                .flatMap(body -> Mono.<Void>create(acknowledged -> producer.send(
                                        new ProducerRecord<>("bench-floor", key, body), (metadata, failure) -> {
                                            if (failure == null) {
                                                acknowledged.success();
                                            } else {
                                                acknowledged.error(failure);
                                            }
                                        })))
                                .then(response.status(202)
                                        .header("Content-Length", "0")
                                        .send())))
                .bindNow();
    }

    private static KafkaProducer<byte[], byte[]> producer(String bootstrapServers) {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "acks", "all", "linger.ms", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic("bench-floor", 6, (short) 1)))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
        return producer;
    }
}
