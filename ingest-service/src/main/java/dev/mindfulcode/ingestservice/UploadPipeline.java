package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
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
 * The pipeline of an upload from bytes to Kafka, the same for HTTP and WebSocket. If the user's key and the sessions'
 * owners are cached, as they are after the first batch of a session, it runs on the caller's thread. Thread-safe; never
 * blocks.
 */
final class UploadPipeline {

    /** Memory of a batch in flight in addition to its bytes: objects, Kafka's framing and the callback, rounded up. */
    static final int BATCH_OVERHEAD_BYTES = 512;

    private final UserCipherLookup ciphers;
    private final SessionOwnerLookup owners;
    private final SessionShiftCache shifts;
    private final KeystrokePublisher publisher;
    private final IngestMetrics metrics;
    private final Clock clock;

    UploadPipeline(
            UserCipherLookup ciphers,
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
     * Processes an upload.
     *
     * @param reservation released when the upload ends in any way
     * @return the outer future completes when the producer has the upload, in the order of submission; the inner one
     *     when Kafka has acknowledged all accepted batches. Either fails with a {@link ProblemException}
     */
    CompletableFuture<CompletableFuture<UploadResult>> submit(
            UUID userId, ReceivedUpload received, InFlightBytes.Reservation reservation) {
        long startedNs = System.nanoTime();
        CompletableFuture<CompletableFuture<UploadResult>> submitted;
        try {
            submitted = process(userId, received.read(reservation), received.arrivedMs(), reservation, startedNs);
        } catch (RuntimeException e) {
            submitted = CompletableFuture.failedFuture(e);
        }
        return submitted.whenComplete((acknowledged, failure) -> {
            if (acknowledged == null) {
                reservation.release();
            } else {
                acknowledged.whenComplete((result, lost) -> reservation.release());
            }
        });
    }

    private CompletableFuture<CompletableFuture<UploadResult>> process(
            UUID userId, Upload upload, long arrivedMs, InFlightBytes.Reservation reservation, long startedNs) {
        reservation.grow((long) BATCH_OVERHEAD_BYTES * upload.size());
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

    /** Rejects foreign sessions like unknown ones, so that nobody can probe which ids exist. */
    private static List<Rejection> unknownSessionRejections(Set<UUID> foreign, Upload upload) {
        List<Rejection> rejected = new ArrayList<>();
        for (ParsedBatch batch : upload.batches()) {
            if (foreign.contains(batch.sessionId())) {
                rejected.add(new Rejection(
                        batch.index(),
                        ProblemType.UNKNOWN_SESSION,
                        "session_id",
                        "You have no session with this id; start it with POST /api/sessions/start"));
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
