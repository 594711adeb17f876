package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.log.LogFollower;
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
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows flow states, session events and team alerts from now on: every partition, in no group, since each gateway
 * needs all of them for whoever is connected to it. Reads what is not committed yet: a live update is provisional, and
 * the next one is a second away.
 */
final class LiveFeed extends LogFollower<UUID> {

    private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

    private static final List<String> TOPICS =
            List.of(Topics.FLOW_STATES.name(), Topics.SESSIONS.name(), Topics.TEAM_ALERTS.name());
    private static final Duration PARTITION_POLL_INTERVAL = Duration.ofSeconds(10);
    private static final Duration TOPICS_MISSING_INTERVAL = Duration.ofSeconds(1);

    private final Supplier<Consumer<UUID, byte[]>> consumers;
    private final Duration lookInterval;
    private final LiveHub hub;
    private final Deserializer<SessionEvent> sessionEvents;
    private final Deserializer<TeamAlert> teamAlerts;
    private final Counter received;
    private final Set<TopicPartition> followed = new HashSet<>();
    private boolean followedBefore;

    LiveFeed(String bootstrapServers, SchemaRegistry registry, LiveHub hub, MeterRegistry meters) {
        this(() -> open(bootstrapServers), PARTITION_POLL_INTERVAL, registry, hub, meters);
    }

    /** Follows what {@code consumers} open, looking for new partitions each {@code lookInterval}. */
    LiveFeed(
            Supplier<Consumer<UUID, byte[]>> consumers,
            Duration lookInterval,
            SchemaRegistry registry,
            LiveHub hub,
            MeterRegistry meters) {
        super("gateway-live-feed", true);
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
    protected Consumer<UUID, byte[]> open() {
        return consumers.get();
    }

    @Override
    protected void follow(Consumer<UUID, byte[]> opened) {
        followed.clear();
        long lookAtNs = System.nanoTime();
        while (goesOn()) {
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
            ready();
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
            log.warn(
                    "A team alert could not be read for the live feed: {}",
                    e.getClass().getName());
        }
    }

    private void handSessionEvent(UUID userId, byte[] value) {
        SessionEvent event;
        try {
            event = sessionEvents.deserialize(Topics.SESSIONS.name(), value);
        } catch (RuntimeException e) {
            log.warn(
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
            hub.sessionBreak(userId, event.getSessionId());
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
                        (int) PARTITION_POLL_INTERVAL.toMillis()),
                new LenientKeys(),
                new ByteArrayDeserializer());
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
