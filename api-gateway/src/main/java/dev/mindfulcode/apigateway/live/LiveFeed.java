package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.TopicTailer;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.UUIDDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Passes flow states, session events and team alerts on to the live hub. Every gateway reads all of them, as they may
 * concern any of its clients, and reads them uncommitted: a live update is provisional.
 */
final class LiveFeed {

    static final List<String> TOPICS =
            List.of(Topics.FLOW_STATES.name(), Topics.SESSIONS.name(), Topics.TEAM_ALERTS.name());

    private static final Logger log = LoggerFactory.getLogger(LiveFeed.class);

    private static final Duration[] AGE_BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5)
    };

    private final LiveHub hub;
    private final Function<UUID, Optional<UserCipher>> ciphers;
    private final SealedEvents<SessionEvent> sessionEvents;
    private final Deserializer<TeamAlert> teamAlerts;
    private final Counter received;
    private final Timer ages;

    LiveFeed(SchemaRegistry registry, Function<UUID, Optional<UserCipher>> ciphers, LiveHub hub, MeterRegistry meters) {
        this.ciphers = ciphers;
        this.hub = hub;
        this.sessionEvents = new SealedEvents<>(Topics.SESSIONS, registry);
        this.teamAlerts = Topics.TEAM_ALERTS.valueSerde(registry).deserializer();
        this.received = Counter.builder("mindful.gateway.live.records")
                .description("Records received from the live topics")
                .register(meters);
        this.ages = Timer.builder("mindful.gateway.live.event.age")
                .description("From the acceptance of keystrokes to the receipt of the flow state that they led to")
                .serviceLevelObjectives(AGE_BUCKETS)
                .register(meters);
    }

    static TopicTailer<UUID> tailer(KafkaConnection kafka, LiveFeed feed) {
        return new TopicTailer<>(
                "gateway-live-feed",
                kafka.consumers(
                        new LenientKeys(),
                        IsolationLevel.READ_UNCOMMITTED,
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "latest")),
                TOPICS,
                TopicTailer.Start.END,
                feed::receive);
    }

    void receive(ConsumerRecord<UUID, byte[]> record) {
        received.increment();
        UUID userId = record.key();
        byte[] value = record.value();
        if (userId == null || value == null) {
            return;
        }
        if (record.topic().equals(Topics.FLOW_STATES.name())) {
            ages.record(Math.max(0, System.currentTimeMillis() - record.timestamp()), TimeUnit.MILLISECONDS);
            hub.flowState(userId, value, record.timestamp());
        } else if (record.topic().equals(Topics.TEAM_ALERTS.name())) {
            receiveTeamAlert(value);
        } else if (hub.isWatched(userId)) {
            receiveSessionEvent(userId, value);
        }
    }

    private void receiveTeamAlert(byte[] value) {
        try {
            hub.teamAlert(teamAlerts.deserialize(Topics.TEAM_ALERTS.name(), value));
        } catch (RuntimeException e) {
            log.warn("Team alert not readable; skipped: error={}", e.getClass().getName());
        }
    }

    private void receiveSessionEvent(UUID userId, byte[] value) {
        Opened<SessionEvent> opened;
        try {
            synchronized (sessionEvents) {
                opened = sessionEvents.open(userId, value, ciphers);
            }
        } catch (RuntimeException e) {
            log.warn(
                    "Session event not readable; skipped: error={}",
                    e.getClass().getName());
            return;
        }
        if (opened instanceof Opened.Event<SessionEvent>(SessionEvent event)) {
            publish(userId, event);
        }
    }

    private void publish(UUID userId, SessionEvent event) {
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

    /** Reads a key that is not a UUID as null: it belongs to no user. */
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
