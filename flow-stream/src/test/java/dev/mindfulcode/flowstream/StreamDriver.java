package dev.mindfulcode.flowstream;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.ModelKind;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.common.utils.Utils;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The production topology under the production configuration, with a clock that the test advances. */
final class StreamDriver implements AutoCloseable {

    static final SchemaRegistry REGISTRY =
            new SchemaRegistry(TestPlatform.shared().registryUrl(), true);

    private static final Map<Topic<?>, Serde<?>> SERDES = new ConcurrentHashMap<>();

    static final TeamPrivacy TEAM_PRIVACY = new TeamPrivacy(5, PrivacyBudget.DEFAULT, new byte[32]);

    /** A Monday. */
    static final Instant START = Instant.parse("2026-03-02T09:00:00Z");

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TopologyTestDriver driver;
    private final Path taskFolder;
    private final String guarantee;
    private final UserKeys keys;
    private final TeamPrivacy teamPrivacy;
    private final Tracing tracing;
    private Instant now;
    private final Map<Topic<?>, List<TestRecord<?, ?>>> read = new LinkedHashMap<>();
    private final Map<Topic<?>, List<Marker>> markers = new LinkedHashMap<>();

    StreamDriver() {
        this(Typing.KEYS);
    }

    StreamDriver(UserKeys keys) {
        this(keys, folder("state-"), folder("task-"), START, StreamsConfig.EXACTLY_ONCE_V2, TEAM_PRIVACY, Tracing.OFF);
    }

    StreamDriver(Tracing tracing) {
        this(
                Typing.KEYS,
                folder("state-"),
                folder("task-"),
                START,
                StreamsConfig.EXACTLY_ONCE_V2,
                TEAM_PRIVACY,
                tracing);
    }

    StreamDriver(TeamPrivacy teamPrivacy) {
        this(
                Typing.KEYS,
                folder("state-"),
                folder("task-"),
                START,
                StreamsConfig.EXACTLY_ONCE_V2,
                teamPrivacy,
                Tracing.OFF);
    }

    private StreamDriver(
            UserKeys keys,
            Path stateFolder,
            Path taskFolder,
            Instant now,
            String guarantee,
            TeamPrivacy teamPrivacy,
            Tracing tracing) {
        this.tracing = tracing;
        this.guarantee = guarantee;
        this.teamPrivacy = teamPrivacy;
        this.keys = keys;
        this.taskFolder = taskFolder;
        linkState(stateFolder, taskFolder);
        this.now = now;
        InstantSource clock = () -> this.now;
        StreamMeters streamMeters = new StreamMeters(meters);
        FlowTopology topology = new FlowTopology(
                new KeyLookup(keys, 3, Duration.ZERO),
                REGISTRY,
                streamMeters,
                new ClampedTimestampExtractor(clock),
                teamPrivacy,
                tracing);
        Properties properties = new StreamSettings(
                        KafkaCluster.of("unused:1"), stateFolder, Duration.ofSeconds(5), 1, 0, null)
                .properties(new DeadLetterFactory(REGISTRY, clock, streamMeters));
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, guarantee);
        driver = new TopologyTestDriver(topology.get(), properties, now);
    }

    /**
     * The test driver throws away what is sent while a record is deserialized, before its processing begins a
     * transaction; a real broker does not, which FlowStreamBrokerTest shows.
     */
    static StreamDriver withoutTransactions() {
        return new StreamDriver(
                Typing.KEYS,
                folder("state-"),
                folder("task-"),
                START,
                StreamsConfig.AT_LEAST_ONCE,
                TEAM_PRIVACY,
                Tracing.OFF);
    }

    /** Stops this driver and starts another on its state. */
    StreamDriver restarted() {
        return restartedAt(now);
    }

    /** As {@link #restarted}, by a clock that was set meanwhile. */
    StreamDriver restartedAt(Instant instant) {
        driver.close();
        return new StreamDriver(keys, folder("state-"), taskFolder, instant, guarantee, teamPrivacy, tracing);
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

    /** Sends a report as a client that keeps its keystrokes does, at the time at which ingest received it. */
    void report(Typing who, FlowFeatures report) {
        advanceTo(report.getReceivedAt());
        pipeRaw(Topics.FLOW_FEATURES, who.userId().toString().getBytes(UTF_8), who.sealed(report), now);
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

    void erase(UUID userId) {
        pipeRaw(
                Topics.ACCOUNTS,
                Topics.ACCOUNTS.keySerde().serializer().serialize(Topics.ACCOUNTS.name(), userId),
                Seals.sealed(Topics.ACCOUNTS).erasure(now),
                now);
    }

    void account(UUID userId, AccountEvent event) {
        pipe(Topics.ACCOUNTS, userId, event);
    }

    /** As {@link #type}, with the header of a trace. */
    void typeTraced(Typing who, KeystrokeBatch batch, String traceparent, Instant timestamp) {
        TestInputTopic<UUID, byte[]> input = driver.createInputTopic(
                Topics.KEYSTROKES.name(), Topics.KEYSTROKES.keySerde().serializer(), new ByteArraySerializer());
        input.pipeInput(new TestRecord<>(
                who.userId(),
                Seals.value(Topics.KEYSTROKES, who.userId(), batch),
                new RecordHeaders().add(TraceSpan.HEADER, traceparent.getBytes(UTF_8)),
                timestamp));
    }

    <V extends SpecificRecord> void pipe(Topic<V> topic, UUID userId, V value) {
        TestInputTopic<UUID, byte[]> input =
                driver.createInputTopic(topic.name(), topic.keySerde().serializer(), new ByteArraySerializer());
        input.pipeInput(userId, Seals.value(topic, userId, value), now);
    }

    /** Puts a model under the key that says which one is to be used. */
    void publish(FlowModel model) {
        publish(
                Topics.ACTIVE_MODEL,
                serde(Topics.FLOW_MODELS).serializer().serialize(Topics.FLOW_MODELS.name(), published(model)));
        publish(
                model.id(),
                serde(Topics.FLOW_MODELS).serializer().serialize(Topics.FLOW_MODELS.name(), published(model)));
    }

    void publish(String key, byte @Nullable [] value) {
        driver.createInputTopic(Topics.FLOW_MODELS.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value, now);
    }

    /** Puts a record, or a tombstone, under a key of a compacted topic. */
    <V extends SpecificRecord> void put(Topic<V> topic, String key, @Nullable V value) {
        driver.createInputTopic(topic.name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(key, value == null ? null : serde(topic).serializer().serialize(topic.name(), value), now);
    }

    static PublishedModel published(FlowModel model) {
        return PublishedModel.newBuilder()
                .setModelId(model.id())
                .setKind(ModelKind.LOGISTIC)
                .setArtefact(ByteBuffer.wrap(ModelArtefact.encode(model)))
                .setFeatureVersion(FlowModel.FEATURE_VERSION)
                .setCreatedAt(START)
                .build();
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

    /** Returns the minutes of a user over all sessions, as a reader of the topic comes to know them. */
    Map<Instant, FlowMinute> minutes(UUID userId) {
        Map<Instant, FlowMinute> minutes = new LinkedHashMap<>();
        sessionMinutes(userId).forEach((key, row) -> minutes.merge(key.minute(), row, StreamDriver::sum));
        return minutes;
    }

    /** Returns the highest version of each session's minute. */
    Map<SessionMinute, FlowMinute> sessionMinutes(UUID userId) {
        Map<SessionMinute, FlowMinute> minutes = new LinkedHashMap<>();
        for (TestRecord<UUID, FlowMinute> row : records(Topics.FLOW_MINUTES)) {
            if (row.key().equals(userId)) {
                UUID sessionId = Objects.requireNonNull(row.value().getSessionId());
                minutes.merge(
                        new SessionMinute(sessionId, row.value().getMinute()),
                        row.value(),
                        (a, b) -> a.getVersion() > b.getVersion() ? a : b);
            }
        }
        return minutes;
    }

    record SessionMinute(UUID sessionId, Instant minute) {}

    private static FlowMinute sum(FlowMinute a, FlowMinute b) {
        return FlowMinute.newBuilder(a)
                .setSessionId(null)
                .setKeystrokes(a.getKeystrokes() + b.getKeystrokes())
                .setErrors(a.getErrors() + b.getErrors())
                .setContextSwitches(a.getContextSwitches() + b.getContextSwitches())
                .setActiveMs(a.getActiveMs() + b.getActiveMs())
                .setFlowMs(a.getFlowMs() + b.getFlowMs())
                .setIntensityMs(a.getIntensityMs() + b.getIntensityMs())
                .build();
    }

    FlowMinute minute(Typing who, Instant minute) {
        return Objects.requireNonNull(minutes(who.userId()).get(minute), () -> "not published: " + minute);
    }

    <V extends SpecificRecord> List<V> all(Topic<V> topic) {
        return records(topic).stream().map(TestRecord::value).toList();
    }

    @SuppressWarnings("unchecked") // each topic's list holds what its own serde read
    <V extends SpecificRecord> List<TestRecord<UUID, V>> records(Topic<V> topic) {
        List<TestRecord<?, ?>> known = read.computeIfAbsent(topic, unread -> new ArrayList<>());
        TestOutputTopic<byte[], byte[]> output =
                driver.createOutputTopic(topic.name(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        for (TestRecord<byte[], byte[]> record : output.readRecordsToList()) {
            long inputOffset = ProgressMarker.inputOffset(record.getHeaders());
            if (inputOffset != ProgressMarker.NONE) {
                markers.computeIfAbsent(topic, unread -> new ArrayList<>())
                        .add(new Marker(inputOffset, ProgressMarker.featuresOffset(record.getHeaders()), known.size()));
                continue;
            }
            UUID userId = uuidOrNull(record.key());
            V event = Seals.event(topic, userId, record.value());
            known.add(new TestRecord<>(userId, event, record.getHeaders(), record.timestamp()));
        }
        return (List<TestRecord<UUID, V>>) (List<?>) List.copyOf(known);
    }

    /** Returns the progress markers of an output. */
    List<Marker> markers(Topic<? extends SpecificRecord> topic) {
        records(topic);
        return List.copyOf(markers.getOrDefault(topic, List.of()));
    }

    /**
     * A progress marker.
     *
     * @param rows how many records of the topic came before it
     */
    record Marker(long inputOffset, long featuresOffset, int rows) {}

    TrackedSession stored(Typing who) {
        Bytes key = UserStoreKeys.session(who.userId(), who.sessionId());
        KeyValueStore<Bytes, byte[]> sessions = driver.getKeyValueStore(FlowTopology.SESSIONS_STORE);
        byte[] value = new SealedStore(sessions, new UserCiphers(KeyLookup.of(Typing.KEYS))).get(key);
        return new TrackedSession().load(Objects.requireNonNull(value));
    }

    /** Returns the store of each key that begins with this user. */
    List<String> storedKeysOf(UUID userId) {
        List<String> stores = new ArrayList<>();
        for (String name : driver.getAllStateStores().keySet()) {
            String prefix = HexFormat.of().formatHex(UserStoreKeys.prefix(userId));
            keys(name).stream().filter(key -> key.startsWith(prefix)).forEach(key -> stores.add(name));
        }
        return stores;
    }

    /** Returns the stores that have a key with this user in it, wherever. */
    List<String> storesNaming(UUID userId) {
        String name = HexFormat.of().formatHex(UserStoreKeys.prefix(userId));
        return driver.getAllStateStores().keySet().stream()
                .filter(store -> !store.equals(FlowTopology.MODELS_STORE))
                .filter(store -> keys(store).stream().anyMatch(key -> key.contains(name)))
                .sorted()
                .toList();
    }

    /** Returns the keys of a store as hexadecimal digits, ordered. */
    List<String> keys(String store) {
        return List.copyOf(rows(store).keySet());
    }

    /** Returns the stored bytes of a store by their keys as hexadecimal digits. */
    SortedMap<String, byte[]> rows(String store) {
        SortedMap<String, byte[]> values = new TreeMap<>();
        if (driver.getAllStateStores().get(store) instanceof WindowStore<?, ?>) {
            try (KeyValueIterator<Windowed<Bytes>, byte[]> rows =
                    driver.<Bytes, byte[]>getWindowStore(store).all()) {
                rows.forEachRemaining(row -> values.put(hex(row.key.key()), row.value));
            }
        } else {
            try (KeyValueIterator<Bytes, byte[]> rows =
                    driver.<Bytes, byte[]>getKeyValueStore(store).all()) {
                rows.forEachRemaining(row -> values.put(hex(row.key), row.value));
            }
        }
        return values;
    }

    Set<String> stores() {
        return driver.getAllStateStores().keySet();
    }

    private static String hex(Bytes key) {
        return HexFormat.of().formatHex(key.get());
    }

    /** One per topic for all drivers: each new one would ask the registry again. */
    @SuppressWarnings("unchecked") // each topic's serde is its own
    static <V extends SpecificRecord> Serde<V> serde(Topic<V> topic) {
        return (Serde<V>) SERDES.computeIfAbsent(topic, unknown -> topic.valueSerde(REGISTRY));
    }

    double count(String meter, String tag, String value) {
        return meters.get(meter).tag(tag, value).counter().count();
    }

    double count(String meter) {
        return meters.get(meter).counter().count();
    }

    @Override
    public void close() {
        driver.close();
        try {
            Utils.delete(taskFolder.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("NullAway") // the key of a dead letter may be anything
    private static UUID uuidOrNull(byte[] key) {
        return key == null || key.length != 36 ? null : UUID.fromString(new String(key, UTF_8));
    }

    /** Links to the only task's state: the test driver deletes its folder, but not what links lead to. */
    private static void linkState(Path stateFolder, Path taskFolder) {
        try {
            Path application = Files.createDirectories(stateFolder.resolve(StreamSettings.APPLICATION_ID));
            Files.createSymbolicLink(application.resolve("0_0"), taskFolder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path folder(String prefix) {
        try {
            return Files.createTempDirectory("stream-" + prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
