package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.SeenBatches;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import dev.mindfulcode.flowengine.team.MembershipHistory.Change;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.FlowFeedback;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts each batch once, follows every session through its life, and tells what came of it.
 *
 * <p>Each input is first worked out on a copy, where anything may go wrong, and only then stored and forwarded, where
 * nothing of the record's making can: a record is counted whole or not at all.
 */
final class SessionTracker implements Processor<UUID, FlowInput, UUID, SpecificRecord> {

    private static final Logger log = LoggerFactory.getLogger(SessionTracker.class);

    static final Duration PUBLISH_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration GAP_POLL_INTERVAL = Duration.ofMillis(250);
    static final Duration IDLE_POLL_INTERVAL = Duration.ofSeconds(5);
    static final Duration SWEEP_INTERVAL = Duration.ofSeconds(10);

    /** Sessions told in one go; the next go takes the rest. */
    static final int SESSIONS_PER_POLL_MAX = 5_000;

    private final PayloadReader payloads;
    private final Deserializer<PublishedModel> publishedModels;
    private final StreamMeters meters;
    private final CommitRounds rounds;
    private final StreamClock clock = new StreamClock();
    private final TrackedSession session = new TrackedSession();
    private final BatchApplier counter = new BatchApplier();
    private final FlowPeriodDetector periods = new FlowPeriodDetector();

    private ProcessorContext<UUID, SpecificRecord> context;
    private KeyValueStore<Bytes, byte[]> sessions;
    private SessionTimers timers;
    private MinuteStore minutes;
    private UserStateStore users;
    private PersonalLayerStore personal;
    private FlowStatePublisher publisher;
    private ModelStore models;
    private ReorderBuffer reorderBuffer;
    private BatchIds batchIds;
    private TeamContributionPublisher contributions;
    private ProgressWriter progress;

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
        KeyValueStore<Bytes, byte[]> published = context.getStateStore(FlowTopology.MODELS_STORE);
        models = new ModelStore(published, publishedModels, meters);
        sessions = context.getStateStore(FlowTopology.SESSIONS_STORE);
        timers = new SessionTimers(context.getStateStore(FlowTopology.SESSION_TIMERS_STORE));
        minutes = new MinuteStore(context.getStateStore(FlowTopology.MINUTES_STORE));
        users = new UserStateStore(context.getStateStore(FlowTopology.USERS_STORE), sessions);
        personal = new PersonalLayerStore(context.getStateStore(FlowTopology.PERSONAL_LAYERS_STORE));
        reorderBuffer = new ReorderBuffer(context.getStateStore(FlowTopology.REORDER_BUFFER_STORE), payloads);
        batchIds = new BatchIds(context.getStateStore(FlowTopology.BATCH_IDS_STORE));
        contributions = new TeamContributionPublisher(
                context,
                context.getStateStore(FlowTopology.MEMBERSHIPS_STORE),
                context.getStateStore(FlowTopology.PENDING_CONTRIBUTIONS_STORE),
                minutes);
        publisher = new FlowStatePublisher(context, minutes);
        progress = new ProgressWriter(context, rounds);
        for (Bytes key : timers.openSessions()) {
            if (load(key)) {
                timers.update(key, session);
                clock.observe(session.receivedAtMs(), context.currentSystemTimeMs());
            }
        }
        context.schedule(PUBLISH_POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::publishDue);
        context.schedule(IDLE_POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::updateIdleSessions);
        context.schedule(GAP_POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::skipGap);
        context.schedule(
                TeamContributionPublisher.POLL_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::publishContributions);
        context.schedule(SWEEP_INTERVAL, PunctuationType.WALL_CLOCK_TIME, this::sweep);
        context.schedule(CommitRounds.TICK, PunctuationType.WALL_CLOCK_TIME, this::writeProgress);
    }

    @Override
    public void process(Record<UUID, FlowInput> record) {
        UUID userId = record.key();
        switch (record.value()) {
            case FlowInput.BatchReceived received -> count(userId, received);
            case FlowInput.SessionChanged changed -> follow(userId, changed.event());
            case FlowInput.FeedbackGiven given -> follow(userId, given.event());
            case FlowInput.AccountChanged changed -> follow(userId, changed.event());
        }
    }

    private void count(UUID userId, FlowInput.BatchReceived received) {
        FlowInput.Keystrokes batch = received.batch();
        long receivedAtMs = clock.observe(batch.receivedAtMs(), context.currentSystemTimeMs());
        Bytes key = UserStoreKeys.session(userId, batch.sessionId());
        boolean known = load(key);
        if (!known) {
            if (users.isErased(userId)) {
                meters.batchesOfErased.increment();
                return;
            }
            begin(userId, batch.startedAtMs(), receivedAtMs);
        }
        if (session.isDeleted()) {
            meters.batchesOfDeletedSessions.increment();
            return;
        }
        long batchId = SeenBatches.hash(received.batchId());
        if (batchIds.contains(key, session.batchIds(), batchId) || session.hasSeenWithoutId(batch.sequence())) {
            meters.batchesDuplicate.increment();
            return;
        }
        if (batch.startedAtMs() < minutes.horizonMs()) {
            throw new PoisonRecordException(DeadLetterReason.TOO_LATE);
        }
        boolean reused = session.hasSeen(batch.sequence());
        if (reused) {
            session.countReusedSequence();
        }
        if (batch.sequence() > session.nextSequence() && !reused) {
            buffer(userId, key, batch);
        } else {
            apply(userId, batch);
            drainContiguous(userId, key);
        }
        if (!known) {
            users.setLastSession(userId, batch.sessionId());
        }
        batchIds.add(key, session.batchIds(), batchId);
        session.countBatchId();
        save(key);
        if (reused) {
            noteReuse(batch.sessionId());
        }
    }

    private void noteReuse(UUID sessionId) {
        meters.sequencesReused.increment();
        if (session.sequencesReused() == 1) {
            log.info("Sequence reused; batches are counted by their ids: session={}", sessionId);
        }
    }

    /** Flow is judged in the order of typing: a batch that comes before an earlier one waits for it a while. */
    private void buffer(UUID userId, Bytes key, FlowInput.Keystrokes batch) {
        session.markSeen(batch.sequence());
        long receivedAtMs = clock.observe(batch.receivedAtMs(), context.currentSystemTimeMs());
        session.updateReceivedAt(receivedAtMs);
        boolean hasRoom = reorderBuffer.add(key, batch, receivedAtMs);
        meters.batchesBuffered.increment();
        if (!hasRoom) {
            skipGap(userId, key);
        }
    }

    private void skipGap(long wallMs) {
        if (!clock.isKnown()) {
            return;
        }
        long nowMs = clock.nowMs(wallMs);
        for (Bytes key : reorderBuffer.dueBy(nowMs)) {
            if (load(key)) {
                while (reorderBuffer.isDue(key, nowMs)) {
                    skipGap(UserStoreKeys.userIdOf(key), key);
                }
                save(key);
            }
        }
    }

    private void skipGap(UUID userId, Bytes key) {
        session.markApplied(reorderBuffer.firstSequence(key) - 1);
        drainContiguous(userId, key);
    }

    private void drainContiguous(UUID userId, Bytes key) {
        while (reorderBuffer.hasBatches(key) && reorderBuffer.firstSequence(key) <= session.nextSequence()) {
            session.markApplied(reorderBuffer.firstSequence(key));
            byte[] before = session.toValue();
            try {
                reorderBuffer
                        .poll(key)
                        .ifPresentOrElse(batch -> apply(userId, batch), meters.batchesOfErased::increment);
            } catch (PoisonRecordException e) {
                // It could be read when it came, so this is a fault of ours; its record is in the log.
                log.error(
                        "A batch that had waited for an earlier one cannot be counted: {}",
                        e.reason().label(),
                        e);
                meters.deadLetter(e.reason());
                restore(userId, before);
            }
        }
    }

    /** Counts a batch in the session, which is left to be saved. */
    private void apply(UUID userId, FlowInput.Keystrokes batch) {
        ActivityStatus before = session.status();
        int judge = session.modelFingerprint();
        applyToSession(userId, batch);
        if (session.modelFingerprint() != judge) {
            meters.modelSwitches.increment();
        }

        session.updateReceivedAt(Math.min(batch.receivedAtMs(), context.currentSystemTimeMs()));
        session.endOverrideBefore(session.engine().lastActivityAtMs());
        personal.recordReading(userId, session.engine());
        storeMinutes(userId, batch);
        publish(userId, batch.sessionId(), counter.periods(), before, lastActivityAtMs(), Timing.WHEN_DUE);
        meters.batchesCounted.increment();
    }

    private enum Timing {
        IF_CHANGED,
        WHEN_DUE,
        NOW
    }

    /**
     * Tells how the session stands given what is known of silence and its end, and leaves its engine without knowing.
     */
    private void publish(
            UUID userId, UUID sessionId, FlowPeriodDetector watch, ActivityStatus before, long atMs, Timing when) {
        if (session.isUpToDate()) {
            publishUpToDate(userId, sessionId, watch, before, atMs, when);
            return;
        }
        byte[] engineState = session.engineState();
        boolean periodOpen = session.isPeriodOpen();
        session.applySilence();
        watch.detect(sessionId, session);
        publishUpToDate(userId, sessionId, watch, before, atMs, when);
        session.restoreEngine(engineState, periodOpen);
    }

    private void publishUpToDate(
            UUID userId,
            UUID sessionId,
            FlowPeriodDetector watch,
            ActivityStatus before,
            long activityOrSilenceAtMs,
            Timing when) {
        long atMs = Math.max(activityOrSilenceAtMs, session.statusSetAtMs());
        count(userId, sessionId, watch.interruptions());
        publisher.publishPeriods(userId, watch.changes());
        boolean changed = session.status() != before || !watch.changes().isEmpty();
        if (changed || when == Timing.NOW) {
            publisher.publish(userId, sessionId, session, atMs);
        } else if (when == Timing.WHEN_DUE) {
            publisher.publishWhenDue(userId, sessionId, session, atMs);
        }
    }

    private void count(UUID userId, UUID sessionId, List<FlowPeriodDetector.Interrupted> interruptions) {
        for (FlowPeriodDetector.Interrupted interrupted : interruptions) {
            long minuteMs = MinuteDeltas.minuteOf(interrupted.atMs());
            if (minuteMs >= minutes.horizonMs()) {
                minutes.addInterruptions(userId, sessionId, minuteMs, interrupted.delta(), interrupted.receivedAtMs());
                markForTeams(userId, minuteMs, interrupted.receivedAtMs());
            }
        }
    }

    private void markForTeams(UUID userId, long minuteMs, long receivedAtMs) {
        if (receivedAtMs <= WindowSize.DAY.receivedUntilMs(minuteMs)) {
            contributions.minuteGrew(userId, minuteMs);
        }
    }

    private void begin(UUID userId, long startedAtMs, long receivedAtMs) {
        session.begin(users.freshState(userId, startedAtMs), startedAtMs, receivedAtMs);
        session.withPersonalization(personal.layerOf(userId, startedAtMs));
        session.useModel(models.active());
    }

    private MinuteDeltas.CoverLoader covers(UUID userId, UUID sessionId) {
        return (minuteMs, active, flow) -> minutes.loadCovers(userId, sessionId, minuteMs, active, flow);
    }

    private void applyToSession(UUID userId, FlowInput.Keystrokes batch) {
        try {
            counter.apply(batch, session, models.active(), covers(userId, batch.sessionId()));
        } catch (PoisonRecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new PoisonRecordException(DeadLetterReason.NOT_COMPUTED, e);
        }
    }

    private void storeMinutes(UUID userId, FlowInput.Keystrokes batch) {
        MinuteDeltas grown = counter.minutes();
        for (int i = 0; i < grown.size(); i++) {
            if (!grown.grown(i).totals.isEmpty()) {
                long minuteMs = grown.minuteMs(i);
                minutes.add(userId, batch.sessionId(), minuteMs, grown.grown(i), batch.receivedAtMs());
                publisher.addPendingMinute(userId, batch.sessionId(), session, minuteMs);
                markForTeams(userId, minuteMs, batch.receivedAtMs());
            }
        }
    }

    private void follow(UUID userId, SessionEvent event) {
        long atMs = event.getAt().toEpochMilli();
        UUID sessionId = event.getSessionId();
        Bytes key = UserStoreKeys.session(userId, sessionId);
        long recordedAtMs = clock.observe(event.getRecordedAt().toEpochMilli(), context.currentSystemTimeMs());
        boolean known = load(key);
        switch (event.getKind()) {
            case STARTED -> {
                if (!known && !users.isErased(userId)) {
                    begin(userId, atMs, recordedAtMs);
                    users.setLastSession(userId, sessionId);
                    save(key);
                }
            }
            case DELETED -> {
                if (!known && !users.isErased(userId)) {
                    begin(userId, atMs, recordedAtMs);
                    known = true;
                }
                if (known) {
                    // Nothing is told any more: readers forget by the same event, at their own time.
                    session.engine().end(atMs);
                    session.delete();
                    reorderBuffer.deleteSession(key);
                    batchIds.deleteSession(key);
                    List<Long> cleared = minutes.clear(userId, sessionId);
                    for (long minuteMs : cleared) {
                        publisher.publishOtherShares(userId, sessionId, minuteMs);
                    }
                    if (!cleared.isEmpty()) {
                        contributions.minutesShrank(userId, cleared.getFirst());
                    }
                    save(key);
                }
            }
            case PAUSED, RESUMED, ENDED, CORRECTED -> {
                // An unknown session is one that has been forgotten: its user is erased.
                if (known && !session.isDeleted()) {
                    ActivityStatus before = session.status();
                    periods.begin(session);
                    apply(event, atMs);
                    session.updateReceivedAt(recordedAtMs);
                    changed(userId, sessionId, key, before, Math.max(atMs, lastActivityAtMs()));
                }
            }
            case UPDATED, UNKNOWN -> {
                // What the user calls a session is no business of the stream.
            }
        }
    }

    private void apply(SessionEvent event, long atMs) {
        switch (event.getKind()) {
            case PAUSED -> {
                if (session.status() == ActivityStatus.ACTIVE
                        && atMs >= session.engine().lastActivityAtMs()) {
                    session.override(ActivityStatus.PAUSED, atMs);
                }
            }
            case RESUMED -> {
                if (session.status() == ActivityStatus.PAUSED) {
                    session.override(ActivityStatus.ACTIVE, atMs);
                }
            }
            case ENDED -> session.endByUser(atMs);
            case CORRECTED -> {
                // A session whose end is known has ended. Where it began is no business of the stream.
                Instant endedAt = event.getEndedAt();
                if (endedAt != null) {
                    session.endByUser(endedAt.toEpochMilli());
                }
            }
            case STARTED, UPDATED, DELETED, UNKNOWN -> throw new IllegalArgumentException("changes nothing");
        }
    }

    private void follow(UUID userId, AccountEvent event) {
        switch (event.getKind()) {
            case SETTINGS_CHANGED -> {
                Float sensitivity = event.getSensitivity();
                if (sensitivity != null) {
                    setSensitivity(userId, sensitivity);
                }
            }
            case ERASED -> forget(userId);
            case JOINED_TEAM, LEFT_TEAM, CONSENT_CHANGED, ROLE_CHANGED -> {
                UUID teamId = event.getTeamId();
                if (teamId == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                if (!users.isErased(userId)) {
                    contributions.membershipChanged(
                            userId, teamId, event.getAt().toEpochMilli(), changeOf(event));
                }
            }
            case REGISTERED, UNKNOWN -> {
                // Not about how keystrokes are read.
            }
        }
    }

    private static Change changeOf(AccountEvent event) {
        boolean viewer = Boolean.TRUE.equals(event.getTeamViewer());
        return switch (event.getKind()) {
            case JOINED_TEAM -> viewer ? Change.JOINED_AS_VIEWER : Change.JOINED;
            case ROLE_CHANGED -> viewer ? Change.MADE_VIEWER : Change.MADE_MEMBER;
            case CONSENT_CHANGED -> {
                Boolean consent = event.getTeamConsent();
                if (consent == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                yield consent ? Change.CONSENTED : Change.WITHDREW;
            }
            case LEFT_TEAM -> Change.LEFT;
            case REGISTERED, SETTINGS_CHANGED, ERASED, UNKNOWN ->
                throw new IllegalArgumentException("changes no membership");
        };
    }

    private void follow(UUID userId, FlowFeedback event) {
        if (users.isErased(userId)) {
            meters.feedbackOfErased.increment();
            return;
        }
        switch (event.getKind()) {
            case LABELLED -> {
                Integer flow = event.getFlow();
                if (flow == null) {
                    throw new PoisonRecordException(DeadLetterReason.INCOMPLETE);
                }
                if (flow < PersonalLayer.FLOW_MIN || flow > PersonalLayer.FLOW_MAX) {
                    throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
                }
                boolean interrupted = Boolean.TRUE.equals(event.getInterrupted());
                boolean learned = personal.learn(userId, event.getAt().toEpochMilli(), flow, interrupted);
                (learned ? meters.labelsLearned : meters.labelsWithoutReading).increment();
            }
            case RESET -> personal.reset(userId);
            case UNKNOWN -> {
                // A kind newer than this release.
            }
        }
    }

    private void setSensitivity(UUID userId, float sensitivity) {
        if (!(sensitivity >= 0 && sensitivity <= 1)) {
            throw new PoisonRecordException(DeadLetterReason.OUT_OF_RANGE);
        }
        users.setSensitivity(userId, sensitivity);
        for (Bytes key : timers.openSessions(userId)) {
            if (load(key)) {
                session.engine().setSensitivity(sensitivity);
                save(key);
            }
        }
    }

    private void forget(UUID userId) {
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                sessions.prefixScan(UserStoreKeys.prefix(userId), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> theirs.add(row.key));
        }
        for (Bytes key : theirs) {
            sessions.delete(key);
            timers.remove(key);
        }
        reorderBuffer.delete(userId);
        batchIds.delete(userId);
        contributions.delete(userId, clock.receivedAtMs());
        minutes.delete(userId);
        personal.delete(userId);
        users.erase(userId);
    }

    private void writeProgress(long wallMs) {
        progress.tick(wallMs, () -> publishDueBy(Long.MAX_VALUE));
    }

    private void publishDue(long wallMs) {
        if (publishDueBy(wallMs)) {
            progress.wroteDueBy(wallMs);
        }
    }

    /** Returns whether none is left that was due. */
    private boolean publishDueBy(long wallMs) {
        List<Bytes> due = timers.publishDueBy(wallMs, SESSIONS_PER_POLL_MAX);
        for (Bytes key : due) {
            if (load(key)) {
                periods.begin(session);
                publish(
                        UserStoreKeys.userIdOf(key),
                        UserStoreKeys.sessionIdOf(key),
                        periods,
                        session.status(),
                        lastActivityAtMs(),
                        Timing.NOW);
                save(key);
            }
        }
        return due.size() < SESSIONS_PER_POLL_MAX;
    }

    private void updateIdleSessions(long wallMs) {
        if (!clock.isKnown()) {
            return;
        }
        long nowMs = clock.nowMs(wallMs);
        for (Bytes key : timers.idleAfter(nowMs)) {
            if (load(key)) {
                session.capReceivedAt(nowMs);
                save(key);
            }
        }
        for (Bytes key : timers.idleBy(nowMs)) {
            if (load(key)) {
                ActivityStatus before = session.status();
                periods.begin(session);
                long silenceMs = nowMs - session.receivedAtMs();
                applyIdle(silenceMs);
                UUID sessionId = UserStoreKeys.sessionIdOf(key);
                changed(
                        UserStoreKeys.userIdOf(key),
                        sessionId,
                        key,
                        before,
                        lastActivityAtMs() + idleThresholdMs(silenceMs));
            }
        }
    }

    /** Returns how long the silence had to be to matter, whenever somebody looked. */
    private static long idleThresholdMs(long silenceMs) {
        return silenceMs >= SessionState.END_TIMEOUT_MS ? SessionState.END_TIMEOUT_MS : SessionState.PAUSE_TIMEOUT_MS;
    }

    /**
     * Applies a silence: in the session's own time, as far as that has come, since it may lag behind that of receipt.
     */
    private void applyIdle(long silenceMs) {
        if (session.hasActivity()) {
            session.extendSilence(lastActivityAtMs() + silenceMs);
            session.endOverrideAfterSilence(silenceMs);
        } else {
            session.override(
                    silenceMs >= SessionState.END_TIMEOUT_MS ? ActivityStatus.ENDED : ActivityStatus.PAUSED, 0);
        }
    }

    private void changed(UUID userId, UUID sessionId, Bytes key, ActivityStatus before, long atMs) {
        publish(userId, sessionId, periods, before, atMs, Timing.IF_CHANGED);
        save(key);
    }

    private void publishContributions(long wallMs) {
        contributions.publish(wallMs, clock.receivedAtMs());
    }

    private void sweep(long wallMs) {
        if (clock.isKnown()) {
            // A replay may pass a month between two sweeps: nothing may go that teams have not been told of.
            contributions.publishMinutesBefore(
                    clock.receivedAtMs() - MinuteStore.RETENTION.toMillis() + WindowSize.DAY.lengthMs(),
                    clock.receivedAtMs());
            minutes.sweep(clock.receivedAtMs());
        }
    }

    private long lastActivityAtMs() {
        return session.hasActivity() ? session.engine().lastActivityAtMs() : session.startedAtMs();
    }

    private boolean load(Bytes key) {
        byte[] stored = sessions.get(key);
        if (stored == null) {
            return false;
        }
        restore(UserStoreKeys.userIdOf(key), stored);
        return true;
    }

    private void restore(UUID userId, byte[] stored) {
        session.load(stored);
        session.withPersonalization(personal.layerOf(userId, session.engine().lastActivityAtMs()));
        SessionState judge = models.withFingerprint(session.modelFingerprint());
        // Nobody has the model any more, as after a change of the built-in one: nothing of it may be mixed with
        // another's.
        session.useModel(judge == null ? models.active() : judge);
    }

    private void save(Bytes key) {
        sessions.put(key, session.toValue());
        timers.update(key, session);
    }
}
