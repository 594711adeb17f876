package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Offsets that the read model has reached. While reads wait, one query each {@link #POLL_INTERVAL} serves all of them.
 * Thread-safe.
 */
final class ProjectionProgress {

    private static final Logger log = LoggerFactory.getLogger(ProjectionProgress.class);

    static final Duration TIMEOUT = Duration.ofSeconds(3);

    /** Under load the stream commits every 5 s, and buffered results follow within another second. */
    static final Duration KEYSTROKES_TIMEOUT = Duration.ofSeconds(8);

    static final int WAITING_READS_MAX = 1_000;

    /** The topics in which flow-stream marks its input offsets. */
    private static final List<String> MARKED = Stream.of(Topics.FLOW_STATES, Topics.FLOW_PERIODS, Topics.FLOW_MINUTES)
            .map(Topic::name)
            .toList();

    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);
    private static final int RETRY_AFTER_SECONDS = 1;

    private final Database database;
    private final Map<Partition, Long> nextOffsets = new ConcurrentHashMap<>();
    private final Map<Partition, Long> inputOffsets = new ConcurrentHashMap<>();
    private final Map<Partition, Long> featuresOffsets = new ConcurrentHashMap<>();
    private final Queue<Waiter> waiters = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicBoolean polling = new AtomicBoolean();

    ProjectionProgress(Database database) {
        this.database = database;
    }

    /**
     * Completes when the read model includes the record at a position, or its results if it is an input of the stream;
     * fails with 503 after {@link #TIMEOUT} or {@link #KEYSTROKES_TIMEOUT}.
     */
    Mono<Void> await(LogPosition position) {
        return await(position, isStreamInput(position) ? KEYSTROKES_TIMEOUT : TIMEOUT)
                .onErrorMap(TimeoutException.class, e -> behind("The read model has not caught up with this write."));
    }

    /** Completes when the read model includes the record at a position; fails with {@link TimeoutException}. */
    Mono<Void> await(LogPosition position, Duration waitMax) {
        return Mono.defer(() -> {
            if (has(position)) {
                return Mono.empty();
            }
            if (waiting.incrementAndGet() > WAITING_READS_MAX) {
                waiting.decrementAndGet();
                return Mono.error(behind("Limit of waiting reads reached."));
            }
            Waiter waiter = new Waiter(position, Sinks.empty());
            waiters.add(waiter);
            poll();
            return waiter.reached().asMono().timeout(waitMax).doFinally(signal -> {
                waiters.remove(waiter);
                waiting.decrementAndGet();
            });
        });
    }

    private boolean has(LogPosition position) {
        if (!isStreamInput(position)) {
            return isPast(nextOffsets, position.topic(), position);
        }
        Map<Partition, Long> marked = isFeatures(position) ? featuresOffsets : inputOffsets;
        return MARKED.stream().allMatch(topic -> isPast(marked, topic, position));
    }

    private static boolean isPast(Map<Partition, Long> offsets, String topic, LogPosition position) {
        Long next = offsets.get(new Partition(topic, position.partition()));
        return next != null && next > position.offset();
    }

    private static boolean isStreamInput(LogPosition position) {
        return position.topic().equals(Topics.KEYSTROKES.name()) || isFeatures(position);
    }

    private static boolean isFeatures(LogPosition position) {
        return position.topic().equals(Topics.FLOW_FEATURES.name());
    }

    private void poll() {
        if (polling.compareAndSet(false, true)) {
            readOffsets()
                    .onErrorResume(e -> {
                        log.warn(
                                "Read model offsets unavailable; retrying: error={}",
                                e.getClass().getSimpleName());
                        return Mono.empty();
                    })
                    .then(Mono.delay(POLL_INTERVAL))
                    .repeat(() -> !waiters.isEmpty())
                    .doFinally(signal -> {
                        polling.set(false);
                        if (!waiters.isEmpty()) {
                            poll();
                        }
                    })
                    .subscribe();
        }
    }

    private Mono<Void> readOffsets() {
        return database.sql("SELECT topic, partition, next_offset, input_offset, features_offset"
                        + " FROM readmodel.projection_offsets")
                .map(row -> {
                    Partition partition =
                            new Partition(row.get("topic", String.class), row.get("partition", Integer.class));
                    nextOffsets.put(partition, row.get("next_offset", Long.class));
                    Long inputOffset = row.get("input_offset", Long.class);
                    if (inputOffset != null) {
                        inputOffsets.put(partition, inputOffset);
                    }
                    Long featuresOffset = row.get("features_offset", Long.class);
                    if (featuresOffset != null) {
                        featuresOffsets.put(partition, featuresOffset);
                    }
                    return true;
                })
                .all()
                .then(Mono.fromRunnable(() -> waiters.forEach(waiter -> {
                    if (has(waiter.position())) {
                        waiter.reached().tryEmitEmpty();
                    }
                })));
    }

    private static RuntimeException behind(String detail) {
        return ProblemType.READ_MODEL_BEHIND.retryAfter(RETRY_AFTER_SECONDS, detail);
    }

    private record Partition(String topic, int number) {}

    private record Waiter(LogPosition position, Sinks.Empty<Void> reached) {}
}
