package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No keystroke of a user at level features or local is in any topic: searched in all records, and in the segments. */
@Timeout(600)
class CollectionLevelTest {

    private static final String SETTINGS = "/api/privacy/settings";

    private final SharedSystem system = SharedSystem.get();

    @ParameterizedTest
    @ValueSource(strings = {"features", "local"})
    void storesNoKeystrokeOfAUserWhoAllowsNone(String level) throws Exception {
        TestUser control = TestUser.register(system.origin());
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        assertThat(setLevel(user, level)).isEqualTo(200);

        for (int sequence = 0; sequence < 20; sequence++) {
            String batch = TestUser.batch(session, sequence, 10);
            assertThat(user.post("/api/keystrokes", batch).statusCode()).isEqualTo(403);
            assertThat(user.post("/api/keystrokes", "[" + batch + "]").body()).contains("\"accepted\":0");
        }
        control.type(control.startSession(), 0, 10);

        assertThat(recordsOf(control))
                .as("the search finds keystrokes that are there")
                .isNotEmpty();
        assertThat(recordsOf(user)).isEmpty();
        assertThat(segmentsWith(control)).isNotEmpty();
        assertThat(segmentsWith(user)).isEmpty();
    }

    @Test
    void acceptsNothingAfterTheResponseWhileBatchesKeepComing() throws Exception {
        TestUser user = TestUser.register(system.origin());
        UUID session = user.startSession();
        AtomicBoolean inForce = new AtomicBoolean();
        AtomicBoolean done = new AtomicBoolean();
        List<Integer> before = new ArrayList<>();
        List<Integer> after = new ArrayList<>();
        Thread editor = Thread.ofPlatform().start(() -> {
            for (int sequence = 0; !done.get(); sequence++) {
                boolean isLater = inForce.get();
                try {
                    (isLater ? after : before)
                            .add(user.post("/api/keystrokes", TestUser.batch(session, sequence, 5))
                                    .statusCode());
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        Eventually.holds("a batch is accepted", () -> user.keystrokesCounted() > 0);

        assertThat(setLevel(user, "features")).isEqualTo(200);
        inForce.set(true);
        long records = recordsOf(user).size();
        done.set(true);
        editor.join();

        assertThat(before).contains(202);
        assertThat(after).isNotEmpty().containsOnly(403);
        assertThat(recordsOf(user)).hasSize((int) records);
    }

    /** Editors start sessions of a project while its user excludes it, and send batches of refused ones too. */
    @Test
    void leavesNoSessionThatStartsDuringTheChange() throws Exception {
        TestUser user = TestUser.register(system.origin());
        List<UUID> sessions = Collections.synchronizedList(new ArrayList<>());
        AtomicBoolean done = new AtomicBoolean();
        try (ExecutorService editors = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> starting = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starting.add(editors.submit(() -> startSessions(user, sessions, done)));
            }
            try {
                Eventually.holds("sessions start", () -> sessions.size() > 20);
                assertThat(user.put(SETTINGS, "{\"excluded_projects\": [\"secret\"]}")
                                .statusCode())
                        .isEqualTo(200);
            } finally {
                done.set(true);
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<List<Integer>> editor : starting) {
                statuses.addAll(editor.get());
            }
            assertThat(statuses).contains(201, 403).containsOnly(201, 403);
        }

        for (UUID session : sessions) {
            assertThat(user.post("/api/keystrokes", TestUser.batch(session, 0, 10))
                            .statusCode())
                    .as("a batch of a session that started or was refused")
                    .isBetween(400, 499);
        }
        assertThat(recordsOf(user)).isEmpty();
    }

    /** Starts sessions until some are refused; adds their ids before it sends them, and returns the statuses. */
    private static List<Integer> startSessions(TestUser user, List<UUID> sessions, AtomicBoolean done)
            throws IOException, InterruptedException {
        List<Integer> statuses = new ArrayList<>();
        while (!done.get() && statuses.stream().filter(status -> status == 403).count() < 20) {
            UUID session = UUID.randomUUID();
            sessions.add(session);
            statuses.add(
                    user.post("/api/sessions/start", "{\"session_id\": \"" + session + "\", \"project\": \"Secret\"}")
                            .statusCode());
        }
        return statuses;
    }

    private static int setLevel(TestUser user, String level) throws IOException, InterruptedException {
        return user.put(SETTINGS, "{\"collection_level\": \"" + level + "\"}").statusCode();
    }

    /** Returns the records of a user in the topics that may hold keystrokes. */
    private List<ConsumerRecord<byte[], byte[]>> recordsOf(TestUser user) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, system.bootstrapServers()),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().entrySet().stream()
                    .filter(topic -> mayHoldKeystrokes(topic.getKey()))
                    .flatMap(topic -> topic.getValue().stream()
                            .map(partition -> new TopicPartition(topic.getKey(), partition.partition())))
                    .toList();
            assertThat(partitions).hasSizeGreaterThan(2);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            while (partitions.stream()
                    .anyMatch(
                            partition -> consumer.position(partition) < Objects.requireNonNull(ends.get(partition)))) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (contains(record.key(), user) || contains(record.value(), user)) {
                        found.add(record);
                    }
                });
            }
            return found;
        }
    }

    /** Returns the segments of those topics with the id of a user, under which their keystrokes are stored. */
    private List<Path> segmentsWith(TestUser user) throws IOException {
        try (Stream<Path> files = Files.walk(system.folder().path())) {
            return files.filter(file -> file.toString().endsWith(".log")
                            && mayHoldKeystrokes(String.valueOf(file.getName(file.getNameCount() - 2))))
                    .filter(file -> contains(read(file), user))
                    .toList();
        }
    }

    private static boolean mayHoldKeystrokes(String topic) {
        return topic.startsWith("keystrokes") || topic.startsWith("dead-letters") || topic.contains("reorder-buffer");
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static boolean contains(byte[] bytes, TestUser user) {
        return bytes != null && new String(bytes, StandardCharsets.ISO_8859_1).contains(user.id.toString());
    }
}
