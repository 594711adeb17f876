package dev.mindfulcode.flowstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Stored bytes: the records of topics and the rows and files of RocksDB. */
final class StoredBytes {

    private StoredBytes() {}

    /** A record of a topic or a row of a store. */
    @SuppressWarnings("ArrayRecordComponent") // compared by nobody
    record Row(String place, byte[] key, byte @Nullable [] value) {

        boolean keyBeginsWith(byte[] prefix) {
            return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
        }
    }

    /** Returns the committed records of a topic, progress markers too. */
    static List<Row> ofTopic(String topic) {
        List<Row> rows = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        Kafka.PLATFORM.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    rows.add(new Row(topic, record.key() == null ? new byte[0] : record.key(), record.value()));
                }
            }
        }
        return rows;
    }

    /** Returns whether all that the changelogs have of a user is that they were erased. */
    static boolean isTombstoned(UUID userId) {
        return ErasureTest.USER_STORES.stream().allMatch(store -> {
            Collection<Integer> lengths =
                    latestLengths("mindful-flow-" + store + "-changelog", UserStoreKeys.prefix(userId));
            return store.equals(FlowTopology.USERS_STORE)
                    ? lengths.size() == 1 && lengths.contains(1)
                    : lengths.stream().allMatch(length -> length == 0);
        });
    }

    /** Returns the length of the last value of each key that begins with a prefix; 0 for a tombstone. */
    private static Collection<Integer> latestLengths(String topic, byte[] prefix) {
        Map<ByteBuffer, Integer> lengths = new HashMap<>();
        for (Row row : ofTopic(topic)) {
            if (row.keyBeginsWith(prefix)) {
                lengths.put(ByteBuffer.wrap(row.key()), row.value() == null ? 0 : row.value().length);
            }
        }
        return lengths.values();
    }

    /** Returns the rows of all RocksDB databases below a folder; their place is the name of the store. */
    static List<Row> ofRocksDb(Path folder) {
        List<Row> rows = new ArrayList<>();
        for (Path file : files(folder)) {
            if (file.endsWith("CURRENT")) {
                readRocksDb(folder, Objects.requireNonNull(file.getParent()), rows);
            }
        }
        return rows;
    }

    private static void readRocksDb(Path folder, Path database, List<Row> into) {
        // application/task/rocksdb/store, or application/task/store/segment
        Path inTask = folder.relativize(database).subpath(2, 4);
        String name = inTask.getName(inTask.startsWith("rocksdb") ? 1 : 0).toString();
        List<ColumnFamilyHandle> handles = new ArrayList<>();
        try (Options options = new Options();
                DBOptions databaseOptions = new DBOptions()) {
            List<ColumnFamilyDescriptor> families = RocksDB.listColumnFamilies(options, database.toString()).stream()
                    .map(ColumnFamilyDescriptor::new)
                    .toList();
            try (RocksDB opened = RocksDB.openReadOnly(databaseOptions, database.toString(), families, handles)) {
                for (ColumnFamilyHandle handle : handles) {
                    try (RocksIterator row = opened.newIterator(handle)) {
                        for (row.seekToFirst(); row.isValid(); row.next()) {
                            into.add(new Row(name, row.key(), row.value()));
                        }
                    }
                }
                handles.forEach(ColumnFamilyHandle::close);
            }
        } catch (RocksDBException e) {
            throw new AssertionError(e);
        }
    }

    static List<Path> files(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static boolean contains(byte[] bytes, byte[] searched) {
        for (int i = 0; i + searched.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + searched.length, searched, 0, searched.length)) {
                return true;
            }
        }
        return false;
    }
}
