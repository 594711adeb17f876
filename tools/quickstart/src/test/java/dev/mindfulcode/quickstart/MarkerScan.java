package dev.mindfulcode.quickstart;

import dev.mindfulcode.dataprotection.PostgresUrl;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** Searches every place where a system stores something; each finding is "marker at place". */
final class MarkerScan {

    /** Indexes and producer snapshots of Kafka hold offsets and ids; the indexes are large and empty. */
    private static final Set<String> WITHOUT_VALUES = Set.of("index", "timeindex", "txnindex", "snapshot");

    private static final int ROWS_PER_FETCH = 1_000;

    private final Markers markers;
    private final Set<String> findings = new TreeSet<>();
    private long bytes;

    MarkerScan(Markers markers) {
        this.markers = markers;
    }

    Set<String> findings() {
        return findings;
    }

    /** Returns how many bytes were searched. */
    long bytes() {
        return bytes;
    }

    void text(String place, String text) {
        search(place, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Searches each record of each topic, internal ones included, with its key and headers. */
    void topics(String bootstrapServers) {
        topics(bootstrapServers, _ -> true);
    }

    void topics(String bootstrapServers, Predicate<String> names) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = new ArrayList<>();
            consumer.listTopics().forEach((topic, found) -> {
                if (names.test(topic)) {
                    found.forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
                }
            });
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record :
                        consumer.poll(Duration.ofMillis(200))) {
                    String place = "topic " + record.topic();
                    search(place, record.key());
                    search(place, record.value());
                    record.headers().forEach(header -> search(place, header.value()));
                }
            }
        }
    }

    /** Searches each column of each table as text, binary columns in hex; a place is {@code schema.table.column}. */
    void database(String databaseUrl) throws SQLException {
        try (Connection connection = PostgresUrl.parse(databaseUrl).dataSource().getConnection()) {
            connection.setAutoCommit(false);
            List<String> columns = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet found = statement.executeQuery("SELECT format('%I.%I', table_schema, table_name),"
                            + " format('%I', column_name) FROM information_schema.columns"
                            + " JOIN information_schema.tables USING (table_schema, table_name)"
                            + " WHERE table_type = 'BASE TABLE'"
                            + " AND table_schema NOT IN ('pg_catalog', 'information_schema')")) {
                while (found.next()) {
                    columns.add(found.getString(1) + "." + found.getString(2));
                }
            }
            for (String column : columns) {
                int dot = column.lastIndexOf('.');
                column(connection, column, column.substring(0, dot), column.substring(dot + 1));
            }
        }
    }

    private void column(Connection connection, String place, String table, String column) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(ROWS_PER_FETCH);
            try (ResultSet rows = statement.executeQuery("SELECT " + column + "::text FROM " + table)) {
                while (rows.next()) {
                    String value = rows.getString(1);
                    if (value != null) {
                        text("column " + place, value);
                    }
                }
            }
        }
    }

    /** Searches each file of a stopped system, and the values of its RocksDB stores, which are compressed. */
    void folder(Path folder) throws IOException, RocksDBException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            if (!WITHOUT_VALUES.contains(name.substring(name.lastIndexOf('.') + 1))) {
                search("file " + folder.relativize(file), read(file));
            }
            if (name.equals("CURRENT")) {
                store(folder, file.resolveSibling(""));
            }
        }
    }

    private void store(Path folder, Path path) throws RocksDBException {
        RocksDB.loadLibrary();
        List<ColumnFamilyDescriptor> families = new ArrayList<>();
        try (Options options = new Options();
                DBOptions dbOptions = new DBOptions();
                ColumnFamilyOptions familyOptions = new ColumnFamilyOptions()) {
            for (byte[] family : RocksDB.listColumnFamilies(options, path.toString())) {
                families.add(new ColumnFamilyDescriptor(family, familyOptions));
            }
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            try (RocksDB database = RocksDB.openReadOnly(dbOptions, path.toString(), families, handles)) {
                for (ColumnFamilyHandle handle : handles) {
                    try (RocksIterator rows = database.newIterator(handle)) {
                        for (rows.seekToFirst(); rows.isValid(); rows.next()) {
                            String place = "store " + folder.relativize(path);
                            search(place, rows.key());
                            search(place, rows.value());
                        }
                    }
                    handle.close();
                }
            }
        }
    }

    private void search(String place, byte @Nullable [] value) {
        if (value != null) {
            bytes += value.length;
            markers.foundIn(value).forEach(marker -> findings.add(marker + " at " + place));
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
