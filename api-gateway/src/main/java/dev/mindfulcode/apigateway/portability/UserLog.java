package dev.mindfulcode.apigateway.portability;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * One user's records in their partitions of some topics, from the first to the last at the time of its creation.
 *
 * <p>Reads only what is taken: a partition is polled again once its records are taken, so that memory is bounded by a
 * poll. Blocking; not thread-safe, except {@link #percent}.
 */
final class UserLog implements AutoCloseable {

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);

    private final Consumer<byte[], byte[]> consumer;
    private final byte[] key;
    private final BooleanSupplier isCancelled;
    private final Map<String, Extent> extents = new LinkedHashMap<>();
    private final long total;
    private volatile long scanned;

    /** The offsets of a partition to read, and how many of them were read. */
    private static final class Extent {
        private final TopicPartition partition;
        private final long begin;
        private final long end;
        private long position;

        Extent(TopicPartition partition, long begin, long end) {
            this.partition = partition;
            this.begin = begin;
            this.end = end;
            this.position = begin;
        }

        boolean isRead() {
            return position >= end;
        }
    }

    /**
     * A record of the user.
     *
     * @param number of the record among the user's records of its topic, from 0; unlike an offset it does not count the
     *     records of others
     */
    record Numbered(ConsumerRecord<byte[], byte[]> record, long number) {}

    /** @param isCancelled polled between two polls of Kafka, which may be many without a record of the user */
    UserLog(Consumer<byte[], byte[]> consumer, UUID userId, Collection<String> topics, BooleanSupplier isCancelled) {
        this.consumer = consumer;
        this.key = userId.toString().getBytes(StandardCharsets.UTF_8);
        this.isCancelled = isCancelled;
        List<TopicPartition> partitions = topics.stream()
                .map(topic -> new TopicPartition(
                        topic,
                        BuiltInPartitioner.partitionForKey(
                                key, consumer.partitionsFor(topic).size())))
                .toList();
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long sum = 0;
        for (TopicPartition partition : partitions) {
            Extent extent = new Extent(partition, begins.getOrDefault(partition, 0L), ends.getOrDefault(partition, 0L));
            extents.put(partition.topic(), extent);
            sum += extent.end - extent.begin;
        }
        total = sum;
    }

    /** Returns how much of all records was read, from 0 to 100. */
    int percent() {
        return total == 0 ? 100 : (int) (100 * scanned / total);
    }

    /** Returns a cursor over the user's records of some of the topics in the order of the time of writing. */
    Cursor read(Collection<String> topics) {
        return new Cursor(topics.stream().map(extents::get).toList());
    }

    final class Cursor {

        private final List<Extent> reading;
        private final Map<TopicPartition, Queue<Numbered>> heads = new LinkedHashMap<>();
        private final Map<TopicPartition, Long> numbers = new HashMap<>();

        private Cursor(List<Extent> reading) {
            this.reading = reading;
            List<TopicPartition> partitions =
                    reading.stream().map(extent -> extent.partition).toList();
            consumer.assign(partitions);
            for (Extent extent : reading) {
                consumer.seek(extent.partition, extent.begin);
                heads.put(extent.partition, new ArrayDeque<>());
            }
        }

        /** Returns the next record, or null after the last. */
        @Nullable
        Numbered next() {
            fill();
            Queue<Numbered> earliest = null;
            long earliestMs = Long.MAX_VALUE;
            for (Queue<Numbered> queue : heads.values()) {
                Numbered head = queue.peek();
                if (head != null && (earliest == null || head.record.timestamp() < earliestMs)) {
                    earliest = queue;
                    earliestMs = head.record.timestamp();
                }
            }
            return earliest == null ? null : earliest.poll();
        }

        /** Polls until each partition has a record or is read to its end. */
        private void fill() {
            while (true) {
                List<TopicPartition> missing = reading.stream()
                        .filter(extent -> !extent.isRead() && isEmpty(extent.partition))
                        .map(extent -> extent.partition)
                        .toList();
                if (missing.isEmpty()) {
                    return;
                }
                if (isCancelled.getAsBoolean()) {
                    throw new CancellationException("Export cancelled");
                }
                consumer.pause(heads.keySet());
                consumer.resume(missing);
                poll();
            }
        }

        private boolean isEmpty(TopicPartition partition) {
            Queue<Numbered> queue = heads.get(partition);
            return queue == null || queue.isEmpty();
        }

        private void poll() {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_TIMEOUT)) {
                TopicPartition partition = new TopicPartition(record.topic(), record.partition());
                Extent extent = extents.get(record.topic());
                Queue<Numbered> queue = heads.get(partition);
                if (extent != null
                        && queue != null
                        && record.offset() < extent.end
                        && record.value() != null
                        && Arrays.equals(record.key(), key)) {
                    queue.add(new Numbered(record, numbers.merge(partition, 1L, Long::sum) - 1));
                }
            }
            for (Extent extent : reading) {
                long position = Math.min(consumer.position(extent.partition), extent.end);
                scanned += position - extent.position;
                extent.position = position;
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
