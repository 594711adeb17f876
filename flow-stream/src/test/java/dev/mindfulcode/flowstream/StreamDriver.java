package dev.mindfulcode.flowstream;

import dev.mindfulcode.platform.EmbeddedPlatform;
import dev.mindfulcode.protection.UserKeys;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.test.TestRecord;

/** The production topology under the production configuration, with a clock that stands still until it is told otherwise. */
final class StreamDriver implements AutoCloseable {

    static final SchemaRegistry REGISTRY =
            new SchemaRegistry(EmbeddedPlatform.shared().registryUrl(), true);

    /** Some Monday. */
    static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TopologyTestDriver driver;
    private final Path stateFolder;
    private Instant now;
    private final Map<Topic<?>, List<TestRecord<?, ?>>> read = new LinkedHashMap<>();

    StreamDriver() {
        this(Typing.KEYS);
    }

    StreamDriver(UserKeys keys) {
        this(keys, folder(), START, StreamsConfig.EXACTLY_ONCE_V2);
    }

    private StreamDriver(UserKeys keys, Path stateFolder, Instant now, String guarantee) {
        this.stateFolder = stateFolder;
        this.now = now;
        InstantSource clock = () -> this.now;
        StreamMeters streamMeters = new StreamMeters(meters);
        FlowTopology topology = new FlowTopology(
                new KeyLookup(keys, 3, Duration.ofMillis(1)), REGISTRY, streamMeters, new TrustedTimestamps(clock));
        Properties properties = new StreamSettings("unused:1", stateFolder, Duration.ofSeconds(5), 1)
                .properties(new DeadLetters(REGISTRY, clock, streamMeters));
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        driver = new TopologyTestDriver(topology.get(), properties, now);
    }

    /** A driver that can be {@link #restarted}: the test driver itself keeps no state for exactly-once. */
    static StreamDriver restartable() {
        return new StreamDriver(Typing.KEYS, folder(), START, StreamsConfig.AT_LEAST_ONCE);
    }

    /** Ends this driver as a crash would, after its last commit, and starts another on what was on disk. */
    StreamDriver restarted() {
        driver.getAllStateStores().values().forEach(StateStore::flush);
        Path copy = folder();
        copy(stateFolder, copy);
        close();
        return new StreamDriver(Typing.KEYS, copy, now, StreamsConfig.AT_LEAST_ONCE);
    }

    Instant now() {
        return now;
    }

    void advance(Duration duration) {
        now = now.plus(duration);
        driver.advanceWallClockTime(duration);
    }

    /** Lets the clock pass to an instant, as ingest's clock does between two batches. */
    void advanceTo(Instant instant) {
        if (instant.isAfter(now)) {
            advance(Duration.between(now, instant));
        }
    }

    void type(Typing who, KeystrokeBatch batch) {
        pipe(Topics.KEYSTROKES, who.userId(), batch);
    }

    /** As {@link #type}, at the time at which ingest received the batch. */
    void typeLive(Typing who, KeystrokeBatch batch) {
        advanceTo(batch.getReceivedAt());
        type(who, batch);
    }

    void say(Typing who, SessionEventKind kind, Instant at) {
        pipe(
                Topics.SESSIONS,
                who.userId(),
                SessionEvent.newBuilder()
                        .setSessionId(who.sessionId())
                        .setKind(kind)
                        .setAt(at)
                        .setRecordedAt(now)
                        .build());
    }

    void account(UUID userId, AccountEvent event) {
        pipe(Topics.ACCOUNTS, userId, event);
    }

    <V extends SpecificRecord> void pipe(Topic<V> topic, UUID userId, V value) {
        TestInputTopic<UUID, V> input = driver.createInputTopic(
                topic.name(),
                topic.keySerde().serializer(),
                topic.valueSerde(REGISTRY).serializer());
        input.pipeInput(userId, value, now);
    }

    void pipeRaw(Topic<?> topic, byte[] key, byte[] value, Instant timestamp) {
        Serializer<byte[]> raw = new ByteArraySerializer();
        driver.createInputTopic(topic.name(), raw, raw).pipeInput(key, value, timestamp);
    }

    List<FlowState> flowStates() {
        return all(Topics.FLOW_STATES);
    }

    List<FlowState> flowStates(Typing who) {
        return flowStates().stream()
                .filter(state -> state.getSessionId().equals(who.sessionId()))
                .toList();
    }

    FlowState lastFlowState(Typing who) {
        return flowStates(who).getLast();
    }

    List<FlowPeriod> flowPeriods() {
        return all(Topics.FLOW_PERIODS);
    }

    List<DeadLetter> deadLetters() {
        return all(Topics.DEAD_LETTERS);
    }

    /** Returns the highest version of each minute of a user, as a reader of the topic comes to know it. */
    Map<Instant, FlowMinute> minutes(UUID userId) {
        Map<Instant, FlowMinute> minutes = new LinkedHashMap<>();
        for (TestRecord<UUID, FlowMinute> row : records(Topics.FLOW_MINUTES)) {
            if (row.key().equals(userId)) {
                minutes.merge(row.value().getMinute(), row.value(), (a, b) -> a.getVersion() > b.getVersion() ? a : b);
            }
        }
        return minutes;
    }

    FlowMinute minute(Typing who, Instant minute) {
        return Objects.requireNonNull(minutes(who.userId()).get(minute), () -> "nothing was told of " + minute);
    }

    <V extends SpecificRecord> List<V> all(Topic<V> topic) {
        return records(topic).stream().map(TestRecord::value).toList();
    }

    @SuppressWarnings("unchecked") // each topic's list holds what its own serde read
    <V extends SpecificRecord> List<TestRecord<UUID, V>> records(Topic<V> topic) {
        List<TestRecord<?, ?>> known = read.computeIfAbsent(topic, unread -> new ArrayList<>());
        TestOutputTopic<byte[], V> output = driver.createOutputTopic(
                topic.name(),
                new org.apache.kafka.common.serialization.ByteArrayDeserializer(),
                topic.valueSerde(REGISTRY).deserializer());
        for (TestRecord<byte[], V> record : output.readRecordsToList()) {
            known.add(new TestRecord<>(
                    uuidOrNull(record.key()), record.value(), record.getHeaders(), record.timestamp()));
        }
        return (List<TestRecord<UUID, V>>) (List<?>) List.copyOf(known);
    }

    double count(String meter, String tag, String value) {
        return meters.get(meter).tag(tag, value).counter().count();
    }

    @Override
    public void close() {
        driver.close();
    }

    @SuppressWarnings("NullAway") // the key of a dead letter may be anything
    private static UUID uuidOrNull(byte[] key) {
        return key == null || key.length != 36
                ? null
                : UUID.fromString(new String(key, java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Path folder() {
        try {
            Path folder = Files.createTempDirectory("flow-stream-test-");
            folder.toFile().deleteOnExit();
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void copy(Path from, Path to) {
        try (var files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
