package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.util.Collection;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/**
 * Processes all input about users in the order of their partition: dispatches records to {@link BatchHandler},
 * {@link SessionEventHandler} and {@link UserEventHandler}, and polls what is due by the clock.
 */
final class SessionTracker implements Processor<UUID, FlowInput, UUID, Object> {

    static final Duration PUBLISH_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration GAP_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration IDLE_POLL_INTERVAL = Duration.ofSeconds(5);

    /** Flow states published per poll; the next poll publishes the rest. */
    static final int SESSIONS_PER_POLL_MAX = 5_000;

    private final KeyLookup keys;
    private final UserEventPublisher.Seals seals;
    private final Deserializer<PublishedModel> publishedModels;
    private final StreamMeters meters;
    private final CommitRounds rounds;
    private final SessionTraces traces;
    private final StreamClock clock = new StreamClock();

    private long initializedAtMs;
    private boolean restored;
    private ProcessorContext<UUID, Object> context;
    private UserStores stores;
    private ProgressWriter progress;
    private BatchHandler batches;
    private SessionEventHandler sessionEvents;
    private UserEventHandler userEvents;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    SessionTracker(
            KeyLookup keys,
            UserEventPublisher.Seals seals,
            SchemaRegistry registry,
            StreamMeters meters,
            CommitRounds rounds,
            Tracing tracing) {
        this.keys = keys;
        this.seals = seals;
        this.rounds = rounds;
        this.traces = new SessionTraces(tracing);
        this.publishedModels = Topics.FLOW_MODELS.valueSerde(registry).deserializer();
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, Object> context) {
        this.context = context;
        initializedAtMs = context.currentSystemTimeMs();
        stores = UserStores.of(context, new UserCiphers(keys), publishedModels, meters);
        UserEventPublisher events = new UserEventPublisher(context, stores.ciphers(), seals, traces);
        SessionPublisher publisher =
                new SessionPublisher(stores, new FlowStatePublisher(context, events, stores.minutes()), clock);
        batches = new BatchHandler(stores, publisher, meters);
        sessionEvents = new SessionEventHandler(stores, publisher);
        userEvents = new UserEventHandler(stores, meters);
        progress = new ProgressWriter(context, rounds);
        schedulePolls();
    }

    /**
     * Restores what is in memory, before the first record or poll. Not in {@link #init}: the users' keys are needed,
     * and a rebalance while the database is down must not fail.
     */
    private void restore(Consumer<Collection<UUID>> preload) {
        if (!restored) {
            stores.restore(preload, session -> clock.observe(session.receivedAtMs(), initializedAtMs));
            restored = true;
        }
    }

    private void schedulePolls() {
        schedule(PUBLISH_POLL_INTERVAL, this::publishDue);
        schedule(IDLE_POLL_INTERVAL, this::updateIdleSessions);
        schedule(GAP_POLL_INTERVAL, this::skipTimedOutGaps);
        schedule(
                TeamContributionPublisher.POLL_INTERVAL,
                wallMs -> stores.contributions().publishDue(wallMs, clock.receivedAtMs()));
        schedule(CommitRounds.TICK, this::writeProgress);
    }

    private void schedule(Duration interval, Punctuator poll) {
        context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, wallMs -> poll(poll, wallMs));
    }

    private void poll(Punctuator poll, long wallMs) {
        try {
            restore(stores.ciphers()::preloadNow);
            poll.punctuate(wallMs);
        } catch (KeysUnavailableException e) {
            // Each step is done or not begun; the next poll continues.
            meters.pollsDeferred.increment();
        }
    }

    @Override
    public void process(Record<UUID, FlowInput> record) {
        TraceSpan span = traces.begin(context, record, sessionId(record.value()));
        try {
            apply(record);
            span.end();
        } catch (RuntimeException e) {
            span.fail(e);
            throw e;
        }
    }

    private static @Nullable UUID sessionId(FlowInput input) {
        return switch (input) {
            case FlowInput.BatchReceived received -> received.batch().sessionId();
            case FlowInput.SessionChanged changed -> changed.event().getSessionId();
            case FlowInput.FeedbackGiven _, FlowInput.AccountChanged _, FlowInput.Erased _ -> null;
        };
    }

    private void apply(Record<UUID, FlowInput> record) {
        UUID userId = record.key();
        long wallMs = context.currentSystemTimeMs();
        restore(stores.ciphers()::preload);
        switch (record.value()) {
            case FlowInput.BatchReceived received -> {
                long receivedAtMs = observe(
                        received.batch().receivedAtMs(), received.batch().isImported(), record, wallMs);
                stores.ciphers().begin(userId);
                batches.count(userId, received, receivedAtMs, clock.receivedAtMs(), wallMs);
            }
            case FlowInput.SessionChanged changed -> {
                SessionEvent event = changed.event();
                long recordedAtMs = observe(event.getRecordedAt().toEpochMilli(), event.getImported(), record, wallMs);
                stores.ciphers().begin(userId);
                sessionEvents.apply(userId, event, recordedAtMs);
            }
            case FlowInput.FeedbackGiven given -> {
                stores.ciphers().begin(userId);
                userEvents.apply(userId, given.event());
            }
            case FlowInput.AccountChanged changed -> {
                stores.ciphers().begin(userId);
                userEvents.apply(userId, changed.event(), clock.receivedAtMs());
            }
            case FlowInput.Erased _ -> stores.erase(userId, clock.receivedAtMs());
        }
    }

    /**
     * Advances the clock of receipt, and with it the minutes that may expire. An imported record was received long ago;
     * the clock follows the time of its import.
     */
    private long observe(long receivedMs, boolean isImported, Record<UUID, FlowInput> record, long wallMs) {
        long trustedMs = clock.observe(isImported ? record.timestamp() : receivedMs, wallMs);
        long nowMs = clock.receivedAtMs();
        if (stores.minutes().expiresRowsAt(nowMs)) {
            // A replay can pass weeks between two polls: publish to teams before the minutes expire.
            stores.contributions()
                    .publishMinutesBefore(stores.minutes().horizonMs(nowMs) + WindowSize.DAY.lengthMs(), nowMs);
            stores.minutes().advanceTo(nowMs);
        }
        return isImported ? Math.min(receivedMs, wallMs) : trustedMs;
    }

    private void publishDue(long wallMs) {
        if (sessionEvents.publishDueBy(wallMs, SESSIONS_PER_POLL_MAX)) {
            progress.wroteDueBy(wallMs);
        }
    }

    private void writeProgress(long wallMs) {
        progress.tick(wallMs, () -> sessionEvents.publishDueBy(Long.MAX_VALUE, SESSIONS_PER_POLL_MAX));
    }

    /**
     * Counts the batches that have waited long enough, then ends silent sessions: after an outage of the keys, this
     * poll may be the first that finds them, and would end a session with batches still to come.
     */
    private void updateIdleSessions(long wallMs) {
        skipTimedOutGaps(wallMs);
        if (clock.isKnown()) {
            sessionEvents.updateIdleSessions(clock.nowMs(wallMs));
        }
    }

    private void skipTimedOutGaps(long wallMs) {
        if (clock.isKnown()) {
            batches.skipTimedOutGaps(clock.nowMs(wallMs), wallMs);
        }
    }
}
