package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParser;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serde;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Tests our serdes with a real registry and a producer that knows only the wire format. */
final class WireFormatTest {

    /**
     * {@link Examples#batch()} in Avro binary; must never change. A string is its length (36 is 48), then its
     * characters.
     */
    private static final String GOLDEN_BATCH = "48" + ascii("0190a1b2-c3d4-7000-8000-000000000001")
            + ("48" + ascii("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))
            + "0e" // sequence 7
            + "80fa818a9567" // started_at 1772355600000
            + "b891828a9567" // received_at 1772355601500
            + "00" // not clamped
            + ("0c" + "00ff10203040") // payload, its length first
            + "00"; // not imported

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private static SchemaRegistry registry;

    @SuppressWarnings("NullAway.Init")
    private static String confluentUrl;

    @BeforeAll
    static void start() {
        String url = TestPlatform.shared().registryUrl();
        registry = new SchemaRegistry(url, false);
        confluentUrl = url.replace("/apis/registry/v3", "/apis/ccompat/v7");
        Topics.registerSchemas(registry);
    }

    @AfterAll
    static void stop() {
        HTTP.close();
    }

    @Test
    void knowsWhichSchemasAreRegistered() {
        SchemaRegistry unknown = new SchemaRegistry(registry.url(), false);

        assertThat(Topics.missingSchemas(unknown)).isEmpty();
        try (SchemaRegistration registration = new SchemaRegistration(unknown)) {
            Topic<SessionEvent> topic = new Topic<>("not-yet", SessionEvent.class, null);
            assertThat(registration.missing(List.of(topic))).containsExactly("not-yet-value");
        }
    }

    @Test
    void batchHasStableBytes() throws Exception {
        byte[] bytes = serialize(Topics.KEYSTROKES, Examples.batch());

        int id = JSON.readTree(
                        get("/subjects/keystrokes.event-value/versions/1").body())
                .get("id")
                .intValue();
        assertThat(id).as("one byte, so that the order of bytes shows").isBetween(1, 255);
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo("00" + "000000%02x".formatted(id) + GOLDEN_BATCH);
    }

    @Test
    void recordsOfAllTopicsRoundTripWithoutHeadersOrRegistration() {
        List<? extends SpecificRecord> examples = Examples.oneForEachTopic();
        assertThat(examples).hasSameSizeAs(Topics.all());
        for (int i = 0; i < examples.size(); i++) {
            assertThat(roundTrip(Topics.all().get(i), examples.get(i))).isEqualTo(examples.get(i));
        }
    }

    @Test
    void recordsAreSelfContainedForConfluentClients() throws Exception {
        byte[] bytes = serialize(
                Topics.FLOW_STATES, (FlowState) Examples.oneForEachTopic().get(3));

        HttpResponse<String> schema =
                get("/schemas/ids/" + ByteBuffer.wrap(bytes, 1, 4).getInt());
        assertThat(schema.statusCode()).isEqualTo(200);
        Schema parsed = new SchemaParser()
                .parse(JSON.readTree(schema.body()).get("schema").textValue())
                .mainSchema();
        assertThat(parsed.getField("status").schema().getEnumSymbols()).contains("PAUSED");
    }

    /** A sealed value in Avro binary; must never change. */
    @Test
    void sealedEventHasStableBytes() {
        SealedEvent event = SealedEvent.newBuilder()
                .setPayloadVersion(1)
                .setPayload(ByteBuffer.wrap(HexFormat.of().parseHex("00ff10203040")))
                .build();
        SealedEvent erasure = SealedEvent.newBuilder()
                .setPayload(ByteBuffer.allocate(0))
                .setErasedAt(Instant.parse("2026-03-01T09:00:00Z"))
                .build();

        assertThat(avroOf(event)).isEqualTo("02" + "0c00ff10203040" + "00");
        assertThat(avroOf(erasure)).isEqualTo("02" + "00" + "02" + "80fa818a9567");
    }

    private static String avroOf(SealedEvent event) {
        byte[] bytes = serialize(Topics.SESSIONS.sealedForm(), event);
        return HexFormat.of().formatHex(bytes, 5, bytes.length);
    }

    @Test
    void readsABatchWithAnUnknownField() throws Exception {
        String schema = Files.readString(Path.of("src/main/avro/KeystrokeBatch.avsc"))
                .replace(
                        "\"fields\": [",
                        "\"fields\": [{\"name\": \"keyboard\", \"type\": [\"null\", \"string\"], \"default\": null},");
        int id = register("keystrokes.event-value", schema);
        KeystrokeBatch ours = Examples.batch();
        Schema theirs = new SchemaParser().parse(schema).mainSchema();
        GenericRecord record = new GenericData.Record(theirs);
        record.put("keyboard", "split, tented");
        record.put("batch_id", ours.getBatchId().toString());
        record.put("session_id", ours.getSessionId().toString());
        record.put("sequence", ours.getSequence());
        record.put("started_at", ours.getStartedAt().toEpochMilli());
        record.put("received_at", ours.getReceivedAt().toEpochMilli());
        record.put("clamped", ours.getClamped());
        record.put("payload", ours.getPayload());
        record.put("imported", ours.getImported());

        assertThat(deserialize(Topics.KEYSTROKES, framed(id, avro(record)))).isEqualTo(ours);
    }

    @Test
    void registersConcurrentlyWithoutDuplicates() throws Exception {
        String before = get("/subjects/flow-states-value/versions").body();
        try (ExecutorService services = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> registrations = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                registrations.add(services.submit(() -> Topics.registerSchemas(registry)));
            }
            for (Future<?> registration : registrations) {
                registration.get();
            }
        }

        assertThat(get("/subjects/flow-states-value/versions").body())
                .isEqualTo(before)
                .isEqualTo("[1]");
    }

    @Test
    void rejectsMangledBytes() {
        byte[] good = serialize(Topics.KEYSTROKES, Examples.batch());
        Random random = new Random(7);
        try (Serde<KeystrokeBatch> serde = Topics.KEYSTROKES.valueSerde(registry)) {
            for (int length = 0; length < good.length; length++) {
                byte[] cut = Arrays.copyOf(good, length);
                assertThatThrownBy(() -> serde.deserializer().deserialize("keystrokes", cut))
                        .as("%d bytes of %d", length, good.length)
                        .isExactlyInstanceOf(SerializationException.class);
            }
            for (int i = 0; i < 20_000; i++) {
                byte[] mangled = good.clone();
                mangled[5 + random.nextInt(good.length - 5)] = (byte) random.nextInt();
                try {
                    assertThat(serde.deserializer().deserialize("keystrokes", mangled))
                            .isNotNull();
                } catch (SerializationException refused) {
                    assertThat(refused).hasNoCause().hasMessageStartingWith("Invalid KeystrokeBatch");
                }
            }
            for (String other : new String[] {"{\"json\": true}", "\u0000", "a"}) {
                byte[] bytes = other.getBytes(StandardCharsets.UTF_8);
                assertThatThrownBy(() -> serde.deserializer().deserialize("keystrokes", bytes))
                        .isExactlyInstanceOf(SerializationException.class);
            }
        }
    }

    @Test
    void rejectsARecordOfAnotherTopic() {
        byte[] session = serialize(
                Topics.SESSIONS, (SessionEvent) Examples.oneForEachTopic().get(1));

        assertThatThrownBy(() -> deserialize(Topics.KEYSTROKES, session))
                .isExactlyInstanceOf(SerializationException.class)
                .hasMessageContaining("Invalid KeystrokeBatch");
    }

    @Test
    void rejectsEndlesslyNestedBytes() throws Exception {
        String schema =
                Files.readString(Path.of("src/main/avro/KeystrokeBatch.avsc")).replace("\"fields\": [", """
                        "fields": [{"name": "nest", "default": null, "type": ["null",
                            {"type": "record", "name": "Nest", "fields": [{"name": "inner", "type": ["null", "Nest"]}]}
                        ]},""");
        int id = register("keystrokes.event-value", schema);
        byte[] levels = new byte[900_000];
        Arrays.fill(levels, (byte) 2);

        assertThatThrownBy(() -> deserialize(Topics.KEYSTROKES, framed(id, levels)))
                .isExactlyInstanceOf(SerializationException.class);
    }

    private static <V extends SpecificRecord> byte[] serialize(Topic<V> topic, V value) {
        try (Serde<V> serde = topic.valueSerde(registry)) {
            return serde.serializer().serialize(subject(topic), value);
        }
    }

    private static <V extends SpecificRecord> V deserialize(Topic<V> topic, byte[] bytes) {
        try (Serde<V> serde = topic.valueSerde(registry)) {
            return serde.deserializer().deserialize(subject(topic), bytes);
        }
    }

    /** Returns the topic's name, or that of the events inside its sealed values. */
    private static String subject(Topic<?> topic) {
        return topic.sealed() ? topic.eventName() : topic.name();
    }

    private static <V extends SpecificRecord> V roundTrip(Topic<V> topic, SpecificRecord value) {
        return deserialize(topic, serialize(topic, topic.valueType().cast(value)));
    }

    private static int register(String subject, String schema) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(confluentUrl + "/subjects/" + subject + "/versions"))
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("schema", schema))))
                .build();
        HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        JsonNode answer = JSON.readTree(response.body());
        return answer.get("id").intValue();
    }

    private static HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(HttpRequest.newBuilder(URI.create(confluentUrl + path)).build(), BodyHandlers.ofString());
    }

    private static byte[] avro(GenericRecord record) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    private static byte[] framed(int id, byte[] avro) {
        return ByteBuffer.allocate(5 + avro.length)
                .put((byte) 0)
                .putInt(id)
                .put(avro)
                .array();
    }

    private static String ascii(String text) {
        return HexFormat.of().formatHex(text.getBytes(StandardCharsets.US_ASCII));
    }
}
