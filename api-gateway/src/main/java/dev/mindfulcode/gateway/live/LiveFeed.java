package dev.mindfulcode.gateway.live;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows flow states, session events and team alerts from now on: every partition, in no group, since each gateway needs all of them for whoever
 * is connected to it. Reads what is not committed yet: a live update is provisional, and the next one is a second away.
 */
final class LiveFeed implements SmartLifecycle, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LiveFeed.class);

    private static final List<String> TOPICS =
            List.of(Topics.FLOW_STATES.name(), Topics.SESSIONS.name(), Topics.TEAM_ALERTS.name());
    private static final Duration POLL_WAIT_MAX = Duration.ofMillis(500);
    private static final Duration PARTITIONS_LOOK_INTERVAL = Duration.ofSeconds(10);
    private static final Duration TOPICS_MISSING_INTERVAL = Duration.ofSeconds(1);
    private static final Duration START_WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(3);
    private static final Duration FAILURE_PAUSE = Duration.ofSeconds(1);

    private final Supplier<Consumer<UUID, byte[]>> consumers;
    private final Duration lookInterval;
    private final LiveHub hub;
    private final Deserializer<SessionEvent> sessionEvents;
    private final Deserializer<TeamAlert> teamAlerts;
    private final Counter received;
    private final CountDownLatch positioned = new CountDownLatch(1);
    private final Set<TopicPartition> followed = new HashSet<>();
    private boolean followedBefore;
    private volatile @Nullable Thread thread;
    private volatile @Nullable Consumer<UUID, byte[]> consumer;

    LiveFeed(String bootstrapServers, SchemaRegistry registry, LiveHub hub, MeterRegistry meters) {
        this(() -> open(bootstrapServers), PARTITIONS_LOOK_INTERVAL, registry, hub, meters);
    }

    /** Follows what {@code consumers} open, looking for new partitions each {@code lookInterval}. */
    LiveFeed(
            Supplier<Consumer<UUID, byte[]>> consumers,
            Duration lookInterval,
            SchemaRegistry registry,
            LiveHub hub,
            MeterRegistry meters) {
        this.consumers = consumers;
        this.lookInterval = lookInterval;
        this.hub = hub;
        this.sessionEvents = Topics.SESSIONS.valueSerde(registry).deserializer();
        this.teamAlerts = Topics.TEAM_ALERTS.valueSerde(registry).deserializer();
        this.received = Counter.builder("mindful.gateway.live.records")
                .description("Records of the live topics that came in")
                .register(meters);
    }

    @Override
    public void run() {
        Thread self = Thread.currentThread();
        while (thread == self) {
            try (Consumer<UUID, byte[]> opened = consumers.get()) {
                consumer = opened;
                follow(opened, self);
            } catch (WakeupException | InterruptException e) {
                // Being stopped: the loop's condition says so.
            } catch (KafkaException e) {
                LOG.warn("The live feed is interrupted and starts again: {}", e.toString());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    private void follow(Consumer<UUID, byte[]> opened, Thread self) {
        followed.clear();
        long lookAtNs = System.nanoTime();
        while (thread == self) {
            if (System.nanoTime() - lookAtNs >= 0) {
                boolean complete = followNewPartitions(opened);
                lookAtNs = System.nanoTime() + (complete ? lookInterval : TOPICS_MISSING_INTERVAL).toNanos();
            }
            for (ConsumerRecord<UUID, byte[]> record : opened.poll(POLL_WAIT_MAX)) {
                received.increment();
                hand(record);
            }
        }
    }

    /** Returns whether all topics exist. Of a partition that is new since the last look everything is new. */
    private boolean followNewPartitions(Consumer<UUID, byte[]> opened) {
        Set<TopicPartition> added = new HashSet<>();
        boolean complete = true;
        for (String topic : TOPICS) {
            var partitions = opened.partitionsFor(topic);
            complete &= !partitions.isEmpty();
            partitions.forEach(partition -> added.add(new TopicPartition(topic, partition.partition())));
        }
        added.removeAll(followed);
        if (!added.isEmpty()) {
            boolean first = followed.isEmpty();
            followed.addAll(added);
            opened.assign(followed);
            if (first || !followedBefore) {
                opened.seekToEnd(added);
            } else {
                opened.seekToBeginning(added);
            }
            added.forEach(opened::position);
        }
        if (complete) {
            followedBefore = true;
            positioned.countDown();
        }
        return complete;
    }

    private void hand(ConsumerRecord<UUID, byte[]> record) {
        UUID userId = record.key();
        byte[] value = record.value();
        if (userId == null || value == null) {
            return;
        }
        if (record.topic().equals(Topics.FLOW_STATES.name())) {
            hub.flowState(userId, value);
        } else if (record.topic().equals(Topics.TEAM_ALERTS.name())) {
            handTeamAlert(value);
        } else if (hub.isWatched(userId)) {
            handSessionEvent(userId, value);
        }
    }

    private void handTeamAlert(byte[] value) {
        try {
            hub.teamAlert(teamAlerts.deserialize(Topics.TEAM_ALERTS.name(), value));
        } catch (RuntimeException e) {
            LOG.warn(
                    "A team alert could not be read for the live feed: {}",
                    e.getClass().getName());
        }
    }

    private void handSessionEvent(UUID userId, byte[] value) {
        SessionEvent event;
        try {
            event = sessionEvents.deserialize(Topics.SESSIONS.name(), value);
        } catch (RuntimeException e) {
            LOG.warn(
                    "A session event could not be read for the live feed: {}",
                    e.getClass().getName());
            return;
        }
        SessionStatus status = switch (event.getKind()) {
            case STARTED, RESUMED -> SessionStatus.ACTIVE;
            case PAUSED -> SessionStatus.PAUSED;
            case ENDED, DELETED -> SessionStatus.ENDED;
            case CORRECTED -> event.getEndedAt() == null ? null : SessionStatus.ENDED;
            case UPDATED, UNKNOWN -> null;
        };
        if (status != null) {
            hub.sessionStatus(
                    userId, event.getSessionId(), status, event.getAt().toEpochMilli());
        }
        if (event.getKind() == SessionEventKind.PAUSED || event.getKind() == SessionEventKind.ENDED) {
            hub.breakFrom(userId, event.getSessionId());
        }
    }

    private static Consumer<UUID, byte[]> open(String bootstrapServers) {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "mindful-gateway-live",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_uncommitted",
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        "latest",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false,
                        ConsumerConfig.METADATA_MAX_AGE_CONFIG,
                        (int) PARTITIONS_LOOK_INTERVAL.toMillis()),
                new LenientKeys(),
                new ByteArrayDeserializer());
    }

    private void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(FAILURE_PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void start() {
        if (thread != null) {
            return;
        }
        Thread started = Thread.ofPlatform().name("gateway-live-feed").daemon().unstarted(this);
        thread = started;
        started.start();
        try {
            if (!positioned.await(START_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The live topics are not there yet; live updates begin when they are");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        Thread stopping;
        synchronized (this) {
            stopping = thread;
            thread = null;
        }
        Consumer<UUID, byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
        if (stopping != null) {
            try {
                if (!stopping.join(STOP_WAIT_MAX)) {
                    stopping.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Before the web server, so that a client which is connected misses nothing. */
    @Override
    public int getPhase() {
        return 0;
    }

    /** A key that is no UUID is nobody's, and must not stop the feed. */
    private static final class LenientKeys implements Deserializer<@Nullable UUID> {

        private final UUIDDeserializer strict = new UUIDDeserializer();

        @Override
        public @Nullable UUID deserialize(String topic, byte[] data) {
            try {
                return data == null ? null : strict.deserialize(topic, data);
            } catch (KafkaException e) {
                return null;
            }
        }
    }
}
