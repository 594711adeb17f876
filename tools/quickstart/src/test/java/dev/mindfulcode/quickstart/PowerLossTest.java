package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.embeddedplatform.EmbeddedPlatform;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The log loses its last records while Postgres keeps everything, as when a machine loses power.
 *
 * <p>All topics at once, and with {@code -Dmindful.full=true} each kind of topic in turn as well.
 */
class PowerLossTest {

    private static final Duration POLL = Duration.ofMillis(100);

    @TempDir
    Path folder;

    private final List<TestUser> users = new ArrayList<>();
    private final Map<UUID, Long> sequences = new HashMap<>();
    private StringWriter console = new StringWriter();
    private @Nullable QuickstartSystem system;
    private URI origin = URI.create("http://localhost");

    private record Cut(String name, Predicate<String> topics) {}

    @AfterEach
    void stop() {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void reportsLostRecordsAndRebuildsFromTheLog() throws Exception {
        start();
        for (int i = 0; i < 3; i++) {
            users.add(TestUser.register(origin));
        }
        assertThat(users.getFirst()
                        .post("/api/teams", "{\"name\":\"Survivors\"}")
                        .statusCode())
                .isEqualTo(201);
        int partitionsCut = 0;
        for (Cut cut : cuts()) {
            type();
            awaitAgreement("before " + cut.name());
            stop();
            int partitions = LogTail.cut(folder.resolve("data/kafka"), cut.topics());

            start();

            partitionsCut += partitions;
            if (partitions == 0) {
                continue; // Nothing was written to it.
            }
            assertThat(console.toString())
                    .as(cut.name())
                    .contains("The event log has lost its last records")
                    .containsPattern(" {2}\\S+: [0-9]+ record");
            awaitAgreement("after " + cut.name());
            assertThat(text("SELECT string_agg(session_id::text, ',') FROM gateway.session_owners o"
                            + " WHERE NOT EXISTS (SELECT FROM readmodel.coding_sessions s"
                            + " WHERE s.session_id = o.session_id AND s.user_started_at IS NOT NULL)"))
                    .as("every session that was started is there after " + cut.name())
                    .isNull();
        }
        assertThat(partitionsCut).isPositive();
    }

    private static List<Cut> cuts() {
        List<Cut> cuts = new ArrayList<>();
        cuts.add(new Cut("all topics", topic -> true));
        if (Boolean.getBoolean("mindful.full")) {
            Stream.concat(
                            Topics.all().stream().map(topic -> topic.name()),
                            Stream.of("__consumer_offsets", "__transaction_state"))
                    .forEach(topic -> cuts.add(new Cut(topic, topic::equals)));
            cuts.add(new Cut("changelogs", topic -> topic.startsWith("mindful-flow-")));
        }
        return cuts;
    }

    private void start() throws Exception {
        console = new StringWriter();
        DataFolder data = DataFolder.at(folder.resolve("data"));
        data.create();
        QuickstartSystem next = new QuickstartSystem(
                data,
                new QuickstartOptions(ForkedRun.freePort(), Duration.ofMillis(500)),
                new StartProgress(new PrintWriter(console)));
        system = next;
        origin = URI.create(next.start());
        users.replaceAll(user -> login(user));
    }

    private TestUser login(TestUser user) {
        try {
            return TestUser.login(origin, user.email, user.password);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Each in a session that they had, of which the log may have lost batches, and in a new one. */
    private void type() throws Exception {
        for (TestUser user : users) {
            UUID session = user.startSession();
            for (int i = 0; i < 4; i++) {
                user.type(session, i, 10 + i);
            }
            for (UUID known : sequences.keySet()) {
                if (owns(user, known)) {
                    user.type(known, sequences.merge(known, 1L, Long::sum), 7);
                }
            }
            sequences.put(session, 3L);
        }
        TestUser first = users.getFirst();
        UUID ended = first.startSession();
        first.type(ended, 0, 5);
        assertThat(first.post("/api/sessions/" + ended + "/end", "{}").statusCode())
                .isEqualTo(200);
    }

    private boolean owns(TestUser user, UUID session) throws Exception {
        return user.get("/api/sessions/" + session).statusCode() == 200;
    }

    /**
     * The read model has the keystrokes that are on the log, those of each user and minute alike, and nothing is being
     * built.
     */
    private void awaitAgreement(String when) throws Exception {
        Eventually.holds("the read model agrees with the log " + when, () -> {
            Map<UUID, Long> logged = keystrokesOnTheLog();
            return logged.equals(counted("coding_sessions"))
                    && logged.equals(counted("flow_minutes"))
                    && logged.equals(counted("daily_summaries"))
                    && text("SELECT string_agg(state, ',') FROM readmodel.projection_builds WHERE state = 'building'")
                            == null;
        });
    }

    private Map<UUID, Long> keystrokesOnTheLog() {
        Map<UUID, Long> keystrokes = new TreeMap<>();
        Set<String> seen = new HashSet<>();
        try (PostgresUserKeys keys = keys();
                KafkaConsumer<UUID, byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", platform().bootstrapServers()),
                        new UUIDDeserializer(),
                        new ByteArrayDeserializer());
                SealedEvents<KeystrokeBatch> values = new SealedEvents<>(
                        Topics.KEYSTROKES, new SchemaRegistry(platform().registryUrl(), false))) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.KEYSTROKES.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream()
                    .anyMatch(partition -> consumer.position(partition) < ends.getOrDefault(partition, 0L))) {
                for (ConsumerRecord<UUID, byte[]> record : consumer.poll(POLL)) {
                    if (values.open(record.key(), record.value(), keys::find)
                                    instanceof Opened.Event<KeystrokeBatch>(KeystrokeBatch batch)
                            && seen.add(batch.getSessionId() + " " + batch.getSequence())) {
                        keystrokes.merge(record.key(), keystrokesOf(batch), Long::sum);
                    }
                }
            }
        }
        return keystrokes;
    }

    private static long keystrokesOf(KeystrokeBatch batch) {
        try {
            return KeystrokePayload.decode(batch.getPayload()).keystrokes();
        } catch (MalformedPayloadException e) {
            throw new AssertionError(e);
        }
    }

    private PostgresUserKeys keys() {
        String secret =
                DataFolder.at(folder.resolve("data")).secrets().orElseThrow().encryptionKey();
        return PostgresUserKeys.open(
                PostgresUrl.parse(platform().databaseUrl()).dataSource(), KeyEncryptionKey.parse(secret));
    }

    private Map<UUID, Long> counted(String table) {
        Map<UUID, Long> keystrokes = new TreeMap<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT user_id, sum(keystrokes) FROM readmodel." + table
                        + " GROUP BY 1 HAVING sum(keystrokes) > 0")) {
            while (row.next()) {
                keystrokes.put(row.getObject(1, UUID.class), row.getLong(2));
            }
            return keystrokes;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private @Nullable String text(String sql) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private EmbeddedPlatform platform() {
        return Objects.requireNonNull(system, "not started").platform();
    }

    private Connection connect() throws SQLException {
        return PostgresUrl.parse(platform().databaseUrl()).dataSource().getConnection();
    }
}
