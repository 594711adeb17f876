package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * An upload's way from bytes to Kafka, the same for HTTP and WebSocket. Where the user's key and the sessions' owners
 * are in memory, which they are but for the first batch of a session, all happens on the caller's thread until Kafka
 * has it. Thread-safe; never blocks.
 */
final class UploadPipeline {

    /**
     * What a batch in flight takes beside its own bytes: objects, Kafka's framing and the callback, rounded up. So a
     * hundred tiny batches do not pass for their hundred bytes each.
     */
    static final int BATCH_OVERHEAD_BYTES = 512;

    private final UserCipherCache ciphers;
    private final SessionOwnerLookup owners;
    private final SessionShiftCache shifts;
    private final KeystrokePublisher publisher;
    private final IngestMetrics metrics;
    private final Clock clock;

    UploadPipeline(
            UserCipherCache ciphers,
            SessionOwnerLookup owners,
            SessionShiftCache shifts,
            KeystrokePublisher log,
            IngestMetrics metrics,
            Clock clock) {
        this.ciphers = ciphers;
        this.owners = owners;
        this.shifts = shifts;
        this.publisher = log;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Takes in an upload.
     *
     * @param share released when nothing of the upload is held any more, however it ends
     * @return first done when the upload is with the producer, in the order in which uploads were so; then, inside,
     *     when Kafka has acknowledged all of it that is accepted. Either fails with a {@link UploadException}
     */
    CompletableFuture<CompletableFuture<UploadResult>> submit(
            UUID userId, ReceivedUpload received, InFlightBytes.Reservation share) {
        long startedNs = System.nanoTime();
        CompletableFuture<CompletableFuture<UploadResult>> submitted;
        try {
            submitted = process(userId, received.read(share), received.arrivedMs(), share, startedNs);
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

    private CompletableFuture<CompletableFuture<UploadResult>> process(
            UUID userId, Upload upload, long arrivedMs, InFlightBytes.Reservation share, long startedNs) {
        share.grow((long) BATCH_OVERHEAD_BYTES * upload.size());
        long receivedMs = clock.millis();
        UserCipher cipher = ciphers.cached(userId);
        if (cipher != null && ownsAllByCache(userId, upload)) {
            return CompletableFuture.completedFuture(publish(cipher, upload, receivedMs, arrivedMs, startedNs));
        }
        return ciphers.find(userId)
                .thenCompose(found -> rejectForeignSessions(userId, upload)
                        .thenApply(owned -> publish(found, owned, receivedMs, arrivedMs, startedNs)));
    }

    private boolean ownsAllByCache(UUID userId, Upload upload) {
        List<ParsedBatch> batches = upload.batches();
        for (int i = 0; i < batches.size(); i++) {
            if (!userId.equals(owners.cached(batches.get(i).sessionId()))) {
                return false;
            }
        }
        return true;
    }

    /** Rejects the batches of sessions that are not the user's. */
    private CompletableFuture<Upload> rejectForeignSessions(UUID userId, Upload upload) {
        Set<UUID> sessionIds = new LinkedHashSet<>();
        upload.batches().forEach(batch -> sessionIds.add(batch.sessionId()));
        CompletableFuture<Set<UUID>> foreign = CompletableFuture.completedFuture(new HashSet<>());
        for (UUID sessionId : sessionIds) {
            foreign = foreign.thenCombine(owners.find(sessionId), (others, owner) -> {
                if (!isOwner(userId, owner)) {
                    others.add(sessionId);
                }
                return others;
            });
        }
        return foreign.thenApply(others -> upload.without(unknownSessionRejections(others, upload)));
    }

    private static boolean isOwner(UUID userId, Optional<UUID> owner) {
        return owner.isPresent() && owner.get().equals(userId);
    }

    /** Somebody else's session and none at all look the same: else one could find out which ids exist. */
    private static List<Rejection> unknownSessionRejections(Set<UUID> foreign, Upload upload) {
        List<Rejection> rejected = new ArrayList<>();
        for (ParsedBatch batch : upload.batches()) {
            if (foreign.contains(batch.sessionId())) {
                rejected.add(new Rejection(
                        batch.index(),
                        ProblemType.UNKNOWN_SESSION,
                        "session_id",
                        "No session of yours has this id: start it with POST /api/sessions/start"));
            }
        }
        return rejected;
    }

    private CompletableFuture<UploadResult> publish(
            UserCipher cipher, Upload upload, long receivedMs, long arrivedMs, long startedNs) {
        TimeAdjustedUpload placed = TimeAdjustedUpload.of(upload, receivedMs, arrivedMs, shifts);
        List<ParsedBatch> batches = placed.upload().batches();
        if (batches.isEmpty()) {
            metrics.answered(placed);
            return CompletableFuture.completedFuture(new UploadResult(placed, Optional.empty()));
        }
        return publisher
                .publish(cipher, batches, placed.startedAtMs(), receivedMs)
                .thenApply(readAfter -> {
                    metrics.accepted(placed, System.nanoTime() - startedNs);
                    metrics.answered(placed);
                    return new UploadResult(placed, readAfter);
                });
    }
}
