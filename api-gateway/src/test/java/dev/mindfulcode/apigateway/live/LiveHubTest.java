package dev.mindfulcode.apigateway.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.FlowStates;
import dev.mindfulcode.schemas.FlowReason;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
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

    /** Only a bounded number of sessions is remembered, each from the stream or from the snapshot of a new client. */
    @Test
    void showsNoDetectionInsteadOfAReadingOfTheStream() {
        UUID typed = UUID.randomUUID();
        UUID earlier = UUID.randomUUID();
        UUID detectedOnly = UUID.randomUUID();
        List<FlowState> next = new ArrayList<>();
        LiveHub reading = new LiveHub(
                (user, value) -> next.removeFirst(),
                Schedulers.immediate(),
                (user, state) -> Mono.empty(),
                _ -> Flux.empty(),
                ConnectionLimits.STANDARD);
        reading.flowState(ada, new byte[1]);
        next.add(state(earlier, 1, SessionStatus.ACTIVE, true));
        Subscription client = reading.open(ada, null, () -> {});
        next.add(state(typed, 2, SessionStatus.ACTIVE, true));
        reading.flowState(ada, new byte[1]);
        reading.sessionStatus(ada, detectedOnly, SessionStatus.ACTIVE, 3);
        for (UUID session : List.of(typed, earlier, detectedOnly)) {
            reading.publishUnlessStreamed(ada, detection(session));
        }
        List<String> shown = new ArrayList<>();
        client.queue().messages().subscribe(message -> {
            if (message.update() instanceof LiveUpdate.FlowState update) {
                shown.add(update.sessionId() + " " + update.flowState().isInFlow());
            }
        });
        assertThat(shown).containsExactly(earlier + " true", typed + " true", detectedOnly + " null");

        UserChannel channel = new UserChannel();
        for (int i = 0; i <= UserChannel.SESSIONS_MAX; i++) {
            channel.addStreamed(new UUID(0, i));
        }
        assertThat(channel.isStreamed(new UUID(0, 0))).isFalse();
        assertThat(channel.isStreamed(new UUID(0, 1))).isTrue();
    }

    @Test
    void showsReasonsThatItKnows() {
        FlowState.Builder state = FlowState.newBuilder(state(ada, 1, SessionStatus.ACTIVE, false));
        assertThat(reason(state.setReason(FlowReason.STRUGGLING).build())).isEqualTo("struggling");
        assertThat(reason(state.setReason(FlowReason.UNKNOWN).build()))
                .as("of a later version")
                .isNull();
        assertThat(reason(state.setReason(null).build())).isNull();
        assertThat(reason(state.setReason(FlowReason.AWAY).setIsInFlow(true).build()))
                .isNull();
    }

    private static @Nullable String reason(FlowState state) {
        LiveUpdate.FlowState update = (LiveUpdate.FlowState)
                requireNonNull(LiveMessages.flowState(state).update());
        return update.flowState().reason();
    }

    private static LiveUpdate.FlowState detection(UUID session) {
        LiveUpdate.Metrics metrics = new LiveUpdate.Metrics(0.5f, 0.5f, 0.5f, 0.5f, 0.5f);
        LiveUpdate.Estimate estimate =
                new LiveUpdate.Estimate(null, "warming_up", 0.5f, 0, 0.3f, "some", metrics, List.of());
        return LiveUpdate.FlowState.of(session, 4, 4, estimate, new LiveUpdate.Totals("active", 1, 0, 1, 0));
    }

    private static FlowState state(UUID session, int version, SessionStatus status, boolean inFlow) {
        return FlowState.newBuilder(FlowStates.state(session, version, status))
                .setIsInFlow(inFlow)
                .setAt(Instant.ofEpochMilli(version))
                .build();
    }
}
