package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Cuts the ends of a stopped broker's partitions off, as a power loss does. */
final class LogTail {

    /** Each batch begins with its offset, eight bytes, and the length of what follows, four. */
    private static final int HEADER_BYTES = 12;

    private LogTail() {}

    /**
     * Cuts partitions: of one after another the last batch, the last batch and half of the one before, or half of the
     * last batch; with the indexes left as they are, or gone.
     *
     * @param folder the broker's
     * @param topics by their names; the controller's own log is always on the disk
     * @return how many partitions have lost something
     */
    static int cut(Path folder, Predicate<String> topics) throws IOException {
        // What says that the broker stopped by itself, and that nothing has to be checked.
        Files.deleteIfExists(folder.resolve(".kafka_cleanshutdown"));
        int cut = 0;
        try (Stream<Path> partitions = Files.list(folder)) {
            for (Path partition : partitions.filter(Files::isDirectory).sorted().toList()) {
                String name = partition.getFileName().toString();
                String topic = name.substring(0, name.lastIndexOf('-'));
                if (!topic.equals("__cluster_metadata") && topics.test(topic) && cutOff(partition, cut)) {
                    cut++;
                }
            }
        }
        return cut;
    }

    private static boolean cutOff(Path partition, int style) throws IOException {
        Path segment;
        try (Stream<Path> files = Files.list(partition)) {
            segment = files.filter(file -> file.toString().endsWith(".log"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
        try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            List<Long> begins = begins(channel);
            if (begins.isEmpty()) {
                return false;
            }
            long last = begins.getLast();
            long end = channel.size();
            channel.truncate(
                    switch (style % 3) {
                        case 0 -> last;
                        case 1 -> begins.size() == 1 ? last : (begins.get(begins.size() - 2) + last) / 2;
                        default -> (last + end) / 2;
                    });
        }
        if (style % 2 == 0) {
            String base = segment.toString().substring(0, segment.toString().length() - ".log".length());
            Files.deleteIfExists(Path.of(base + ".index"));
            Files.deleteIfExists(Path.of(base + ".timeindex"));
        }
        return true;
    }

    private static List<Long> begins(FileChannel channel) throws IOException {
        List<Long> begins = new ArrayList<>();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        long at = 0;
        while (at + HEADER_BYTES < channel.size()) {
            header.clear();
            channel.read(header, at);
            int length = header.getInt(Long.BYTES);
            if (length <= 0) {
                break;
            }
            begins.add(at);
            at += HEADER_BYTES + length;
        }
        return begins;
    }
}
