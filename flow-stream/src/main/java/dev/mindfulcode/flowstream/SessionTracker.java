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

    static final Duration UNTOLD_LOOKED_AT_EVERY = Duration.ofMillis(250);
    static final Duration HELD_LOOKED_AT_EVERY = Duration.ofMillis(250);
    static final Duration SILENCE_LOOKED_AT_EVERY = Duration.ofSeconds(5);
    static final Duration SWEPT_EVERY = Duration.ofSeconds(10);

    /** Sessions told in one go; the next go takes the rest. */
    static final int TOLD_AT_ONCE_MAX = 5_000;

    private final PayloadReader payloads;
    private final Deserializer<PublishedModel> publishedModels;
    private final StreamMeters meters;
    private final CommitRounds rounds;
    private final StreamClock clock = new StreamClock();
    private final TrackedSession session = new TrackedSession();
    private final BatchCounter counter = new BatchCounter();
    private final PeriodWatch periods = new PeriodWatch();

    private ProcessorContext<UUID, SpecificRecord> context;
    private KeyValueStore<Bytes, byte[]> sessions;
    private WatchedSessions watched;
    private MinuteStore minutes;
    private People people;
    private PersonalLayers personal;
    private FlowTeller teller;
    private Models models;
    private HeldBatches held;
    private BatchIds batchIds;
    private Contributions contributions;
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
        models = new Models(published, publishedModels, meters);
        sessions = context.getStateStore(FlowTopology.SESSIONS_STORE);
        watched = new WatchedSessions(context.getStateStore(FlowTopology.WATCHED_SESSIONS_STORE));
        minutes = new MinuteStore(context.getStateStore(FlowTopology.MINUTES_STORE));
        people = new People(context.getStateStore(FlowTopology.PEOPLE_STORE), sessions);
        personal = new PersonalLayers(context.getStateStore(FlowTopology.PERSONAL_STORE));
        held = new HeldBatches(context.getStateStore(FlowTopology.HELD_STORE), payloads);
        batchIds = new BatchIds(context.getStateStore(FlowTopology.BATCH_IDS_STORE));
        contributions = new Contributions(
                context,
                context.getStateStore(FlowTopology.MEMBERSHIPS_STORE),
                context.getStateStore(FlowTopology.UNTOLD_STORE),
                minutes);
        teller = new FlowTeller(context, minutes);
        progress = new ProgressWriter(context, rounds);
        for (Bytes key : watched.stored()) {
            if (load(key)) {
                watched.update(key, session);
                clock.observe(session.receivedAtMs(), context.currentSystemTimeMs());
            }
        }
        context.schedule(UNTOLD_LOOKED_AT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::tellDue);
        context.schedule(SILENCE_LOOKED_AT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::endSilence);
        context.schedule(HELD_LOOKED_AT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::goOnWithoutTheMissing);
        context.schedule(Contributions.LOOKED_AT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::tellContributions);
        context.schedule(SWEPT_EVERY, PunctuationType.WALL_CLOCK_TIME, this::sweep);
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
        Bytes key = UserKeyed.session(userId, batch.sessionId());
        boolean known = load(key);
        if (!known) {
            if (people.isErased(userId)) {
                meters.erased.increment();
                return;
            }
            begin(userId, batch.startedAtMs(), receivedAtMs);
        }
        if (session.isDeleted()) {
            meters.deleted.increment();
            return;
        }
        long batchId = SeenBatches.hash(received.batchId());
        if (batchIds.contains(key, session.batchIds(), batchId) || session.hasSeenWithoutId(batch.sequence())) {
            meters.duplicates.increment();
            return;
        }
        if (batch.startedAtMs() < minutes.horizonMs()) {
            throw new PoisonRecordException(DeadLetterReason.TOO_LATE);
        }
        boolean reused = session.hasSeen(batch.sequence());
        if (reused) {
            session.sequenceReused();
        }
        if (batch.sequence() > session.nextSequence() && !reused) {
            hold(userId, key, batch);
        } else {
            play(userId, batch);
            playWhoseTurnItIs(userId, key);
        }
        if (!known) {
            people.sessionBegun(userId, batch.sessionId());
        }
        batchIds.add(key, session.batchIds(), batchId);
        session.batchIdStored();
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
    private void hold(UUID userId, Bytes key, FlowInput.Keystrokes batch) {
        session.markSeen(batch.sequence());
        long receivedAtMs = clock.observe(batch.receivedAtMs(), context.currentSystemTimeMs());
        session.receivedAt(receivedAtMs);
        boolean hasRoom = held.hold(key, batch, receivedAtMs);
        meters.held.increment();
        if (!hasRoom) {
            goOnWithoutTheMissing(userId, key);
        }
    }

    private void goOnWithoutTheMissing(long wallMs) {
        if (!clock.isKnown()) {
            return;
        }
        long nowMs = clock.nowMs(wallMs);
        for (Bytes key : held.dueBy(nowMs)) {
            if (load(key)) {
                while (held.isDue(key, nowMs)) {
                    goOnWithoutTheMissing(UserKeyed.userIdOf(key), key);
                }
                save(key);
            }
        }
    }

    private void goOnWithoutTheMissing(UUID userId, Bytes key) {
        session.played(held.firstSequence(key) - 1);
        playWhoseTurnItIs(userId, key);
    }

    private void playWhoseTurnItIs(UUID userId, Bytes key) {
        while (held.hasFor(key) && held.firstSequence(key) <= session.nextSequence()) {
            session.played(held.firstSequence(key));
            byte[] before = session.toValue();
            try {
                held.take(key).ifPresentOrElse(batch -> play(userId, batch), meters.erased::increment);
            } catch (PoisonRecordException e) {
                // It could be read when it came, so this is a fault of ours; its record is in the log.
                log.error(
                        "A batch that had waited for an earlier one cannot be counted: {}",
                        e.reason().label(),
                        e);
                meters.deadLetter(e.reason());
                adopt(userId, before);
            }
        }
    }

    /** Counts a batch in the session, which is left to be saved. */
    private void play(UUID userId, FlowInput.Keystrokes batch) {
        ActivityStatus before = session.status();
        int judge = session.judge();
        work(userId, batch);
        if (session.judge() != judge) {
            meters.modelsTakenOver.increment();
        }

        session.receivedAt(Math.min(batch.receivedAtMs(), context.currentSystemTimeMs()));
        session.endOverrideBefore(session.engine().lastActivityAtMs());
        personal.noteReading(userId, session.engine());
        storeMinutes(userId, batch);
        tell(userId, batch.sessionId(), counter.periods(), before, lastActivityAtMs(), Telling.WHEN_DUE);
        meters.counted.increment();
    }

    private enum Telling {
        IF_CHANGED,
        WHEN_DUE,
        NOW
    }

    /**
     * Tells how the session stands given what is known of silence and its end, and leaves its engine without knowing.
     */
    private void tell(UUID userId, UUID sessionId, PeriodWatch watch, ActivityStatus before, long atMs, Telling when) {
        if (session.isSettled()) {
            tellSettled(userId, sessionId, watch, before, atMs, when);
            return;
        }
        byte[] engineState = session.engineState();
        boolean periodOpen = session.isPeriodOpen();
        session.settle();
        watch.look(sessionId, session);
        tellSettled(userId, sessionId, watch, before, atMs, when);
        session.unsettle(engineState, periodOpen);
    }

    private void tellSettled(
            UUID userId,
            UUID sessionId,
            PeriodWatch watch,
            ActivityStatus before,
            long activityOrSilenceAtMs,
            Telling when) {
        long atMs = Math.max(activityOrSilenceAtMs, session.saidAtMs());
        count(userId, sessionId, watch.interruptions());
        teller.tellPeriods(userId, watch.changes());
        boolean changed = session.status() != before || !watch.changes().isEmpty();
        if (changed || when == Telling.NOW) {
            teller.tell(userId, sessionId, session, atMs);
        } else if (when == Telling.WHEN_DUE) {
            teller.tellOrWait(userId, sessionId, session, atMs);
        }
    }

    private void count(UUID userId, UUID sessionId, List<PeriodWatch.Interrupted> interruptions) {
        for (PeriodWatch.Interrupted interrupted : interruptions) {
            long minuteMs = MinuteDeltas.minuteOf(interrupted.atMs());
            if (minuteMs >= minutes.horizonMs()) {
                minutes.addInterruptions(userId, sessionId, minuteMs, interrupted.more(), interrupted.receivedAtMs());
                noteForTeams(userId, minuteMs, interrupted.receivedAtMs());
            }
        }
    }

    private void noteForTeams(UUID userId, long minuteMs, long receivedAtMs) {
        if (receivedAtMs <= WindowSize.DAY.receivedUntilMs(minuteMs)) {
            contributions.minuteGrew(userId, minuteMs);
        }
    }

    private void begin(UUID userId, long startedAtMs, long receivedAtMs) {
        session.begin(people.freshState(userId, startedAtMs), startedAtMs, receivedAtMs);
        session.readAs(personal.layerOf(userId, startedAtMs));
        session.judgeBy(models.active());
    }

    private MinuteDeltas.Covers covers(UUID userId, UUID sessionId) {
        return (minuteMs, active, flow) -> minutes.loadCovers(userId, sessionId, minuteMs, active, flow);
    }

    private void work(UUID userId, FlowInput.Keystrokes batch) {
        try {
            counter.count(batch, session, models.active(), covers(userId, batch.sessionId()));
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
                teller.minuteGrew(userId, batch.sessionId(), session, minuteMs);
                noteForTeams(userId, minuteMs, batch.receivedAtMs());
            }
        }
    }

    private void follow(UUID userId, SessionEvent event) {
        long atMs = event.getAt().toEpochMilli();
        UUID sessionId = event.getSessionId();
        Bytes key = UserKeyed.session(userId, sessionId);
        long recordedAtMs = clock.observe(event.getRecordedAt().toEpochMilli(), context.currentSystemTimeMs());
        boolean known = load(key);
        switch (event.getKind()) {
            case STARTED -> {
                if (!known && !people.isErased(userId)) {
                    begin(userId, atMs, recordedAtMs);
                    people.sessionBegun(userId, sessionId);
                    save(key);
                }
            }
            case DELETED -> {
                if (!known && !people.isErased(userId)) {
                    begin(userId, atMs, recordedAtMs);
                    known = true;
                }
                if (known) {
                    // Nothing is told any more: readers forget by the same event, at their own time.
                    session.engine().end(atMs);
                    session.delete();
                    held.forgetSession(key);
                    batchIds.forgetSession(key);
                    List<Long> cleared = minutes.clear(userId, sessionId);
                    for (long minuteMs : cleared) {
                        teller.publishOtherShares(userId, sessionId, minuteMs);
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
                    session.receivedAt(recordedAtMs);
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
            case ENDED -> session.endAt(atMs);
            case CORRECTED -> {
                // A session whose end is known has ended. Where it began is no business of the stream.
                Instant endedAt = event.getEndedAt();
                if (endedAt != null) {
                    session.endAt(endedAt.toEpochMilli());
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
                if (!people.isErased(userId)) {
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
        if (people.isErased(userId)) {
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
        people.sensitivityChosen(userId, sensitivity);
        for (Bytes key : watched.stored(userId)) {
            if (load(key)) {
                session.engine().setSensitivity(sensitivity);
                save(key);
            }
        }
    }

    private void forget(UUID userId) {
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                sessions.prefixScan(UserKeyed.prefix(userId), UserKeyed.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(row -> theirs.add(row.key));
        }
        for (Bytes key : theirs) {
            sessions.delete(key);
            watched.forget(key);
        }
        held.forget(userId);
        batchIds.forget(userId);
        contributions.forget(userId, clock.receivedAtMs());
        minutes.forget(userId);
        personal.forget(userId);
        people.erase(userId);
    }

    private void writeProgress(long wallMs) {
        progress.tick(wallMs, () -> tellDueBy(Long.MAX_VALUE));
    }

    private void tellDue(long wallMs) {
        if (tellDueBy(wallMs)) {
            progress.wroteWhatWasDueBy(wallMs);
        }
    }

    /** Returns whether none is left that was due. */
    private boolean tellDueBy(long wallMs) {
        List<Bytes> due = watched.dueBy(wallMs, TOLD_AT_ONCE_MAX);
        for (Bytes key : due) {
            if (load(key)) {
                periods.begin(session);
                tell(
                        UserKeyed.userIdOf(key),
                        UserKeyed.sessionIdOf(key),
                        periods,
                        session.status(),
                        lastActivityAtMs(),
                        Telling.NOW);
                save(key);
            }
        }
        return due.size() < TOLD_AT_ONCE_MAX;
    }

    private void endSilence(long wallMs) {
        if (!clock.isKnown()) {
            return;
        }
        long nowMs = clock.nowMs(wallMs);
        for (Bytes key : watched.silentAfter(nowMs)) {
            if (load(key)) {
                session.receivedAtMost(nowMs);
                save(key);
            }
        }
        for (Bytes key : watched.silentBy(nowMs)) {
            if (load(key)) {
                ActivityStatus before = session.status();
                periods.begin(session);
                long silenceMs = nowMs - session.receivedAtMs();
                silent(silenceMs);
                UUID sessionId = UserKeyed.sessionIdOf(key);
                changed(UserKeyed.userIdOf(key), sessionId, key, before, lastActivityAtMs() + tellingMs(silenceMs));
            }
        }
    }

    /** Returns how long the silence had to be to matter, whenever somebody looked. */
    private static long tellingMs(long silenceMs) {
        return silenceMs >= SessionState.END_TIMEOUT_MS ? SessionState.END_TIMEOUT_MS : SessionState.PAUSE_TIMEOUT_MS;
    }

    /**
     * Applies a silence: in the session's own time, as far as that has come, since it may lag behind that of receipt.
     */
    private void silent(long silenceMs) {
        if (session.hasActivity()) {
            session.silentUntil(lastActivityAtMs() + silenceMs);
            session.endOverrideAfterSilence(silenceMs);
        } else {
            session.override(
                    silenceMs >= SessionState.END_TIMEOUT_MS ? ActivityStatus.ENDED : ActivityStatus.PAUSED, 0);
        }
    }

    private void changed(UUID userId, UUID sessionId, Bytes key, ActivityStatus before, long atMs) {
        tell(userId, sessionId, periods, before, atMs, Telling.IF_CHANGED);
        save(key);
    }

    private void tellContributions(long wallMs) {
        contributions.tell(wallMs, clock.receivedAtMs());
    }

    private void sweep(long wallMs) {
        if (clock.isKnown()) {
            // A replay may pass a month between two sweeps: nothing may go that teams have not been told of.
            contributions.tellOfMinutesBefore(
                    clock.receivedAtMs() - MinuteStore.KEPT_FOR.toMillis() + WindowSize.DAY.lengthMs(),
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
        adopt(UserKeyed.userIdOf(key), stored);
        return true;
    }

    private void adopt(UUID userId, byte[] stored) {
        session.load(stored);
        session.readAs(personal.layerOf(userId, session.engine().lastActivityAtMs()));
        SessionState judge = models.withFingerprint(session.judge());
        // Nobody has the model any more, as after a change of the built-in one: nothing of it may be mixed with
        // another's.
        session.judgeBy(judge == null ? models.active() : judge);
    }

    private void save(Bytes key) {
        sessions.put(key, session.toValue());
        watched.update(key, session);
    }
}
