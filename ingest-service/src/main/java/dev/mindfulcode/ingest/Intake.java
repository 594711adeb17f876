package dev.mindfulcode.ingest;

import dev.mindfulcode.protection.UserCipher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * An upload's way from bytes to Kafka, the same for HTTP and WebSocket. Where the user's key and the sessions' owners are in
 * memory, which they are but for the first batch of a session, all happens on the caller's thread until Kafka has it.
 * Thread-safe; never blocks.
 */
final class Intake {

    /**
     * What a batch in flight takes beside its own bytes: objects, Kafka's framing and the callback, rounded up. So a hundred
     * tiny batches do not pass for their hundred bytes each.
     */
    static final int BATCH_OVERHEAD_BYTES = 512;

    private final UserCiphers ciphers;
    private final SessionOwners owners;
    private final KeystrokeLog log;
    private final IngestMetrics metrics;
    private final Clock clock;

    Intake(UserCiphers ciphers, SessionOwners owners, KeystrokeLog log, IngestMetrics metrics, Clock clock) {
        this.ciphers = ciphers;
        this.owners = owners;
        this.log = log;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Takes in an upload.
     *
     * @param share released when nothing of the upload is held any more, however it ends
     * @return first done when the upload is with the producer, in the order in which uploads were so; then, inside, when Kafka has
     *     acknowledged all of it. Either fails with a {@link Refusal}
     */
    CompletableFuture<CompletableFuture<UploadResult>> take(
            UUID userId, UploadReader reader, byte[] body, int length, InFlightBytes.Share share) {
        long startedNs = System.nanoTime();
        CompletableFuture<CompletableFuture<UploadResult>> submitted;
        try {
            submitted = submit(userId, reader.read(body, length), share, startedNs);
        } catch (RuntimeException e) {
            submitted = CompletableFuture.failedFuture(e);
        }
        return submitted.whenComplete((acknowledged, failure) -> {
            if (acknowledged == null) {
                share.release();
            } else {
                acknowledged.whenComplete((result, lost) -> share.release());
            }
        });
    }

    private CompletableFuture<CompletableFuture<UploadResult>> submit(
            UUID userId, Upload upload, InFlightBytes.Share share, long startedNs) {
        share.grow((long) BATCH_OVERHEAD_BYTES * upload.batches().size());
        long receivedAtMs = clock.millis();
        UserCipher cipher = ciphers.remembered(userId);
        if (cipher != null && allRememberedAsOwnedBy(userId, upload)) {
            return CompletableFuture.completedFuture(append(cipher, upload, receivedAtMs, startedNs));
        }
        return ciphers.find(userId)
                .thenCompose(found -> requireOwned(userId, upload)
                        .thenApply(owned -> append(found, upload, receivedAtMs, startedNs)));
    }

    private boolean allRememberedAsOwnedBy(UUID userId, Upload upload) {
        List<Batch> batches = upload.batches();
        for (int i = 0; i < batches.size(); i++) {
            if (!userId.equals(owners.remembered(batches.get(i).sessionId()))) {
                return false;
            }
        }
        return true;
    }

    private CompletableFuture<?> requireOwned(UUID userId, Upload upload) {
        Set<UUID> sessionIds = new LinkedHashSet<>();
        upload.batches().forEach(batch -> sessionIds.add(batch.sessionId()));
        CompletableFuture<Set<UUID>> foreign = CompletableFuture.completedFuture(new LinkedHashSet<>());
        for (UUID sessionId : sessionIds) {
            foreign = foreign.thenCombine(owners.find(sessionId), (others, owner) -> {
                if (!isOwner(userId, owner)) {
                    others.add(sessionId);
                }
                return others;
            });
        }
        return foreign.thenAccept(others -> refuseForeign(others, upload));
    }

    private static boolean isOwner(UUID userId, Optional<UUID> owner) {
        return owner.isPresent() && owner.get().equals(userId);
    }

    /** Somebody else's session and none at all look the same: else one could find out which ids exist. */
    private static void refuseForeign(Set<UUID> foreign, Upload upload) {
        for (int i = 0; i < upload.batches().size(); i++) {
            if (foreign.contains(upload.batches().get(i).sessionId())) {
                throw new Refusal(
                        ProblemType.UNKNOWN_SESSION,
                        "No session of yours has this id: start it with POST /api/sessions/start",
                        upload.path(i, "session_id"));
            }
        }
    }

    private CompletableFuture<UploadResult> append(
            UserCipher cipher, Upload upload, long receivedAtMs, long startedNs) {
        List<Batch> batches = upload.batches();
        List<EventTime> times = new ArrayList<>(batches.size());
        for (int i = 0; i < batches.size(); i++) {
            Batch batch = batches.get(i);
            EventTime time = EventTime.clamp(batch.startedAtMs(), batch.spanMs(), receivedAtMs);
            if (time.clamped()) {
                metrics.clamped();
            }
            times.add(time);
        }
        return log.append(cipher, batches, times, receivedAtMs).thenApply(readAfter -> {
            metrics.accepted(upload, System.nanoTime() - startedNs);
            return new UploadResult(upload, readAfter);
        });
    }
}
