package dev.mindfulcode.apigateway.live;

import static java.util.Objects.requireNonNull;

import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Routes live updates to the clients of their user. For users without clients it caches the latest state, encrypted, so
 * that a client gets it as soon as it connects.
 */
final class LiveHub implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(LiveHub.class);

    static final int CONNECTIONS_PER_USER_MAX = 16;
    static final int CONNECTIONS_MAX = 10_000;

    private static final int RETRY_AFTER_SECONDS = 10;

    /** Pending for all clients that resume, of some 700 bytes each. */
    static final int REPLAYED_MAX = 40_000;

    /** Of a replayed session, at most one state in this time, and the latest. */
    private static final Duration REPLAY_SPACING = Duration.ofSeconds(5);

    /** Users whose connections end together when the gateway stops, so that not all clients return at once. */
    private static final int DRAINED_TOGETHER = 100;

    private static final Duration DRAIN_INTERVAL = Duration.ofMillis(100);

    private final Map<UUID, UserChannel> channels = new ConcurrentHashMap<>();
    private final RecentStates recent = new RecentStates();
    private final ReplayBudget budget = new ReplayBudget(REPLAYED_MAX);
    private final Conflation conflation = new Conflation();
    private final FlowStateReader reader;
    private final Scheduler blocking;
    private final FeedbackPolicy feedbackPolicy;
    private final AlertRecipients recipients;
    private final ConnectionLimits rules;
    private final AtomicInteger connections = new AtomicInteger();
    private final Scheduler sweeper = Schedulers.newSingle("gateway-live-sweep", true);
    private volatile @Nullable Disposable sweeping;
    private volatile boolean stopped;

    /**
     * @param blocking reads the states of users who connect, as that may query the database for their key
     * @param feedbackPolicy decides about a prompt at each break of a connected user who is not in flow elsewhere
     * @param recipients returns the recipients of an alert
     * @param rules heartbeat interval, and the timeout after which a client that does not read is closed
     */
    LiveHub(
            FlowStateReader reader,
            Scheduler blocking,
            FeedbackPolicy feedbackPolicy,
            AlertRecipients recipients,
            ConnectionLimits rules) {
        this.reader = reader;
        this.blocking = blocking;
        this.feedbackPolicy = feedbackPolicy;
        this.recipients = recipients;
        this.rules = rules;
    }

    /** Decrypts and decodes a flow state. Thread-safe; may block for the user's key. */
    @FunctionalInterface
    interface FlowStateReader {

        /** Returns null for a record that is not a flow state, and for a user without a key. */
        @Nullable
        FlowState read(UUID userId, byte[] value);
    }

    /** Finds the users who receive an alert live. */
    @FunctionalInterface
    interface AlertRecipients {
        Flux<UUID> of(TeamAlert alert);
    }

    /** Chooses the moment of the session just paused or ended that its user is prompted to rate; empty for none. */
    @FunctionalInterface
    interface FeedbackPolicy {
        Mono<Instant> momentToRate(UUID userId, FlowState latest);
    }

    int connections() {
        return connections.get();
    }

    /** Returns the number of the user's connections. */
    int connections(UUID userId) {
        UserChannel channel = channels.get(userId);
        return channel == null ? 0 : channel.clients();
    }

    /**
     * Subscribes a client to its user. It gets what it missed first, or the latest known state.
     *
     * @throws ProblemException if the connection limit is reached
     */
    Subscription open(UUID userId, Resume from, Runnable closer) {
        if (stopped) {
            throw ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "The server is shutting down.");
        }
        if (connections.incrementAndGet() > CONNECTIONS_MAX) {
            connections.decrementAndGet();
            throw ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Limit of live connections reached.");
        }
        Subscription subscription = new Subscription(userId, new ConflatingQueue(conflation, budget), closer, null);
        try {
            channels.compute(userId, (id, known) -> {
                UserChannel channel = known == null ? new UserChannel() : known;
                if (channel.clients() >= CONNECTIONS_PER_USER_MAX) {
                    throw ProblemType.TOO_MANY_CONNECTIONS.withDetail(
                            "A user can have " + CONNECTIONS_PER_USER_MAX + " live connections.");
                }
                channel.add(subscription);
                return channel;
            });
        } catch (ProblemException e) {
            connections.decrementAndGet();
            throw e;
        }
        resume(subscription, from);
        return subscription;
    }

    /** Adds a queue to a client that reads several streams over one connection. */
    Subscription openChild(Subscription client, Resume from) {
        UUID userId = client.userId();
        Subscription more = new Subscription(userId, new ConflatingQueue(conflation, budget), client.closer(), client);
        channels.compute(userId, (id, known) -> {
            UserChannel channel = known == null ? new UserChannel() : known;
            channel.add(more);
            return channel;
        });
        resume(more, from);
        return more;
    }

    void close(Subscription subscription) {
        channels.computeIfPresent(subscription.userId(), (id, channel) -> {
            int before = channel.clients();
            channel.remove(subscription);
            connections.addAndGet(channel.clients() - before);
            return channel.isEmpty() ? null : channel;
        });
        subscription.queue().close();
    }

    /**
     * Publishes a flow state to the user's clients; decodes it only if there are any.
     *
     * @param recordedMs time of the record, epoch milliseconds
     */
    void flowState(UUID userId, byte[] value, long recordedMs) {
        recent.add(userId, value, recordedMs);
        UserChannel channel = channels.get(userId);
        if (channel == null) {
            return;
        }
        FlowState state = reader.read(userId, value);
        if (state == null) {
            return;
        }
        channel.addStreamed(state.getSessionId());
        channel.publish(LiveMessages.flowState(state));
        long atMs = state.getAt().toEpochMilli();
        if (channel.applyStreamStatus(state.getSessionId(), state.getStatus(), state.getIsInFlow(), atMs)) {
            channel.publish(LiveMessages.sessionStatus(state.getSessionId(), state.getStatus(), atMs));
            if (state.getStatus() != SessionStatus.ACTIVE) {
                promptForFeedback(userId, channel, state);
            }
        }
    }

    /**
     * Publishes an update that is not in the log to the user's clients, unless the stream reads the same session: its
     * readings know the past and would be replaced by one that does not.
     */
    void publishUnlessStreamed(UUID userId, LiveUpdate.FlowState update) {
        UserChannel channel = channels.get(userId);
        if (channel != null && !channel.isStreamed(update.sessionId())) {
            channel.publish(LiveMessages.flowState(update, null));
        }
    }

    boolean isWatched(UUID userId) {
        return channels.containsKey(userId);
    }

    /** Publishes a status that the user set. */
    void sessionStatus(UUID userId, UUID sessionId, SessionStatus status, long atMs) {
        UserChannel channel = channels.get(userId);
        if (channel != null) {
            channel.applyUserStatus(sessionId, status, atMs);
            channel.publish(LiveMessages.sessionStatus(sessionId, status, atMs));
        }
    }

    /** Handles a session that its user paused or ended. */
    void sessionBreak(UUID userId, UUID sessionId) {
        UserChannel channel = channels.get(userId);
        FlowState state = latest(userId);
        if (channel != null && state != null && state.getSessionId().equals(sessionId)) {
            promptForFeedback(
                    userId,
                    channel,
                    FlowState.newBuilder(state).setIsInFlow(false).build());
        }
    }

    /** Publishes an alert to the leads of its team. */
    void teamAlert(TeamAlert alert) {
        LiveMessage message = channels.isEmpty() ? null : LiveMessages.teamAlert(alert);
        if (message != null) {
            recipients
                    .of(alert)
                    .subscribe(
                            userId -> {
                                UserChannel channel = channels.get(userId);
                                if (channel != null) {
                                    channel.publish(message);
                                }
                            },
                            e -> log.warn(
                                    "Team alert not delivered live: error={}",
                                    e.getClass().getSimpleName()));
        }
    }

    private void promptForFeedback(UUID userId, UserChannel channel, FlowState state) {
        if (channel.isInFlow()) {
            return;
        }
        feedbackPolicy
                .momentToRate(userId, state)
                .subscribe(
                        about -> channel.publish(LiveMessages.feedbackPrompt(state.getSessionId(), about)),
                        e -> log.warn(
                                "Feedback prompt failed: error={}", e.getClass().getSimpleName()));
    }

    private void resume(Subscription subscription, Resume from) {
        if (!recent.contains(subscription.userId())) {
            return;
        }
        boolean missed = from.since() != null || from.seenId() != null;
        if (missed) {
            subscription.queue().hold();
        }
        try {
            blocking.schedule(() -> {
                if (missed) {
                    subscription.queue().resume(missedBy(subscription.userId(), from));
                } else {
                    putSnapshot(subscription);
                }
            });
        } catch (RejectedExecutionException e) {
            subscription.queue().resume(List.of());
            log.warn("Latest flow state not sent to a new client: error={}", e.toString());
        }
    }

    private void putSnapshot(Subscription subscription) {
        FlowState state = latest(subscription.userId());
        if (state != null) {
            addStreamed(subscription.userId(), state);
            subscription.queue().putSnapshot(LiveMessages.flowState(state));
        }
    }

    /**
     * Returns the states after the one that the client has seen, or after a time, thinned out; the latest one for a
     * client that has seen an unknown one.
     */
    private List<LiveMessage> missedBy(UUID userId, Resume from) {
        List<FlowState> states = new ArrayList<>();
        try {
            for (byte[] value : recent.of(userId)) {
                FlowState state = reader.read(userId, value);
                if (state != null) {
                    states.add(state);
                    addStreamed(userId, state);
                }
            }
        } catch (RuntimeException e) {
            log.warn("Missed flow states not readable: error={}", e.getClass().getName());
        }
        List<FlowState> missed = after(states, from);
        Map<UUID, Long> latestAtMs = new HashMap<>();
        for (FlowState state : missed) {
            latestAtMs.merge(state.getSessionId(), state.getAt().toEpochMilli(), Math::max);
        }
        Map<UUID, Long> replayedAtMs = new HashMap<>();
        List<LiveMessage> messages = new ArrayList<>();
        for (FlowState state : missed) {
            UUID session = state.getSessionId();
            long atMs = state.getAt().toEpochMilli();
            Long before = replayedAtMs.get(session);
            if (before == null
                    || atMs - before >= REPLAY_SPACING.toMillis()
                    || atMs == requireNonNull(latestAtMs.get(session))) {
                replayedAtMs.put(session, atMs);
                messages.add(LiveMessages.flowState(state));
            }
        }
        return messages;
    }

    private static List<FlowState> after(List<FlowState> states, Resume from) {
        Instant since = from.since();
        if (since != null) {
            return states.stream().filter(state -> state.getAt().isAfter(since)).toList();
        }
        for (int i = 0; i < states.size(); i++) {
            if (LiveMessages.id(states.get(i)).equals(from.seenId())) {
                return states.subList(i + 1, states.size());
            }
        }
        return states.isEmpty() ? states : List.of(states.getLast());
    }

    private void addStreamed(UUID userId, FlowState state) {
        UserChannel channel = channels.get(userId);
        if (channel != null) {
            channel.addStreamed(state.getSessionId());
        }
    }

    private @Nullable FlowState latest(UUID userId) {
        byte[] value = recent.latest(userId);
        return value == null ? null : reader.read(userId, value);
    }

    /** Sends heartbeats and closes connections that do not read. */
    void sweep(long nowNs) {
        channels.values()
                .forEach(channel -> channel.forEach(subscription -> {
                    if (subscription.queue().waitingNs(nowNs)
                            > rules.writeTimeout().toNanos()) {
                        subscription.closer().run();
                    } else {
                        subscription.queue().put(LiveMessage.HEARTBEAT);
                    }
                }));
    }

    @Override
    public void start() {
        long periodMs = rules.pingInterval().toMillis();
        stopped = false;
        sweeping =
                sweeper.schedulePeriodically(() -> sweep(System.nanoTime()), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Ends all connections at once. */
    @Override
    public void stop() {
        stopSweeping();
        channels.values().forEach(LiveHub::end);
    }

    /** Ends all connections, {@link #DRAINED_TOGETHER} users at a time; the web server would wait for them. */
    @Override
    public void stop(Runnable callback) {
        drain(sweeper, callback);
    }

    void drain(Scheduler timer, Runnable callback) {
        stopSweeping();
        List<UserChannel> connected = new ArrayList<>(channels.values());
        Flux.fromIterable(connected)
                .buffer(DRAINED_TOGETHER)
                .index()
                .concatMap(part -> Mono.delay(part.getT1() == 0 ? Duration.ZERO : DRAIN_INTERVAL, timer)
                        .thenReturn(part.getT2()))
                .doFinally(_ -> callback.run())
                .subscribe(part -> part.forEach(LiveHub::end));
    }

    private static void end(UserChannel channel) {
        channel.forEach(subscription -> subscription.queue().end(LiveMessages.GOING_AWAY));
    }

    private void stopSweeping() {
        stopped = true;
        Disposable running = sweeping;
        sweeping = null;
        if (running != null) {
            running.dispose();
        }
    }

    Conflation conflation() {
        return conflation;
    }

    @Override
    public boolean isRunning() {
        return sweeping != null;
    }

    /** Before the web server's own graceful stop. */
    @Override
    public int getPhase() {
        return SmartLifecycle.DEFAULT_PHASE;
    }
}
