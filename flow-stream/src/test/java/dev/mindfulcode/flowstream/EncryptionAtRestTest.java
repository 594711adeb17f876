package dev.mindfulcode.flowstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowstream.StoredBytes.Row;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.FlowFeedbackKind;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests what the stream writes about a user to the disks of Kafka and RocksDB, searched byte by byte. */
class EncryptionAtRestTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(90);
    private static final List<Topic<?>> SEALED_TOPICS = List.of(
            Topics.KEYSTROKES,
            Topics.FLOW_FEATURES,
            Topics.SESSIONS,
            Topics.ACCOUNTS,
            Topics.FLOW_FEEDBACK,
            Topics.FLOW_STATES,
            Topics.FLOW_PERIODS,
            Topics.FLOW_MINUTES);

    private final Kafka kafka = new Kafka();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();
    private final byte[] annasPrefix = UserStoreKeys.prefix(anna.userId());

    /** To the millisecond, so that its bytes occur nowhere else; keys of minutes have the minute. */
    private final Instant typedAt = Instant.ofEpochMilli(System.currentTimeMillis() / 60_000 * 60_000 - 586_543);

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        kafka.close();
    }

    @Test
    void storesNothingAboutAUserThatOpensWithoutTheirKey() throws Exception {
        sendEverything();
        List<Row> rows = new ArrayList<>();
        try (StreamProcess stream = new StreamProcess(folder)) {
            Kafka.await("a row in each changelog", TIMEOUT, () -> {
                assertThat(stream.isAlive()).isTrue();
                rows.clear();
                ErasureTest.USER_STORES.forEach(store -> rows.addAll(changelog(store)));
                return rows.stream()
                                        .filter(row -> row.value() != null)
                                        .map(Row::place)
                                        .distinct()
                                        .count()
                                == ErasureTest.USER_STORES.size()
                        && !changelogOfTeams().isEmpty();
            });
        }
        rows.addAll(rocksDbRows());
        rows.addAll(contributions());

        List<byte[]> opened = new ArrayList<>();
        for (Row row : rows) {
            if (row.value() != null) {
                opened.add(opened(anna, row.place(), row.value(), 1));
                assertThat(opens(ben, row.place(), row.value())).isFalse();
            }
        }
        List<Row> events = events();
        for (Row row : events) {
            opened.add(openedEvent(row));
        }
        assertNowhereInClear(opened, rows, events);

        kafka.purge(anna);
        kafka.flush();
        assertErased(rows);
    }

    /** Sends what leaves a row of Anna in each store, and events of each kind. */
    private void sendEverything() {
        UUID team = UUID.randomUUID();
        kafka.send(Topics.ACCOUNTS, anna.userId(), TeamEvents.joined(team, typedAt.minus(Duration.ofDays(2))));
        kafka.send(Topics.ACCOUNTS, anna.userId(), TeamEvents.consent(team, typedAt.minus(Duration.ofDays(2)), true));
        kafka.send(
                Topics.ACCOUNTS,
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(typedAt)
                        .setSensitivity(0.37f)
                        .build());
        kafka.send(
                Topics.SESSIONS,
                anna.userId(),
                SessionEvent.newBuilder()
                        .setSessionId(anna.sessionId())
                        .setKind(SessionEventKind.STARTED)
                        .setAt(typedAt)
                        .setRecordedAt(typedAt)
                        .build());
        for (long sequence : List.of(0L, 1L, 3L)) {
            kafka.type(anna, anna.batch(sequence, typedAt.plusSeconds(10 * sequence), 40, 200));
        }
        Instant reportedAt = typedAt.plusSeconds(50);
        kafka.send(
                Topics.FLOW_FEATURES,
                anna.userId(),
                anna.features(
                        5,
                        new FeatureReport(
                                reportedAt.toEpochMilli(),
                                5_000,
                                25,
                                0,
                                0,
                                0,
                                0,
                                0,
                                5_000,
                                0.5f,
                                0.5f,
                                0.5f,
                                0f,
                                0.5f)));
        kafka.send(
                Topics.FLOW_FEEDBACK,
                anna.userId(),
                FlowFeedback.newBuilder()
                        .setFeedbackId(UUID.randomUUID())
                        .setKind(FlowFeedbackKind.LABELLED)
                        .setAt(typedAt.plusSeconds(10))
                        .setFlow(6)
                        .setCreatedAt(typedAt)
                        .build());
        kafka.flush();
    }

    /** Returns what the stream's process has written of Anna to a changelog; the place is the store. */
    private List<Row> changelog(String store) {
        return StoredBytes.ofTopic("mindful-flow-" + store + "-changelog").stream()
                .filter(row -> row.keyBeginsWith(annasPrefix))
                .map(row -> new Row(store, row.key(), row.value()))
                .toList();
    }

    private List<Row> changelogOfTeams() {
        return StoredBytes.ofTopic("mindful-flow-contributions-changelog").stream()
                .filter(row -> StoredBytes.contains(row.key(), annasPrefix))
                .toList();
    }

    /** Returns what teams store of Anna, in changelogs and RocksDB; their keys begin with the team. */
    private List<Row> contributions() {
        List<Row> rows = StoredBytes.ofRocksDb(folder);
        for (String store : List.of(FlowTopology.TEAM_MEMBERS_STORE, FlowTopology.CONTRIBUTIONS_STORE)) {
            rows.addAll(StoredBytes.ofTopic("mindful-flow-" + store + "-changelog"));
        }
        List<Row> contributions = rows.stream()
                .filter(row -> StoredBytes.contains(row.key(), annasPrefix) && !row.keyBeginsWith(annasPrefix))
                .map(row -> new Row(Topics.TEAM_CONTRIBUTIONS.name(), row.key(), row.value()))
                .toList();
        assertThat(contributions).hasSizeGreaterThan(3);
        return contributions;
    }

    private List<Row> rocksDbRows() {
        List<Row> rows = StoredBytes.ofRocksDb(folder).stream()
                .filter(row -> row.keyBeginsWith(annasPrefix))
                .toList();
        assertThat(rows).extracting(Row::place).contains(FlowTopology.SESSIONS_STORE, FlowTopology.MINUTES_STORE);
        return rows;
    }

    private List<Row> events() {
        byte[] key = anna.userId().toString().getBytes(UTF_8);
        List<Row> events = new ArrayList<>();
        for (Topic<?> topic : SEALED_TOPICS) {
            StoredBytes.ofTopic(topic.name()).stream()
                    .filter(row -> Arrays.equals(row.key(), key))
                    .forEach(events::add);
        }
        assertThat(events)
                .extracting(Row::place)
                .contains("keystrokes", "flow-features", "flow-states", "flow-minutes");
        return events;
    }

    private byte[] openedEvent(Row row) throws GeneralSecurityException {
        SealedEvent sealed =
                StreamDriver.serde(Topics.ACCOUNTS.sealedForm()).deserializer().deserialize(row.place(), row.value());
        byte[] payload = new byte[sealed.getPayload().remaining()];
        sealed.getPayload().get(payload);
        UserCipher cipher = Typing.KEYS.find(anna.userId()).orElseThrow();
        return cipher.decrypt(payload, row.place(), sealed.getPayloadVersion());
    }

    private void assertNowhereInClear(List<byte[]> opened, List<Row> rows, List<Row> events) throws IOException {
        List<byte[]> stored = new ArrayList<>();
        rows.forEach(row -> stored.add(row.value() == null ? new byte[0] : row.value()));
        events.forEach(row -> stored.add(row.value()));
        for (Path file : StoredBytes.files(folder)) {
            stored.add(Files.readAllBytes(file));
        }
        for (byte[] mark : List.of(
                bigEndian(typedAt.toEpochMilli()),
                varint(typedAt.toEpochMilli()),
                anna.sessionId().toString().getBytes(UTF_8))) {
            assertThat(opened).as("in clear once opened").anyMatch(bytes -> StoredBytes.contains(bytes, mark));
            assertThat(stored).noneMatch(bytes -> StoredBytes.contains(bytes, mark));
        }
    }

    private void assertErased(List<Row> before) {
        try (StreamProcess stream = new StreamProcess(folder)) {
            Kafka.await("tombstones in each changelog", TIMEOUT, () -> {
                assertThat(stream.isAlive()).isTrue();
                return StoredBytes.isTombstoned(anna.userId());
            });
        }
        assertThat(StoredBytes.ofRocksDb(folder).stream().filter(row -> StoredBytes.contains(row.key(), annasPrefix)))
                .extracting(Row::place)
                .as("that she is erased")
                .containsOnly(FlowTopology.USERS_STORE);
        assertThat(Typing.KEYS.find(anna.userId())).isEmpty();
        for (Row row : before) {
            assertThat(row.value() != null && opens(ben, row.place(), row.value()))
                    .isFalse();
        }
    }

    private static byte[] opened(Typing who, String store, byte[] value, int version) throws GeneralSecurityException {
        UserCipher cipher = Typing.KEYS.find(who.userId()).orElseThrow();
        String topic = store.equals(Topics.TEAM_CONTRIBUTIONS.name()) ? store : "mindful-flow-" + store + "-changelog";
        return cipher.decrypt(value, topic, version);
    }

    private static boolean opens(Typing who, String store, byte[] value) {
        try {
            opened(who, store, value, 1);
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] bigEndian(long number) {
        return ByteBuffer.allocate(Long.BYTES).putLong(number).array();
    }

    /** Returns a number as Avro writes it. */
    private static byte[] varint(long number) {
        ByteBuffer bytes = ByteBuffer.allocate(10);
        long rest = number << 1 ^ number >> 63;
        for (; rest >>> 7 != 0; rest >>>= 7) {
            bytes.put((byte) (rest & 0x7f | 0x80));
        }
        bytes.put((byte) rest);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }
}
