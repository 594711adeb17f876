package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.portability.LogTables.ErasedException;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * One export as a sequence of chunks, each made on demand: memory holds a page of one table, a poll of the
 * log and a chunk. Blocking. One thread at a time, except {@link #cancel}, {@link #erase} and the progress.
 */
final class ExportRun implements AutoCloseable {

    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int POLL_RECORDS_MAX = 500;
    private static final int FETCH_BYTES_MAX = 1024 * 1024;
    private static final int PARTITION_FETCH_BYTES_MAX = 256 * 1024;

    static final List<Topic<?>> TOPICS = Stream.concat(LogTables.SENT.stream(), Stream.of(Topics.FLOW_STATES))
            .toList();

    /** @param hasMark whether CSV files begin with a byte order mark */
    record Request(Format format, boolean hasMark) {}

    enum Format {
        JSON,
        CSV;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * The source of the export.
     *
     * @param hasAccount emits whether a user still has an account
     */
    record Sources(
            List<Section> sections,
            KafkaConnection kafka,
            AsyncUserCiphers ciphers,
            Function<UUID, Mono<Boolean>> hasAccount) {}

    private final UUID exportId;
    private final UUID userId;
    private final Request request;
    private final Instant at;
    private final Sources sources;
    private final ByteArrayOutputStream chunk = new ByteArrayOutputStream(2 * CHUNK_BYTES);
    private final Map<String, Long> rowsOfTable = new LinkedHashMap<>();

    private @Nullable LogTables tables;
    private volatile @Nullable UserLog log;
    private @Nullable ExportWriter writer;
    private Iterator<Section> remaining = List.<Section>of().iterator();
    private @Nullable Rows rows;
    private long unreadable;
    private boolean isWritten;
    private final long createdAtNs = System.nanoTime();
    private volatile boolean isBegun;
    private volatile boolean isCancelled;
    private volatile boolean isErased;
    private volatile long rowCount;
    private volatile long byteCount;

    ExportRun(UUID exportId, UUID userId, Request request, Instant at, Sources sources) {
        this.exportId = exportId;
        this.userId = userId;
        this.request = request;
        this.at = at;
        this.sources = sources;
    }

    UUID exportId() {
        return exportId;
    }

    UUID userId() {
        return userId;
    }

    long rows() {
        return rowCount;
    }

    long bytes() {
        return byteCount;
    }

    /** Returns how much of the user's partitions was read, from 0 to 100. */
    int percent() {
        UserLog reading = log;
        return reading == null ? 0 : reading.percent();
    }

    /** Returns whether its client has requested the file. */
    boolean isBegun() {
        return isBegun;
    }

    boolean isOlderThan(Duration age) {
        return System.nanoTime() - createdAtNs > age.toNanos();
    }

    /** Makes a running or later {@link #next} fail. */
    void cancel() {
        isCancelled = true;
    }

    boolean isCancelled() {
        return isCancelled;
    }

    /** Like {@link #cancel}, since the account was erased. */
    void erase() {
        isErased = true;
    }

    /** Returns the next bytes of the file, or null after the last. */
    byte @Nullable [] next() {
        isBegun = true;
        try {
            ExportWriter out = writer == null ? open() : writer;
            while (chunk.size() < CHUNK_BYTES && !isWritten) {
                requireAlive();
                step(out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (chunk.size() == 0) {
            return null;
        }
        byte[] bytes = chunk.toByteArray();
        chunk.reset();
        byteCount += bytes.length;
        return bytes;
    }

    private void requireAlive() {
        if (isErased) {
            throw new ErasedException();
        }
        if (isCancelled) {
            throw new CancellationException("Export cancelled");
        }
    }

    private ExportWriter open() throws IOException {
        LogTables open = new LogTables(sources.kafka.registry(), sources.ciphers, userId);
        tables = open;
        UserLog reading = new UserLog(
                sources.kafka
                        .consumers(
                                new ByteArrayDeserializer(),
                                IsolationLevel.READ_COMMITTED,
                                Map.of(
                                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                                        POLL_RECORDS_MAX,
                                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                                        FETCH_BYTES_MAX,
                                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                                        PARTITION_FETCH_BYTES_MAX))
                        .createConsumer(),
                userId,
                TOPICS.stream().map(Topic::name).toList(),
                () -> isCancelled || isErased);
        log = reading;
        List<Section> sections = new ArrayList<>(sources.sections);
        for (List<Topic<?>> together : logSections()) {
            sections.add(section(together, reading, open));
        }
        remaining = sections.iterator();
        ExportWriter opened = switch (request.format) {
            case JSON -> new JsonExport(chunk, exportId, at);
            case CSV -> new CsvExport(chunk, exportId, at, request.hasMark, sections);
        };
        writer = opened;
        return opened;
    }

    /** A JSON array has what was sent in its order, since an import repeats it; a CSV file has one table. */
    private List<List<Topic<?>>> logSections() {
        return switch (request.format) {
            case JSON -> List.of(LogTables.SENT, List.of(Topics.FLOW_STATES));
            case CSV -> TOPICS.stream().<List<Topic<?>>>map(List::of).toList();
        };
    }

    private Section section(List<Topic<?>> topics, UserLog reading, LogTables open) {
        String name = topics.size() > 1 ? "log" : LogTables.name(topics.getFirst());
        List<Table> ofTopics = topics.stream().<Table>map(LogTables::tableOf).toList();
        return new Section(name, ofTopics, _ -> {
            UserLog.Cursor cursor =
                    reading.read(topics.stream().map(Topic::name).toList());
            return () -> nextReadable(cursor, open);
        });
    }

    private @Nullable Row nextReadable(UserLog.Cursor cursor, LogTables open) {
        for (UserLog.Numbered record = cursor.next(); record != null; record = cursor.next()) {
            Row row = open.row(record);
            if (row != null) {
                return row;
            }
            unreadable++;
        }
        return null;
    }

    private void step(ExportWriter out) throws IOException {
        Rows open = rows;
        if (open == null) {
            beginSection(out);
            return;
        }
        Row row = open.next();
        if (row == null) {
            open.close();
            rows = null;
            out.end();
            return;
        }
        out.write(row);
        rowCount++;
        rowsOfTable.merge(row.table().name(), 1L, Long::sum);
    }

    private void beginSection(ExportWriter out) throws IOException {
        if (remaining.hasNext()) {
            Section section = remaining.next();
            section.tables().forEach(table -> rowsOfTable.put(table.name(), 0L));
            out.begin(section);
            rows = section.source().open(userId);
            return;
        }
        if (!Boolean.TRUE.equals(sources.hasAccount.apply(userId).block())) {
            throw new ErasedException();
        }
        out.complete(rowsOfTable, unreadable);
        isWritten = true;
    }

    @Override
    public void close() {
        if (rows != null) {
            rows.close();
        }
        if (tables != null) {
            tables.close();
        }
        UserLog reading = log;
        if (reading != null) {
            reading.close();
        }
    }
}
