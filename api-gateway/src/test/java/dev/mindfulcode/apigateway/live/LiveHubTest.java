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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
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
        hub.flowState(UUID.randomUUID(), new byte[1], 0);
        assertThat(decoded).hasValue(0);
        hub.open(ada, Resume.LATEST, () -> {});
        hub.flowState(ada, new byte[1], 0);
        assertThat(decoded).hasValue(1);
    }

    @Test
    void closesOnlyClientsThatDoNotRead() {
        AtomicInteger cut = new AtomicInteger();
        Subscription deaf = hub.open(ada, Resume.LATEST, cut::incrementAndGet);
        AtomicInteger innocent = new AtomicInteger();
        Subscription reader = hub.open(ada, Resume.LATEST, innocent::incrementAndGet);
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
            open.add(hub.open(ada, Resume.LATEST, () -> {}));
        }
        assertThatThrownBy(() -> hub.open(ada, Resume.LATEST, () -> {})).isInstanceOf(ProblemException.class);
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_PER_USER_MAX);
        hub.open(UUID.randomUUID(), Resume.LATEST, () -> {});
        hub.close(open.getFirst());
        hub.open(ada, Resume.LATEST, () -> {});
        assertThat(hub.connections()).isEqualTo(LiveHub.CONNECTIONS_PER_USER_MAX + 1);
    }

    @Test
    void repeatsWhatAClientMissedThinnedOut() {
        UUID session = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        Map<Byte, FlowState> states = new HashMap<>();
        LiveHub reading = new LiveHub(
                (user, value) -> states.get(value[0]),
                Schedulers.immediate(),
                (user, state) -> Mono.empty(),
                _ -> Flux.empty(),
                ConnectionLimits.STANDARD);
        for (int second = 1; second <= 12; second++) {
            FlowState state = second == 4 ? at(other, second) : at(session, second); // one a second
            states.put((byte) second, state);
            reading.flowState(ada, new byte[] {(byte) second}, second * 1_000L);
        }
        assertThat(received(reading, new Resume(null, Instant.EPOCH)))
                .containsExactly(session + ":1", other + ":4", session + ":6", session + ":11", session + ":12");
        assertThat(received(reading, new Resume(null, Instant.ofEpochSecond(5))))
                .containsExactly(session + ":6", session + ":11", session + ":12");
        assertThat(received(reading, new Resume(session + ":11", null))).containsExactly(session + ":12");
        assertThat(received(reading, new Resume(session + ":12", null)))
                .as("nothing")
                .isEmpty();
        assertThat(received(reading, new Resume(session + ":0", null)))
                .as("too long ago")
                .containsExactly(session + ":12");
        assertThat(received(reading, Resume.LATEST)).containsExactly(session + ":12");
    }

    private List<String> received(LiveHub from, Resume resume) {
        List<String> ids = new ArrayList<>();
        Subscription client = from.open(ada, resume, () -> {});
        client.queue().messages().subscribe(message -> ids.add(requireNonNull(message.id())));
        from.close(client);
        return ids;
    }

    private static FlowState at(UUID session, int second) {
        return FlowState.newBuilder(FlowStates.state(session, second, SessionStatus.ACTIVE))
                .setAt(Instant.ofEpochSecond(second))
                .build();
    }

    @Test
    void endsConnectionsInPartsWhenItStops() {
        AtomicInteger ended = new AtomicInteger();
        for (int i = 0; i < 250; i++) {
            Subscription client = hub.open(new UUID(2, i), Resume.LATEST, () -> {});
            client.queue().messages().doOnComplete(ended::incrementAndGet).subscribe();
        }
        Deque<Runnable> due = new ArrayDeque<>();
        List<Long> delaysMs = new ArrayList<>();
        Scheduler timer = new Scheduler() {
            @Override
            public Disposable schedule(Runnable task) {
                return schedule(task, 0, TimeUnit.MILLISECONDS);
            }

            @Override
            public Disposable schedule(Runnable task, long delay, TimeUnit unit) {
                delaysMs.add(unit.toMillis(delay));
                due.add(task);
                return Disposables.disposed();
            }

            @Override
            public Worker createWorker() {
                throw new UnsupportedOperationException();
            }
        };
        AtomicInteger stopped = new AtomicInteger();
        hub.drain(timer, stopped::incrementAndGet);
        for (int expected : new int[] {100, 200, 250}) {
            due.remove().run();
            assertThat(ended).hasValue(expected);
        }
        assertThat(due).isEmpty();
        assertThat(delaysMs.getFirst()).isZero();
        assertThat(delaysMs.subList(1, 3)).allMatch(delayMs -> delayMs > 0);
        assertThat(stopped).hasValue(1);
        assertThatThrownBy(() -> hub.open(ada, Resume.LATEST, () -> {})).isInstanceOf(ProblemException.class);
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
        asking.open(ada, Resume.LATEST, () -> {});
        List.of(
                        state(flowing, 1, SessionStatus.ACTIVE, true),
                        state(resting, 1, SessionStatus.ACTIVE, false),
                        state(resting, 2, SessionStatus.PAUSED, false),
                        state(flowing, 2, SessionStatus.ACTIVE, false),
                        state(resting, 3, SessionStatus.ACTIVE, false))
                .forEach(state -> {
                    next.add(state);
                    asking.flowState(ada, new byte[1], 0);
                });
        assertThat(breaks).isEmpty();
        next.add(state(resting, 4, SessionStatus.PAUSED, false));
        asking.flowState(ada, new byte[1], 0);
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
        reading.flowState(ada, new byte[1], 0);
        next.add(state(earlier, 1, SessionStatus.ACTIVE, true));
        Subscription client = reading.open(ada, Resume.LATEST, () -> {});
        next.add(state(typed, 2, SessionStatus.ACTIVE, true));
        reading.flowState(ada, new byte[1], 0);
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
