package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;

/**
 * The end offset of each partition: the offset after its last record.
 *
 * <p>Stored in a file next to the log, one line per partition such as {@code keystrokes 3 1207}, so that the next start
 * can see whether the log still has what it had.
 */
record LogEnds(Map<TopicPartition, Long> offsets) {

    LogEnds {
        offsets = Map.copyOf(offsets);
    }

    static LogEnds none() {
        return new LogEnds(Map.of());
    }

    /** Reads a file; lines that are no such line, as of a file that was cut off, are passed over. */
    static LogEnds read(Path file) {
        if (!Files.exists(file)) {
            return none();
        }
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.ISO_8859_1)) {
                parse(line).ifPresent(end -> offsets.put(end.getKey(), end.getValue()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new LogEnds(offsets);
    }

    private static Optional<Map.Entry<TopicPartition, Long>> parse(String line) {
        if (!line.matches("\\S+ \\d{1,9} \\d{1,18}")) {
            return Optional.empty();
        }
        int partition = line.indexOf(' ');
        int offset = line.lastIndexOf(' ');
        return Optional.of(Map.entry(
                new TopicPartition(
                        line.substring(0, partition), Integer.parseInt(line.substring(partition + 1, offset))),
                Long.parseLong(line.substring(offset + 1))));
    }

    /** Replaces a file as a whole; it is on the disk when this returns. */
    void write(Path file) throws IOException {
        Path unfinished = file.resolveSibling(file.getFileName() + ".new");
        String lines = offsets.entrySet().stream()
                .map(end -> end.getKey().topic() + " " + end.getKey().partition() + " " + end.getValue() + "\n")
                .sorted()
                .collect(Collectors.joining());
        try (FileChannel channel = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(lines.getBytes(StandardCharsets.ISO_8859_1));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Returns these ends, or the others where those are later. */
    LogEnds orLater(LogEnds others) {
        Map<TopicPartition, Long> later = new HashMap<>(offsets);
        others.offsets.forEach((partition, end) -> later.merge(partition, end, Math::max));
        return new LogEnds(later);
    }

    /**
     * Returns how many records each topic has less now than by these ends; of topics that lost none there is nothing.
     */
    SortedMap<String, Long> lostBy(LogEnds now) {
        SortedMap<String, Long> lost = new TreeMap<>();
        offsets.forEach((partition, end) -> {
            long missing = end - now.offsets.getOrDefault(partition, 0L);
            if (missing > 0) {
                lost.merge(partition.topic(), missing, Long::sum);
            }
        });
        return lost;
    }
}
