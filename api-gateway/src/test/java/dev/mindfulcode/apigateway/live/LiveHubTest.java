package dev.mindfulcode.apigateway.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.FlowStates;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class LiveHubTest {

    private final AtomicInteger decoded = new AtomicInteger();
    private final LiveHub hub = new LiveHub(
            (user, value) -> {
                decoded.incrementAndGet();
                return null;
            },
            Schedulers.immediate(),
            (user, state) -> Mono.empty(),
            _ -> Flux.empty(),
            ConnectionLimits.STANDARD);
    private final UUID ada = UUID.randomUUID();

    @Test
    void doesNotDecodeStatesOfUsersWithoutClients() {
        hub.flowState(UUID.randomUUID(), new byte[1]);
        assertThat(decoded).hasValue(0);
        hub.open(ada, null, () -> {});
        hub.flowState(ada, new byte[1]);
        assertThat(decoded).hasValue(1);
    }

    @Test
    void closesOnlyClientsThatDoNotRead() {
        AtomicInteger cut = new AtomicInteger();
        Subscription deaf = hub.open(ada, null, cut::incrementAndGet);
        AtomicInteger innocent = new AtomicInteger();
        Subscription reader = hub.open(ada, null, innocent::incrementAndGet);
        reader.queue().messages().subscribe();
        hub.sessionStatus(ada, UUID.randomUUID(), SessionStatus.PAUSED, 0);
        hub.sweep(System.nanoTime());
        assertThat(cut).hasValue(0);
        hub.sweep(System.nanoTime() + ConnectionLimits.STANDARD.writeTimeout().toNanos() + 1);
        assertThat(cut).hasValue(1);
        assertThat(innocent).hasValue(0);
        hub.close(deaf);
        hub.close(deaf);
        hub.close(reader);
        assertThat(hub.connections()).isZero();
        assertThat(hub.isWatched(ada)).isFalse();
    }

    @Test
    void limitsConnectionsPerUserAndReleasesClosedOnes() {
        List<Subscription> open = new ArrayList<>();
        for (int i = 0; i < LiveHub.CONNECTIONS_PER_USER_MAX; i++) {
            open.add(hub.open(ada, null, () -> {}));
        }
        assertThatThrownBy(() -> hub.open(ada, null, () -> {})).isInstanceOf(ProblemException.class);
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_PER_USER_MAX);
        hub.open(UUID.randomUUID(), null, () -> {});
        hub.close(open.getFirst());
        hub.open(ada, null, () -> {});
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_PER_USER_MAX + 1);
    }

    @Test
    void keepsAnEndSetByTheUserAndOtherwiseTheLaterStatus() {
        UserChannel channel = new UserChannel();
        UUID session = UUID.randomUUID();
        assertThat(channel.applyStreamStatus(session, SessionStatus.ACTIVE, false, 10))
                .as("met first")
                .isFalse();
        assertThat(channel.applyStreamStatus(session, SessionStatus.PAUSED, false, 20))
                .isTrue();
        assertThat(channel.applyStreamStatus(session, SessionStatus.ACTIVE, false, 15))
                .as("older")
                .isFalse();
        channel.applyUserStatus(session, SessionStatus.ENDED, 30);
        assertThat(channel.applyStreamStatus(session, SessionStatus.ACTIVE, false, 40))
                .isFalse();
    }

    @Test
    void doesNotPromptWhileAnotherSessionIsInFlow() {
        UUID resting = UUID.randomUUID();
        UUID flowing = UUID.randomUUID();
        List<FlowState> next = new ArrayList<>();
        List<UUID> breaks = new ArrayList<>();
        LiveHub asking = new LiveHub(
                (user, value) -> next.removeFirst(),
                Schedulers.immediate(),
                (user, state) -> {
                    breaks.add(state.getSessionId());
                    return Mono.just(state.getLastActivityAt());
                },
                _ -> Flux.empty(),
                ConnectionLimits.STANDARD);
        asking.open(ada, null, () -> {});
        List.of(
                        state(flowing, 1, SessionStatus.ACTIVE, true),
                        state(resting, 1, SessionStatus.ACTIVE, false),
                        state(resting, 2, SessionStatus.PAUSED, false),
                        state(flowing, 2, SessionStatus.ACTIVE, false),
                        state(resting, 3, SessionStatus.ACTIVE, false))
                .forEach(state -> {
                    next.add(state);
                    asking.flowState(ada, new byte[1]);
                });
        assertThat(breaks).isEmpty();
        next.add(state(resting, 4, SessionStatus.PAUSED, false));
        asking.flowState(ada, new byte[1]);
        assertThat(breaks).containsExactly(resting);
        asking.sessionStatus(ada, resting, SessionStatus.ENDED, 5);
        assertThat(breaks).as("deleted or corrected, say").hasSize(1);
        next.add(state(resting, 4, SessionStatus.PAUSED, true));
        asking.sessionBreak(ada, resting);
        assertThat(breaks).as("ended by its user").hasSize(2);
    }

    private static FlowState state(UUID session, int version, SessionStatus status, boolean inFlow) {
        return FlowState.newBuilder(FlowStates.state(session, version, status))
                .setIsInFlow(inFlow)
                .setAt(Instant.ofEpochMilli(version))
                .build();
    }
}
