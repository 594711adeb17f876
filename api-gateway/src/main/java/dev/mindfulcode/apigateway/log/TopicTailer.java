package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.BatchConsumerAwareMessageListener;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.DefaultErrorHandler;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListenerContainer;
import org.springframework.kafka.support.TopicPartitionOffset;
import org.springframework.scheduling.concurrent.ThreadPoolTaskScheduler;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Reads every partition of some topics, in no consumer group. One listener container reads the partitions that exist;
 * partitions that are added later get another container, which reads them from their first record. After a failed poll,
 * or when the system clock was set back, it starts over.
 *
 * @param <K> key type of the topics
 */
public final class TopicTailer<K> implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(TopicTailer.class);

    /** First record to read. */
    public enum Start {
        BEGINNING,
        END
    }

    /** Receives the records of one partition in order; records of several partitions may come at the same time. */
    @FunctionalInterface
    public interface Listener<K> {
        void receive(ConsumerRecord<K, byte[]> record);
    }

    private static final Duration PARTITION_POLL_INTERVAL = Duration.ofSeconds(10);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(1);
    private static final Duration READY_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(3);

    private final String name;
    private final ConsumerFactory<K, byte[]> consumers;
    private final List<String> topics;
    private final Start startAt;
    private final Listener<K> listener;
    private final Duration partitionPollInterval;
    private final ErrorHandler errorHandler = new ErrorHandler();

    /** Existing records of a topic that is read from its beginning: the end offsets still to be reached. */
    private final Map<TopicPartition, Long> backlog = new ConcurrentHashMap<>();

    private final CompletableFuture<@Nullable Void> ready = new CompletableFuture<>();
    private volatile boolean complete;
    private volatile @Nullable ThreadPoolTaskScheduler scheduler;
    private ClockStepWatch.@Nullable Registration registration;

    // Confined to the scheduler's thread, and to stop() once that thread has ended.
    private final List<KafkaMessageListenerContainer<K, byte[]>> containers = new ArrayList<>();
    private final Set<TopicPartition> assigned = new HashSet<>();
    private @Nullable Consumer<K, byte[]> metadata;

    public TopicTailer(
            String name,
            ConsumerFactory<K, byte[]> consumers,
            List<String> topics,
            Start startAt,
            Listener<K> listener) {
        this(name, consumers, topics, startAt, listener, PARTITION_POLL_INTERVAL);
    }

    TopicTailer(
            String name,
            ConsumerFactory<K, byte[]> consumers,
            List<String> topics,
            Start startAt,
            Listener<K> listener,
            Duration partitionPollInterval) {
        this.name = name;
        this.consumers = consumers;
        this.topics = topics;
        this.startAt = startAt;
        this.listener = listener;
        this.partitionPollInterval = partitionPollInterval;
    }

    /** Waits, within bounds, until no record from now on is missed and the backlog, if it is to be read, has been. */
    @Override
    public synchronized void start() {
        if (scheduler != null) {
            return;
        }
        ThreadPoolTaskScheduler started = new ThreadPoolTaskScheduler();
        started.setThreadNamePrefix(name + "-partitions-");
        started.setDaemon(true);
        started.setAwaitTerminationMillis(STOP_TIMEOUT.toMillis());
        started.initialize();
        scheduler = started;
        registration = ClockStepWatch.ofSystem().onStepBack(name, this::startOver);
        schedule(this::discover, Duration.ZERO);
        try {
            ready.get(READY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            log.warn("Kafka topics not read yet; starting without: listener={}, topics={}", name, topics);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e); // it is only completed normally
        }
    }

    /** Runs a task once the backlog has been read, however long after the start that is; it must not throw. */
    public void afterBacklog(Runnable task) {
        var _ = ready.thenRun(task);
    }

    @Override
    public synchronized void stop() {
        ThreadPoolTaskScheduler stopping = scheduler;
        if (stopping == null) {
            return;
        }
        scheduler = null;
        if (registration != null) {
            registration.close();
            registration = null;
        }
        stopping.shutdown();
        closeAll();
    }

    @Override
    public boolean isRunning() {
        return scheduler != null;
    }

    /** Before the web server: its first answers already depend on what is read here. */
    @Override
    public int getPhase() {
        return 0;
    }

    /** Reads on with new consumers. */
    void startOver() {
        schedule(this::reopen, Duration.ZERO);
    }

    private void schedule(Runnable task, Duration delay) {
        ThreadPoolTaskScheduler running = scheduler;
        if (running != null) {
            ScheduledExecutorService executor = running.getScheduledExecutor();
            var _ = executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void reopen() {
        closeAll();
        assignNewPartitions();
    }

    private void discover() {
        Duration next = RETRY_DELAY;
        if (assignNewPartitions() && complete) {
            next = partitionPollInterval;
        }
        schedule(this::discover, next);
    }

    /** Returns whether that succeeded. */
    private boolean assignNewPartitions() {
        try {
            Consumer<K, byte[]> open = metadata == null ? open() : metadata;
            metadata = open;
            Set<TopicPartition> added = new HashSet<>();
            boolean all = true;
            for (String topic : topics) {
                var partitions = open.partitionsFor(topic);
                all &= !partitions.isEmpty();
                partitions.forEach(partition -> added.add(new TopicPartition(topic, partition.partition())));
            }
            added.removeAll(assigned);
            if (!added.isEmpty()) {
                read(added, startingOffsets(open, added));
                // It has the partitions cached now, and would not see those that are added later.
                closeMetadata();
            }
            complete |= all;
            checkReady();
            return true;
        } catch (RuntimeException e) {
            if (isRunning()) {
                log.warn("Kafka topics unavailable; retrying: listener={}, error={}", name, e.toString());
            }
            return false;
        }
    }

    private Consumer<K, byte[]> open() {
        return consumers.createConsumer(null, name, "-partitions");
    }

    /** All records of a partition that is added while topics are read are new. */
    private Map<TopicPartition, Long> startingOffsets(Consumer<K, byte[]> open, Set<TopicPartition> added) {
        boolean first = assigned.isEmpty() || !complete;
        if (startAt == Start.END && first) {
            return open.endOffsets(added);
        }
        Map<TopicPartition, Long> offsets = open.beginningOffsets(added);
        if (first) {
            open.endOffsets(added).forEach((partition, end) -> {
                if (end > offsets.getOrDefault(partition, 0L)) {
                    backlog.put(partition, end);
                }
            });
        }
        return offsets;
    }

    private void read(Set<TopicPartition> added, Map<TopicPartition, Long> offsets) {
        ContainerProperties properties = new ContainerProperties(added.stream()
                .map(partition -> new TopicPartitionOffset(
                        partition.topic(), partition.partition(), offsets.getOrDefault(partition, 0L)))
                .toArray(TopicPartitionOffset[]::new));
        properties.setMessageListener((BatchConsumerAwareMessageListener<K, byte[]>) this::receive);
        properties.setClientId(name + "-" + containers.size());
        properties.setShutdownTimeout(STOP_TIMEOUT.toMillis());
        properties.setAuthExceptionRetryInterval(RETRY_DELAY);
        properties.setScheduler(scheduler);
        SimpleAsyncTaskExecutor executor = new SimpleAsyncTaskExecutor(name + "-");
        executor.setDaemon(true);
        properties.setListenerTaskExecutor(executor);
        KafkaMessageListenerContainer<K, byte[]> container = new KafkaMessageListenerContainer<>(consumers, properties);
        container.setBeanName(name);
        container.setCommonErrorHandler(errorHandler);
        container.start();
        containers.add(container);
        assigned.addAll(added);
    }

    private void receive(List<ConsumerRecord<K, byte[]>> records, @Nullable Consumer<?, ?> consumer) {
        for (ConsumerRecord<K, byte[]> record : records) {
            try {
                listener.receive(record);
            } catch (RuntimeException e) {
                log.error(
                        "Kafka record skipped: listener={}, topic={}, partition={}, offset={}, error={}",
                        name,
                        record.topic(),
                        record.partition(),
                        record.offset(),
                        e.toString());
            }
        }
        if (!backlog.isEmpty() && consumer != null) {
            backlog.entrySet()
                    .removeIf(end -> consumer.assignment().contains(end.getKey())
                            && consumer.position(end.getKey()) >= end.getValue());
            checkReady();
        }
    }

    private void checkReady() {
        if (complete && backlog.isEmpty()) {
            ready.complete(null);
        }
    }

    private void closeAll() {
        containers.forEach(KafkaMessageListenerContainer::stop);
        containers.clear();
        assigned.clear();
        backlog.clear();
        closeMetadata();
    }

    private void closeMetadata() {
        Consumer<K, byte[]> open = metadata;
        metadata = null;
        if (open != null) {
            open.close();
        }
    }

    /** Starts over after a failed poll: the same consumer might fail again, for example at a corrupt record. */
    private final class ErrorHandler extends DefaultErrorHandler {

        ErrorHandler() {
            super(new FixedBackOff(0, 0));
        }

        @Override
        public void handleOtherException(
                Exception failure, Consumer<?, ?> consumer, MessageListenerContainer container, boolean batchListener) {
            log.warn(
                    "Kafka consumer failed; starting over in {} s: listener={}, error={}",
                    RETRY_DELAY.toSeconds(),
                    name,
                    failure.toString());
            container.stop(() -> {});
            schedule(TopicTailer.this::reopen, RETRY_DELAY);
        }
    }
}
