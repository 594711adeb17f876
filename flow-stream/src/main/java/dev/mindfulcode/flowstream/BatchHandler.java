package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.SeenBatches;
import dev.mindfulcode.flowstream.SessionPublisher.Timing;
import dev.mindfulcode.schemas.CollectionLevel;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts each batch once, in the order of typing: one that overtook an earlier one waits for it in the
 * {@link ReorderBuffer}.
 *
 * <p>A batch is first applied to a working copy, where it may fail, and only then stored and published: it is counted
 * whole or not at all. Not thread-safe.
 */
final class BatchHandler {

    private static final Logger log = LoggerFactory.getLogger(BatchHandler.class);

    private final UserStores stores;
    private final TrackedSession session;
    private final SessionPublisher publisher;
    private final StreamMeters meters;
    private final BatchApplier applier = new BatchApplier();

    BatchHandler(UserStores stores, SessionPublisher publisher, StreamMeters meters) {
        this.stores = stores;
        this.session = stores.sessions().current();
        this.publisher = publisher;
        this.meters = meters;
    }

    /**
     * Counts a batch, unless it was counted before or its user did not let the product collect it when it was received.
     *
     * @param receivedAtMs its time of receipt, at most the wall clock's
     * @param clockMs the clock of receipt
     */
    void count(UUID userId, FlowInput.BatchReceived received, long receivedAtMs, long clockMs, long wallMs) {
        FlowInput.Activity batch = received.batch();
        if (!isCollected(batch, stores.users().levelAt(userId, receivedAtMs))) {
            meters.batchesNotCollected.increment();
            return;
        }
        Bytes key = UserStoreKeys.session(userId, batch.sessionId());
        boolean known = stores.sessions().load(key);
        if (!known) {
            if (stores.users().isErased(userId)) {
                meters.batchesOfErased.increment();
                return;
            }
            stores.sessions().begin(userId, batch.startedAtMs(), receivedAtMs);
        }
        if (session.isDeleted()) {
            meters.batchesOfDeletedSessions.increment();
            return;
        }
        long batchId = SeenBatches.hash(received.batchId());
        if (stores.batchIds().contains(key, session.batchIds(), batchId)) {
            meters.batchesDuplicate.increment();
            return;
        }
        if (!batch.isImported() && batch.startedAtMs() < stores.minutes().horizonMs(clockMs)) {
            throw new PoisonRecordException(DeadLetterReason.TOO_LATE);
        }
        boolean reused = session.hasSeen(batch.sequence());
        if (reused) {
            session.countReusedSequence();
        }
        if (batch.sequence() > session.nextSequence() && !reused) {
            buffer(userId, key, batch, receivedAtMs, clockMs, wallMs);
        } else {
            apply(userId, batch, wallMs);
            drainContiguous(userId, key, wallMs);
        }
        if (!known) {
            stores.users().setLastSession(userId, batch.sessionId());
        }
        stores.batchIds().add(key, session.batchIds(), batchId);
        session.countBatchId();
        stores.sessions().save(key);
        if (reused) {
            reportReuse(batch.sessionId());
        }
    }

    private static boolean isCollected(FlowInput.Activity activity, CollectionLevel level) {
        return switch (activity) {
            case FlowInput.Keystrokes _ -> level.allowsKeystrokes();
            case FlowInput.Features _ -> level.allowsFeatures();
        };
    }

    private void reportReuse(UUID sessionId) {
        meters.sequencesReused.increment();
        if (session.sequencesReused() == 1) {
            log.info("Sequence reused; batches are counted by their ids: session={}", sessionId);
        }
    }

    private void buffer(
            UUID userId, Bytes key, FlowInput.Activity batch, long receivedAtMs, long clockMs, long wallMs) {
        session.markSeen(batch.sequence());
        session.updateReceivedAt(receivedAtMs);
        boolean hasRoom = stores.reorderBuffer().add(key, batch, batch.isImported() ? clockMs : receivedAtMs);
        meters.batchesBuffered.increment();
        if (!hasRoom) {
            skipGap(userId, key, wallMs);
        }
    }

    /**
     * Continues without the missing batches that others have waited for long enough.
     *
     * @throws KeysUnavailableException if a user's key cannot be looked up now; what was done before remains
     */
    void skipTimedOutGaps(long streamNowMs, long wallMs) {
        for (Bytes key : stores.reorderBuffer().dueBy(streamNowMs)) {
            stores.ciphers().beginNow(UserStoreKeys.userIdOf(key));
            if (stores.sessions().load(key)) {
                while (stores.reorderBuffer().isDue(key, streamNowMs)) {
                    skipGap(UserStoreKeys.userIdOf(key), key, wallMs);
                }
                stores.sessions().save(key);
            } else {
                stores.reorderBuffer().forget(key);
            }
        }
    }

    private void skipGap(UUID userId, Bytes key, long wallMs) {
        session.markApplied(stores.reorderBuffer().firstSequence(key) - 1);
        drainContiguous(userId, key, wallMs);
    }

    /** Applies the buffered batches that no missing batch precedes. */
    private void drainContiguous(UUID userId, Bytes key, long wallMs) {
        while (stores.reorderBuffer().hasBatches(key)
                && stores.reorderBuffer().firstSequence(key) <= session.nextSequence()) {
            session.markApplied(stores.reorderBuffer().firstSequence(key));
            byte[] before = session.toValue();
            try {
                stores.reorderBuffer()
                        .poll(key)
                        .ifPresentOrElse(batch -> apply(userId, batch, wallMs), meters.batchesOfErased::increment);
            } catch (PoisonRecordException e) {
                // It was readable when it arrived, so this is a bug; its record is still in the log.
                log.error(
                        "Buffered batch skipped; its record is still in the log: session={}, reason={}",
                        UserStoreKeys.sessionIdOf(key),
                        e.reason().label(),
                        e);
                meters.deadLetter(e.reason());
                stores.sessions().restore(userId, before);
            }
        }
    }

    /** Counts a batch in the working copy, which the caller saves. */
    private void apply(UUID userId, FlowInput.Activity batch, long wallMs) {
        ActivityStatus before = session.status();
        int model = session.modelFingerprint();
        applyToSession(userId, batch);
        if (session.modelFingerprint() != model) {
            meters.modelSwitches.increment();
        }
        session.updateReceivedAt(Math.min(batch.receivedAtMs(), wallMs));
        session.endOverrideBefore(session.engine().lastActivityAtMs());
        stores.personal().recordReading(userId, session.engine());
        publisher.storeMinutes(userId, batch, applier.minutes());
        publisher.publish(
                userId, batch.sessionId(), applier.periods(), before, session.lastActivityAtMs(), Timing.WHEN_DUE);
        meters.batchesCounted.increment();
    }

    private void applyToSession(UUID userId, FlowInput.Activity batch) {
        try {
            stores.users().continuePerson(userId, batch.sessionId(), session.engine(), batch.endedAtMs());
            applier.apply(
                    batch,
                    session,
                    stores.models().active(),
                    (minuteMs, active, flow) ->
                            stores.minutes().loadCovers(userId, batch.sessionId(), minuteMs, active, flow));
        } catch (PoisonRecordException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new PoisonRecordException(DeadLetterReason.NOT_COMPUTED, e);
        }
    }
}
