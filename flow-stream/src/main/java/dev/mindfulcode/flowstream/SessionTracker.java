package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Processes all input about users in the order of their partition: dispatches records to {@link BatchHandler},
 * {@link SessionEventHandler} and {@link UserEventHandler}, and polls what is due by the clock.
 */
final class SessionTracker implements Processor<UUID, FlowInput, UUID, SpecificRecord> {

    static final Duration PUBLISH_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration GAP_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration IDLE_POLL_INTERVAL = Duration.ofSeconds(5);

    /** Flow states published per poll; the next poll publishes the rest. */
    static final int SESSIONS_PER_POLL_MAX = 5_000;

    private final PayloadReader payloads;
    private final Deserializer<PublishedModel> publishedModels;
    private final StreamMeters meters;
    private final CommitRounds rounds;
    private final StreamClock clock = new StreamClock();

    private ProcessorContext<UUID, SpecificRecord> context;
    private MinuteStore minutes;
    private TeamContributionPublisher contributions;
    private ProgressWriter progress;
    private BatchHandler batches;
    private SessionEventHandler sessionEvents;
    private UserEventHandler userEvents;

    @SuppressWarnings("NullAway.Init") // Kafka calls init before anything else
    SessionTracker(PayloadReader payloads, SchemaRegistry registry, StreamMeters meters, CommitRounds rounds) {
        this.payloads = payloads;
        this.rounds = rounds;
        this.publishedModels = Topics.FLOW_MODELS.valueSerde(registry).deserializer();
        this.meters = meters;
    }

    @Override
    public void init(ProcessorContext<UUID, SpecificRecord> context) {
        this.context = context;
        KeyValueStore<Bytes, byte[]> storedSessions = context.getStateStore(FlowTopology.SESSIONS_STORE);
        SessionTimers timers = new SessionTimers(context.getStateStore(FlowTopology.SESSION_TIMERS_STORE));
        UserStateStore users = new UserStateStore(context.getStateStore(FlowTopology.USERS_STORE), storedSessions);
        PersonalLayerStore personal = new PersonalLayerStore(context.getStateStore(FlowTopology.PERSONAL_LAYERS_STORE));
        ModelStore models = new ModelStore(context.getStateStore(FlowTopology.MODELS_STORE), publishedModels, meters);
        ReorderBuffer reorderBuffer =
                new ReorderBuffer(context.getStateStore(FlowTopology.REORDER_BUFFER_STORE), payloads);
        BatchIds batchIds = new BatchIds(context.getStateStore(FlowTopology.BATCH_IDS_STORE));
        SessionStore sessions = new SessionStore(storedSessions, timers, users, personal, models);
        minutes = new MinuteStore(
                context.getStateStore(FlowTopology.MINUTES_STORE), context.getStateStore(FlowTopology.PROGRESS_STORE));
        contributions = new TeamContributionPublisher(
                context,
                context.getStateStore(FlowTopology.MEMBERSHIPS_STORE),
                context.getStateStore(FlowTopology.PENDING_CONTRIBUTIONS_STORE),
                minutes);
        SessionPublisher publisher = new SessionPublisher(
                sessions.current(), new FlowStatePublisher(context, minutes), minutes, contributions, clock);
        batches = new BatchHandler(
                sessions, users, personal, models, minutes, reorderBuffer, batchIds, publisher, meters);
        sessionEvents = new SessionEventHandler(sessions, timers, users, reorderBuffer, batchIds, publisher);
        userEvents = new UserEventHandler(
                sessions, timers, users, personal, reorderBuffer, batchIds, minutes, contributions, meters);
        progress = new ProgressWriter(context, rounds);
        for (Bytes key : timers.openSessions()) {
            if (sessions.load(key)) {
                timers.update(key, sessions.current());
                clock.observe(sessions.current().receivedAtMs(), context.currentSystemTimeMs());
            }
        }
        schedulePolls();
    }

    private void schedulePolls() {
        schedule(PUBLISH_POLL_INTERVAL, this::publishDue);
        schedule(IDLE_POLL_INTERVAL, this::updateIdleSessions);
        schedule(GAP_POLL_INTERVAL, this::skipTimedOutGaps);
        schedule(
                TeamContributionPublisher.POLL_INTERVAL,
                wallMs -> contributions.publishDue(wallMs, clock.receivedAtMs()));
        schedule(CommitRounds.TICK, this::writeProgress);
    }

    private void schedule(Duration interval, Punctuator poll) {
        context.schedule(interval, PunctuationType.WALL_CLOCK_TIME, poll);
    }

    @Override
    public void process(Record<UUID, FlowInput> record) {
        UUID userId = record.key();
        long wallMs = context.currentSystemTimeMs();
        switch (record.value()) {
            case FlowInput.BatchReceived received -> {
                long receivedAtMs = observe(received.batch().receivedAtMs(), wallMs);
                batches.count(userId, received, receivedAtMs, clock.receivedAtMs(), wallMs);
            }
            case FlowInput.SessionChanged changed -> {
                long recordedAtMs = observe(changed.event().getRecordedAt().toEpochMilli(), wallMs);
                sessionEvents.apply(userId, changed.event(), recordedAtMs);
            }
            case FlowInput.FeedbackGiven given -> userEvents.apply(userId, given.event());
            case FlowInput.AccountChanged changed -> userEvents.apply(userId, changed.event(), clock.receivedAtMs());
        }
    }

    /** Advances the clock of receipt, and with it the minutes that may expire. */
    private long observe(long receivedMs, long wallMs) {
        long trustedMs = clock.observe(receivedMs, wallMs);
        long nowMs = clock.receivedAtMs();
        if (minutes.expiresRowsAt(nowMs)) {
            // A replay can pass weeks between two polls: publish to teams before the minutes expire.
            contributions.publishMinutesBefore(minutes.horizonMs(nowMs) + WindowSize.DAY.lengthMs(), nowMs);
            minutes.advanceTo(nowMs);
        }
        return trustedMs;
    }

    private void publishDue(long wallMs) {
        if (sessionEvents.publishDueBy(wallMs, SESSIONS_PER_POLL_MAX)) {
            progress.wroteDueBy(wallMs);
        }
    }

    private void writeProgress(long wallMs) {
        progress.tick(wallMs, () -> sessionEvents.publishDueBy(Long.MAX_VALUE, SESSIONS_PER_POLL_MAX));
    }

    private void updateIdleSessions(long wallMs) {
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
