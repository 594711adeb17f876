package dev.mindfulcode.projectionservice;

import static java.util.Objects.requireNonNull;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.management.tracing.TracingSettings;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.readmodel.Transaction;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Future;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;

/**
 * The real broker, registry and Postgres around projections under test. The broker is shared by all tests of the JVM,
 * the database is this one's own: users of other tests have no key in it and read as erased.
 */
final class Pipeline implements AutoCloseable {

    static final int PARTITIONS = 6;

    private static final Platform PLATFORM = TestPlatform.shared();
    private static final SchemaRegistry REGISTRY = new SchemaRegistry(PLATFORM.registryUrl(), false);

    static {
        try (Admin admin = admin()) {
            Topics.createMissing(admin, PARTITIONS, (short) 1);
        }
        Topics.registerSchemas(REGISTRY);
    }

    final ReadModelDatabase database = new ReadModelDatabase();
    final MeterRegistry meters = new SimpleMeterRegistry();
    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of("bootstrap.servers", PLATFORM.bootstrapServers(), "acks", "all", "linger.ms", "0"),
            new ByteArraySerializer(),
            new ByteArraySerializer());
    private final Map<Topic<?>, Serde<? extends SpecificRecord>> serdes = new HashMap<>();
    private final Map<Topic<?>, SealedEvents<?>> sealed = new HashMap<>();
    private final Map<UUID, UserCipher> ciphers = new HashMap<>();
    private final List<Future<RecordMetadata>> sent = new ArrayList<>();
    private final List<ProjectionService> services = new ArrayList<>();

    static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", PLATFORM.bootstrapServers()));
    }

    static String bootstrapServers() {
        return PLATFORM.bootstrapServers();
    }

    static String registryUrl() {
        return PLATFORM.registryUrl();
    }

    /** A user with a key. */
    UserCipher newUser() {
        UserCipher cipher = database.keys().create(UUID.randomUUID());
        ciphers.put(cipher.userId(), cipher);
        return cipher;
    }

    /** A user whose key was destroyed. */
    UUID newErasedUser() throws SQLException {
        UUID userId = newUser().userId();
        eraseKey(userId);
        return userId;
    }

    void eraseKey(UUID userId) throws SQLException {
        database.execute("DELETE FROM protection.user_keys WHERE user_id = '" + userId + "'");
    }

    /** Destroys the key of a user and stores the erasure with its steps, as the gateway does. */
    void purge(UUID userId) throws SQLException {
        Transaction.<UUID, SQLException>run(database.source(), connection -> {
            ErasedUsers.destroyKeys(connection, userId);
            return Erasures.begin(connection, userId, "receipt of " + userId, Instant.now());
        });
    }

    /** Returns whether the rows of a purged user are deleted, as the receipt says. */
    boolean isPurged(UUID userId) throws SQLException {
        return database.number("SELECT count(*) FROM protection.erasures JOIN protection.erasure_steps USING"
                        + " (erasure_id) WHERE place = 'read_models' AND state = 'done' AND user_id = '" + userId + "'")
                == 1;
    }

    /** Returns the tables, of all builds, that have rows of a user. */
    List<String> tablesWith(UUID userId) throws SQLException {
        List<String> found = new ArrayList<>();
        for (String table : database.rows("SELECT table_schema || '.' || table_name FROM information_schema.columns"
                + " WHERE column_name = 'user_id' AND starts_with(table_schema, 'readmodel')")) {
            String name = table.substring(1, table.length() - 1);
            if (database.number("SELECT count(*) FROM " + name + " WHERE user_id = '" + userId + "'") > 0) {
                found.add(name);
            }
        }
        return found;
    }

    /** Returns when the broker has it. */
    <V extends SpecificRecord> RecordMetadata publish(Topic<V> topic, UUID userId, V value) throws Exception {
        return publishRaw(topic.name(), key(userId), bytes(topic, userId, value));
    }

    /** Publishes the mark that a user was erased. */
    RecordMetadata publishErasure(UUID userId) throws Exception {
        try (SealedEvents<AccountEvent> accounts = new SealedEvents<>(Topics.ACCOUNTS, REGISTRY)) {
            return publishRaw(Topics.ACCOUNTS.name(), key(userId), accounts.erasure(Instant.now()));
        }
    }

    /** Does not wait for the broker. */
    <V extends SpecificRecord> void send(Topic<V> topic, UUID userId, V value) {
        sent.add(producer.send(new ProducerRecord<>(topic.name(), key(userId), bytes(topic, userId, value))));
    }

    RecordMetadata publishRaw(String topic, byte @Nullable [] key, byte @Nullable [] value) throws Exception {
        return producer.send(new ProducerRecord<>(topic, key, value)).get();
    }

    RecordMetadata publishRaw(TopicPartition to, byte @Nullable [] key, byte @Nullable [] value) throws Exception {
        return producer.send(new ProducerRecord<>(to.topic(), to.partition(), key, value))
                .get();
    }

    /** Returns when the broker has everything; fails where it refused something. */
    void flush() throws Exception {
        producer.flush();
        for (Future<RecordMetadata> one : sent) {
            one.get();
        }
        sent.clear();
    }

    @SuppressWarnings("unchecked")
    <V extends SpecificRecord> byte[] bytes(Topic<V> topic, UUID userId, V value) {
        if (topic.sealed()) {
            SealedEvents<V> events =
                    (SealedEvents<V>) sealed.computeIfAbsent(topic, one -> new SealedEvents<>(one, REGISTRY));
            return events.seal(value, requireNonNull(ciphers.get(userId), "only users of this pipeline have keys"));
        }
        Serde<V> serde = (Serde<V>) serdes.computeIfAbsent(topic, one -> one.valueSerde(REGISTRY));
        return serde.serializer().serialize(topic.name(), value);
    }

    static byte[] key(UUID userId) {
        return Topics.SESSIONS.keySerde().serializer().serialize(Topics.SESSIONS.name(), userId);
    }

    /** Starts projections on this pipeline's database. */
    ProjectionService start() {
        return start(database.url());
    }

    /** Starts other projections than those of the release. */
    ProjectionService start(List<Projection> projections) {
        return start(database.url(), REGISTRY.url(), projections);
    }

    /** Starts projections that reach the database by another way. */
    ProjectionService start(String databaseUrl) {
        return start(databaseUrl, REGISTRY.url());
    }

    /** Starts projections that reach the database and the registry by other ways. */
    ProjectionService start(String databaseUrl, String registryUrl) {
        return start(databaseUrl, registryUrl, Projections.ALL);
    }

    private ProjectionService start(String databaseUrl, String registryUrl, List<Projection> projections) {
        ProjectionService service = new ProjectionService(
                new ProjectionSettings(
                        databaseUrl,
                        PLATFORM.bootstrapServers(),
                        null,
                        registryUrl,
                        database.encryptionKey(),
                        null,
                        false,
                        null,
                        1,
                        0,
                        null,
                        TracingSettings.OFF),
                projections,
                meters,
                ClockStepWatch.ofSystem());
        services.add(service);
        service.start();
        return service;
    }

    /** Waits until the table has passed the end of every topic that is read. */
    void awaitApplied() throws Exception {
        Map<TopicPartition, Long> ends = ends();
        Eventually.holds("all records are applied", () -> applied(ends));
    }

    private boolean applied(Map<TopicPartition, Long> ends) throws Exception {
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            if (end.getValue() > 0
                    && database.number("SELECT coalesce(max(next_offset), 0) FROM readmodel.projection_offsets"
                                    + " WHERE topic = '" + end.getKey().topic() + "' AND partition = "
                                    + end.getKey().partition())
                            < end.getValue()) {
                return false;
            }
        }
        return true;
    }

    private static Map<TopicPartition, Long> ends() {
        try (Consumer<byte[], byte[]> consumer = consumer()) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (Projection projection : Projections.ALL) {
                for (Topic<?> topic : projection.topics()) {
                    for (int partition = 0; partition < PARTITIONS; partition++) {
                        partitions.add(new TopicPartition(topic.name(), partition));
                    }
                }
            }
            Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions));
            // Whose records were all deleted has none to apply.
            consumer.beginningOffsets(partitions).forEach(ends::remove);
            return ends;
        }
    }

    /** Returns the dead letters of a record, in order. */
    List<DeadLetter> deadLettersOf(RecordMetadata record) {
        List<DeadLetter> found = new ArrayList<>();
        try (Consumer<byte[], byte[]> consumer = consumer();
                Serde<DeadLetter> serde = Topics.DEAD_LETTERS.valueSerde(REGISTRY)) {
            List<TopicPartition> partitions = new ArrayList<>();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                partitions.add(new TopicPartition(Topics.DEAD_LETTERS.name(), partition));
            }
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.getOrDefault(one, 0L))) {
                for (ConsumerRecord<byte[], byte[]> one : consumer.poll(Duration.ofMillis(100))) {
                    DeadLetter letter = serde.deserializer().deserialize(one.topic(), one.headers(), one.value());
                    if (letter.getTopic().equals(record.topic())
                            && letter.getPartition() == record.partition()
                            && letter.getOffset() == record.offset()) {
                        found.add(letter);
                    }
                }
            }
        }
        return found;
    }

    private static Consumer<byte[], byte[]> consumer() {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", PLATFORM.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    void stopAll() {
        services.forEach(ProjectionService::stop);
    }

    @Override
    public void close() {
        stopAll();
        producer.close();
        serdes.values().forEach(Serde::close);
        sealed.values().forEach(SealedEvents::close);
    }
}
