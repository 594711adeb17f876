package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.SchemaRegistryUnavailableException;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.core.ConsumerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The topic {@code dead-letters}, read in the order of partition and offset. A request reads a bounded number of
 * records for a bounded time, one partition after the other; requests wait for each other. Thread-safe.
 */
final class DeadLetterTopic implements AutoCloseable {

    /** Records read by one request, of up to 2 MiB each, of which it retains those that match. */
    static final int SCANNED_MAX = 2_000;

    private static final Duration SCAN_TIME_MAX = Duration.ofSeconds(5);
    private static final Duration API_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
    private static final int POLL_RECORDS_MAX = 200;
    private static final int FETCH_BYTES_MAX = 4 << 20;
    private static final int QUEUED_REQUESTS_MAX = 16;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final ConsumerFactory<byte[], byte[]> consumers;
    private final Serde<DeadLetter> serde;
    private final Scheduler requests = Schedulers.newBoundedElastic(1, QUEUED_REQUESTS_MAX, "gateway-dead-letters");

    DeadLetterTopic(KafkaConnection kafka) {
        serde = Topics.DEAD_LETTERS.valueSerde(kafka.registry());
        consumers = kafka.consumers(
                new ByteArrayDeserializer(),
                IsolationLevel.READ_COMMITTED,
                Map.of(
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "mindful-gateway-dead-letters",
                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                        (int) API_TIMEOUT.toMillis(),
                        ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                        POLL_RECORDS_MAX,
                        ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                        FETCH_BYTES_MAX,
                        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                        FETCH_BYTES_MAX));
    }

    /**
     * Letters that match.
     *
     * @param next the last record that was read, after which the next page starts; null at the end of the topic
     */
    record Page(List<StoredDeadLetter> letters, @Nullable DeadLetterId next) {}

    /** Emits the next letters after a position, possibly none; fails with 503 if Kafka does not respond in time. */
    Mono<Page> after(DeadLetterId position, DeadLetterFilter filter, int countMax) {
        return inTurn(() -> {
            try (Consumer<byte[], byte[]> consumer = consumers.createConsumer()) {
                return new Scan(consumer, filter, countMax).from(position);
            }
        });
    }

    /** Emits a letter, or nothing if this position has no letter any more. */
    Mono<StoredDeadLetter> find(DeadLetterId id) {
        DeadLetterId before = new DeadLetterId(id.partition(), id.offset() - 1);
        return after(before, new DeadLetterFilter(null, null, null), 1)
                .flatMap(page -> Mono.justOrEmpty(page.letters().stream()
                        .filter(letter -> letter.id().equals(id))
                        .findFirst()));
    }

    private <T> Mono<T> inTurn(Callable<T> request) {
        return Mono.fromCallable(request)
                .subscribeOn(requests)
                .onErrorMap(
                        e -> e instanceof KafkaException || e instanceof SchemaRegistryUnavailableException,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Kafka or the schema registry does not respond."))
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS,
                                "More than " + QUEUED_REQUESTS_MAX + " requests for dead letters are waiting."));
    }

    /** One reading of the topic. */
    private final class Scan {

        private final Consumer<byte[], byte[]> consumer;
        private final DeadLetterFilter filter;
        private final int countMax;
        private final long deadlineNs = System.nanoTime() + SCAN_TIME_MAX.toNanos();
        private final List<StoredDeadLetter> found = new ArrayList<>();
        private int scanned;

        Scan(Consumer<byte[], byte[]> consumer, DeadLetterFilter filter, int countMax) {
            this.consumer = consumer;
            this.filter = filter;
            this.countMax = countMax;
        }

        Page from(DeadLetterId position) {
            List<TopicPartition> partitions = consumer.partitionsFor(Topics.DEAD_LETTERS.name()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .filter(partition -> partition.partition() >= position.partition())
                    .sorted(Comparator.comparingInt(TopicPartition::partition))
                    .toList();
            Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            for (TopicPartition partition : partitions) {
                long start = starts.getOrDefault(partition, 0L);
                long first =
                        partition.partition() == position.partition() ? Math.max(start, position.offset() + 1) : start;
                DeadLetterId last = read(partition, first, ends.getOrDefault(partition, 0L));
                if (last != null) {
                    return new Page(found, last);
                }
            }
            return new Page(found, null);
        }

        /** Returns where the bounds of this reading were reached, or null at the end of the partition. */
        private @Nullable DeadLetterId read(TopicPartition partition, long first, long end) {
            if (first >= end) {
                return null;
            }
            consumer.assign(List.of(partition));
            consumer.seek(partition, first);
            while (consumer.position(partition) < end) {
                long position = consumer.position(partition);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL_TIMEOUT)) {
                    DeadLetterId id = new DeadLetterId(record.partition(), record.offset());
                    scanned++;
                    decoded(id, record).filter(filter::matches).ifPresent(found::add);
                    if (found.size() == countMax || scanned == SCANNED_MAX) {
                        return id;
                    }
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    return reached(partition, position);
                }
            }
            return null;
        }

        private DeadLetterId reached(TopicPartition partition, long before) {
            long position = consumer.position(partition);
            if (position == before && found.isEmpty() && scanned == 0) {
                throw new TimeoutException("dead-letters not read within " + SCAN_TIME_MAX.toSeconds() + " s");
            }
            return new DeadLetterId(partition.partition(), position - 1);
        }
    }

    /** Returns nothing for a record that is no dead letter: only services can write them. */
    private Optional<StoredDeadLetter> decoded(DeadLetterId id, ConsumerRecord<byte[], byte[]> record) {
        try {
            DeadLetter letter = serde.deserializer().deserialize(record.topic(), record.value());
            return Optional.ofNullable(letter)
                    .map(known -> new StoredDeadLetter(id, Instant.ofEpochMilli(record.timestamp()), known));
        } catch (SchemaRegistryUnavailableException e) {
            throw e;
        } catch (SerializationException e) {
            return Optional.empty();
        }
    }

    @Override
    public void close() {
        requests.dispose();
        serde.close();
    }
}
