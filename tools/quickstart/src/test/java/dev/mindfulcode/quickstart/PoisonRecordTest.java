package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.Topics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@Timeout(600)
class PoisonRecordTest {

    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void sendsPoisonRecordsToDeadLettersAndContinues() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        user.type(session, 0, 5);
        byte[] poison = "not in the wire format".getBytes(StandardCharsets.UTF_8);
        List<RecordMetadata> written = new ArrayList<>();
        try (KafkaProducer<UUID, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", system.bootstrapServers()),
                new UUIDSerializer(),
                new ByteArraySerializer())) {
            // Under the user's own key, hence in the partition of what the user types next.
            for (byte[] value : new byte[][] {poison, {0, 127, 127, 127, 127, 1}, {}}) {
                written.add(producer.send(new ProducerRecord<>(Topics.KEYSTROKES.name(), user.id, value))
                        .get());
            }
        }
        user.type(session, 1, 7);

        Eventually.holds("the batch behind the poison is counted", () -> user.keystrokesCounted() == 12);
        List<DeadLetter> letters = deadLetters(system, written.getFirst().partition());
        assertThat(letters)
                .extracting(DeadLetter::getOffset)
                .containsAll(written.stream().map(RecordMetadata::offset).toList());
        DeadLetter letter = letters.stream()
                .filter(candidate -> candidate.getOffset() == written.getFirst().offset())
                .findFirst()
                .orElseThrow();
        assertThat(letter.getTopic()).hasToString(Topics.KEYSTROKES.name());
        assertThat(letter.getReason().toString()).isNotBlank();
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(poison));
    }

    /**
     * A batch of a release whose schema nobody registered. It is rejected, and again when it is redriven too early;
     * once the schema is registered it counts, and only once.
     */
    @Test
    void redrivesARecordOnceItsCauseIsCorrected() throws Exception {
        SharedSystem system = SharedSystem.get();
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        SchemaRegistry registry = new SchemaRegistry(system.registryUrl(), false);
        int nextId = register(system, "first") + 1;
        byte[] value = sealedBatch(system, registry, user, session, nextId);
        RecordMetadata written;
        try (KafkaProducer<UUID, byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", system.bootstrapServers()),
                new UUIDSerializer(),
                new ByteArraySerializer())) {
            written = producer.send(new ProducerRecord<>(Topics.KEYSTROKES.name(), user.id, value))
                    .get();
        }
        user.type(session, 1, 7);
        Eventually.holds("the batch behind it is counted", () -> user.keystrokesCounted() == 7);

        DataFolder data = system.operatorFolder(folder.resolve("data"));
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);
            String id = open(data, written.partition(), written.offset()).getFirst();
            assertThat(terminal.run(data, "dead-letters", "show", id)).isZero();
            assertThat(terminal.out())
                    .contains("\"unreadable\"", "\"open\"")
                    .doesNotContain(user.id.toString(), session.toString());
            assertThat(terminal.run(data, "dead-letters", "redrive", id))
                    .as(terminal.err())
                    .isZero();
            Eventually.holds(
                    "it is rejected again",
                    () -> !open(data, written.partition(), written.offset() + 1).isEmpty());
            assertThat(user.keystrokesCounted()).isEqualTo(7);

            assertThat(register(system, "second")).isEqualTo(nextId);
            // An unknown schema counts as such for ten seconds.
            Eventually.holds("it is counted", () -> {
                for (String letter : open(data, written.partition(), written.offset() + 1)) {
                    terminal.run(data, "dead-letters", "redrive", letter);
                }
                return user.keystrokesCounted() == 12;
            });
            assertThat(terminal.run(data, "dead-letters", "redrive", id)).isZero();
            assertThat(terminal.out()).contains("redriven before");
            assertThat(terminal.run(data, "dead-letters", "redrive")).isEqualTo(2);
            assertThat(terminal.run(
                            data,
                            "dead-letters",
                            "redrive",
                            "--all",
                            "--stage",
                            "flow-stream",
                            "--topic",
                            "keystrokes",
                            "--reason",
                            "none such"))
                    .isZero();
            assertThat(terminal.out()).contains("0 redriven;");
        }
        user.type(session, 2, 3);
        Eventually.holds("what came after is counted", () -> user.keystrokesCounted() == 15);
    }

    /** Returns the ids of open letters of records from an offset of a partition of the keystrokes. */
    private List<String> open(DataFolder data, int partition, long from) throws Exception {
        assertThat(terminal.run(data, "dead-letters", "list", "--topic", "keystrokes", "--json"))
                .as(terminal.err())
                .isZero();
        List<String> ids = new ArrayList<>();
        for (String line : terminal.out().lines().toList()) {
            JsonNode letter = TestUser.JSON.readTree(line);
            if (letter.path("partition").asInt() == partition
                    && letter.path("offset").asLong() >= from
                    && letter.path("state").asString().equals("open")) {
                ids.add(letter.path("id").asString());
            }
        }
        return ids;
    }

    /** Registers a schema that differs from that of sealed events in a comment only, and returns its id. */
    private static int register(SharedSystem system, String comment) throws Exception {
        String schema =
                SealedEvent.getClassSchema().toString().replaceFirst("\\{", "{\"comment\":\"" + comment + "\",");
        String artifact = TestUser.JSON
                .createObjectNode()
                .put("artifactId", "poison-" + comment)
                .put("artifactType", "AVRO")
                .set(
                        "firstVersion",
                        TestUser.JSON
                                .createObjectNode()
                                .set(
                                        "content",
                                        TestUser.JSON
                                                .createObjectNode()
                                                .put("content", schema)
                                                .put("contentType", "application/json")))
                .toString();
        try (HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(URI.create(system.registryUrl() + "/groups/default/artifacts"))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(artifact))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return TestUser.JSON
                    .readTree(response.body())
                    .path("version")
                    .path("contentId")
                    .asInt();
        }
    }

    /** Returns five keystrokes as ingest would have sealed them, but written with another schema. */
    private static byte[] sealedBatch(
            SharedSystem system, SchemaRegistry registry, TestUser user, UUID session, int schemaId) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        int[] none = {};
        KeystrokePayload payload =
                new KeystrokePayload(new int[] {0, 100, 100, 100, 100}, new byte[5], none, none, new byte[0], none);
        KeystrokeBatch batch = KeystrokeBatch.newBuilder()
                .setBatchId(UUID.randomUUID())
                .setSessionId(session)
                .setSequence(0)
                .setStartedAt(now.minusSeconds(1))
                .setReceivedAt(now)
                .setPayload(ByteBuffer.wrap(payload.encode()))
                .build();
        try (PostgresUserKeys keys = PostgresUserKeys.open(
                        PostgresUrl.parse(system.databaseUrl()).dataSource(),
                        KeyEncryptionKey.parse(
                                system.folder().secrets().orElseThrow().encryptionKey()));
                SealedEvents<KeystrokeBatch> events = new SealedEvents<>(Topics.KEYSTROKES, registry)) {
            byte[] value = events.seal(batch, keys.find(user.id).orElseThrow());
            ByteBuffer.wrap(value).putInt(1, schemaId);
            return value;
        }
    }

    /** Returns the dead letters that came from a partition of the keystrokes. */
    private static List<DeadLetter> deadLetters(SharedSystem system, int partition) {
        var values = Topics.DEAD_LETTERS
                .valueSerde(new SchemaRegistry(system.registryUrl(), false))
                .deserializer();
        List<DeadLetter> letters = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", system.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.DEAD_LETTERS.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    DeadLetter letter = values.deserialize(record.topic(), record.value());
                    if (letter.getPartition() == partition) {
                        letters.add(letter);
                    }
                }
            }
        }
        return letters;
    }
}
