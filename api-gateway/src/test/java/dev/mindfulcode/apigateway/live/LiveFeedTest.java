package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class LiveFeedTest {

    private final List<byte[]> decoded = new ArrayList<>();
    private final LiveHub hub = new LiveHub(
            (user, value) -> {
                decoded.add(value);
                return null;
            },
            Schedulers.immediate(),
            (user, state) -> Mono.empty(),
            _ -> Flux.empty(),
            ConnectionLimits.STANDARD);
    private final UUID ada = UUID.randomUUID();
    private final MeterRegistry meters = new SimpleMeterRegistry();
    private final LiveFeed feed =
            new LiveFeed(new SchemaRegistry("http://localhost:1", false), _ -> Optional.empty(), hub, meters);

    @Test
    void passesFlowStatesOn() {
        hub.open(ada, Resume.LATEST, () -> {});

        feed.receive(record(Topics.FLOW_STATES.name(), ada, new byte[] {1}));

        assertThat(decoded).hasSize(1);
        assertThat(meters.counter("mindful.gateway.live.records").count()).isEqualTo(1);
    }

    @Test
    void skipsRecordsWithoutUserOrValueAndUnreadableEvents() {
        hub.open(ada, Resume.LATEST, () -> {});

        feed.receive(record(Topics.FLOW_STATES.name(), null, new byte[] {1}));
        feed.receive(record(Topics.FLOW_STATES.name(), ada, null));
        feed.receive(record(Topics.SESSIONS.name(), ada, new byte[] {1}));
        feed.receive(record(Topics.TEAM_ALERTS.name(), ada, new byte[] {1}));

        assertThat(decoded).isEmpty();
    }

    private static ConsumerRecord<UUID, byte[]> record(String topic, @Nullable UUID key, byte @Nullable [] value) {
        return new ConsumerRecord<>(topic, 0, 0, key, value);
    }
}
