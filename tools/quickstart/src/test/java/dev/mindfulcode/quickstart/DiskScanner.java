package dev.mindfulcode.quickstart;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SealedEvent;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.BiConsumer;
import java.util.stream.Stream;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a thief of the disk finds: all files of a data folder (segments of Kafka, RocksDB, Postgres with its
 * write-ahead log, log files), all records of all topics, and a dump of the database.
 */
final class DiskScanner {

    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    private final SharedSystem system;

    DiskScanner(SharedSystem system) {
        this.system = system;
    }

    /** Returns the files that contain any of the byte sequences. */
    Set<String> filesWith(List<byte[]> markers) throws IOException {
        Set<String> found = new TreeSet<>();
        Path data = system.folder().path();
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                byte[] content;
                try {
                    content = Files.readAllBytes(file);
                } catch (NoSuchFileException e) {
                    continue; // deleted meanwhile
                }
                for (byte[] marker : markers) {
                    if (indexOf(content, marker) >= 0) {
                        found.add(data.relativize(file).toString());
                    }
                }
            }
        }
        return found;
    }

    /** Returns {@code table.column} of each text, JSON or byte column that contains any of the texts. */
    Set<String> columnsWith(List<String> markers) throws Exception {
        Set<String> found = new TreeSet<>();
        try (Connection connection = connect();
                Statement columns = connection.createStatement();
                Statement search = connection.createStatement();
                ResultSet column = columns.executeQuery("""
                        SELECT quote_ident(table_schema) || '.' || quote_ident(table_name), quote_ident(column_name),
                            data_type
                        FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
                        WHERE table_type = 'BASE TABLE'
                            AND table_schema NOT IN ('pg_catalog', 'information_schema')""")) {
            while (column.next()) {
                for (String marker : markers) {
                    String sql = column.getString(3).equals("bytea")
                            ? "SELECT count(*) FROM %s WHERE position(convert_to('%s', 'UTF8') IN %s) > 0"
                                    .formatted(column.getString(1), marker, column.getString(2))
                            : "SELECT count(*) FROM %s WHERE position('%s' IN %s::text) > 0"
                                    .formatted(column.getString(1), marker, column.getString(2));
                    try (ResultSet count = search.executeQuery(sql)) {
                        count.next();
                        if (count.getLong(1) > 0) {
                            found.add(column.getString(1) + "." + column.getString(2));
                        }
                    }
                }
            }
        }
        return found;
    }

    /** Returns the values of all records of all topics that have a key, changelogs included. */
    List<ConsumerRecord<byte[], byte[]>> recordsOf(UUID userId) {
        byte[] asText = userId.toString().getBytes(StandardCharsets.UTF_8);
        byte[] asBytes = bytes(userId);
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", system.bootstrapServers(), "max.poll.records", "5000"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.listTopics().values().stream()
                    .flatMap(List::stream)
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_TIMEOUT)) {
                    byte[] key = record.key();
                    if (record.value() != null
                            && key != null
                            && (indexOf(key, asText) >= 0 || indexOf(key, asBytes) >= 0)) {
                        found.add(record);
                    }
                }
            }
        }
        return found;
    }

    /** Returns the wrapped keys of a user. */
    List<byte[]> wrappedKeys(UUID userId) throws Exception {
        List<byte[]> keys = new ArrayList<>();
        forEachKey((owner, wrapped) -> {
            if (owner.equals(userId)) {
                keys.add(wrapped);
            }
        });
        return keys;
    }

    /** Returns how many sealed values of a user can be decrypted with any key that is left. */
    long decryptable(UUID userId) throws Exception {
        List<byte[]> keys = new ArrayList<>();
        byte[] keyEncryptionKey = Base64.getDecoder()
                .decode(system.folder().secrets().orElseThrow().encryptionKey());
        forEachKey((owner, wrapped) -> keys.add(opened(keyEncryptionKey, wrapped, bytes(owner))));
        SchemaRegistry registry = new SchemaRegistry(system.registryUrl(), false);
        long decryptable = 0;
        for (ConsumerRecord<byte[], byte[]> record : recordsOf(userId)) {
            Sealed sealed = sealed(record, registry);
            if (sealed != null) {
                byte[] associatedData = ByteBuffer.allocate(20 + record.topic().length())
                        .put(bytes(userId))
                        .putInt(sealed.version())
                        .put(record.topic().getBytes(StandardCharsets.UTF_8))
                        .array();
                for (byte[] key : keys) {
                    decryptable += opened(key, sealed.payload(), associatedData) == null ? 0 : 1;
                }
            }
        }
        return decryptable;
    }

    @SuppressWarnings("ArrayRecordComponent") // read once
    private record Sealed(int version, byte[] payload) {}

    private static @Nullable Sealed sealed(ConsumerRecord<byte[], byte[]> record, SchemaRegistry registry) {
        Topic<?> topic = Topics.all().stream()
                .filter(one -> one.name().equals(record.topic()))
                .findFirst()
                .orElse(null);
        if (topic == null) {
            return null;
        }
        try {
            if (topic.sealed()) {
                try (var events = topic.sealedForm().valueSerde(registry).deserializer()) {
                    SealedEvent event = events.deserialize(record.topic(), record.value());
                    return new Sealed(event.getPayloadVersion(), bytes(event.getPayload()));
                }
            }
            return null;
        } catch (SerializationException e) {
            return null;
        }
    }

    /** AES-256-GCM with the nonce in front; null if the key is another. */
    private static byte @Nullable [] opened(byte[] key, byte[] sealed, byte[] associatedData) {
        if (sealed.length < NONCE_BYTES) {
            return null;
        }
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(key, "AES"),
                    new GCMParameterSpec(TAG_BITS, sealed, 0, NONCE_BYTES));
            cipher.updateAAD(associatedData);
            return cipher.doFinal(sealed, NONCE_BYTES, sealed.length - NONCE_BYTES);
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private void forEachKey(BiConsumer<UUID, byte[]> action) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT user_id, wrapped_key FROM protection.user_keys")) {
            while (row.next()) {
                action.accept(row.getObject(1, UUID.class), row.getBytes(2));
            }
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private Connection connect() throws Exception {
        return PostgresUrl.parse(system.databaseUrl()).dataSource().getConnection();
    }

    static byte[] bytes(UUID id) {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    private static int indexOf(byte[] content, byte[] marker) {
        outer:
        for (int i = 0; i <= content.length - marker.length; i++) {
            for (int j = 0; j < marker.length; j++) {
                if (content[i + j] != marker[j]) {
                    continue outer;
                }
            }
            return i;
        }
        return -1;
    }
}
