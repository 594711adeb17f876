package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * The pipeline of an upload from bytes to Kafka, the same for HTTP and WebSocket. If the user's key and the sessions
 * are cached, as they are after the first batch of a session, it runs on the caller's thread. Thread-safe; never
 * blocks.
 */
final class UploadPipeline {

    /** Memory of a batch in flight in addition to its bytes: objects, Kafka's framing and the callback, rounded up. */
    static final int BATCH_OVERHEAD_BYTES = 512;

    private final UserCipherLookup ciphers;
    private final SessionAccessLookup sessions;
    private final SessionShiftCache shifts;
    private final KeystrokePublisher publisher;
    private final IngestMetrics metrics;
    private final Clock clock;

    UploadPipeline(
            UserCipherLookup ciphers,
            SessionAccessLookup sessions,
            SessionShiftCache shifts,
            KeystrokePublisher log,
            IngestMetrics metrics,
            Clock clock) {
        this.ciphers = ciphers;
        this.sessions = sessions;
        this.shifts = shifts;
        this.publisher = log;
        this.metrics = metrics;
        this.clock = clock;
    }

    /**
     * Processes an upload.
     *
     * @param reservation released when the upload ends in any way
     * @param request the span that the upload came with; its sender ends it
     * @return the outer future completes when the producer has the upload, in the order of submission; the inner one
     *     when Kafka has acknowledged all accepted batches. Either fails with a {@link ProblemException}
     */
    CompletableFuture<CompletableFuture<UploadResult>> submit(
            UUID userId, ReceivedUpload received, InFlightBytes.Reservation reservation, TraceSpan request) {
        long startedNs = System.nanoTime();
        CompletableFuture<CompletableFuture<UploadResult>> submitted;
        try {
            submitted =
                    process(userId, received.read(reservation), received.arrivedMs(), reservation, startedNs, request);
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
            UUID userId,
            Upload upload,
            long arrivedMs,
            InFlightBytes.Reservation reservation,
            long startedNs,
            TraceSpan request) {
        reservation.grow((long) BATCH_OVERHEAD_BYTES * upload.size());
        long receivedMs = clock.millis();
        UserCipher cipher = ciphers.cached(userId);
        if (cipher != null && acceptsAllByCache(userId, upload)) {
            return CompletableFuture.completedFuture(
                    publish(cipher, upload, receivedMs, arrivedMs, startedNs, request));
        }
        return ciphers.find(userId)
                .thenCompose(found -> rejectBySession(userId, upload)
                        .thenApply(accepted -> publish(found, accepted, receivedMs, arrivedMs, startedNs, request)));
    }

    private boolean acceptsAllByCache(UUID userId, Upload upload) {
        List<ParsedBatch> batches = upload.batches();
        for (int i = 0; i < batches.size(); i++) {
            SessionAccess session = sessions.cached(batches.get(i).sessionId());
            if (session == null || !session.accepts(userId, batches.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Rejects batches of sessions that are not the user's, or of which the user lets nothing like it be collected. */
    private CompletableFuture<Upload> rejectBySession(UUID userId, Upload upload) {
        Set<UUID> sessionIds = new LinkedHashSet<>();
        upload.batches().forEach(batch -> sessionIds.add(batch.sessionId()));
        CompletableFuture<Map<UUID, SessionAccess>> found = CompletableFuture.completedFuture(new HashMap<>());
        for (UUID sessionId : sessionIds) {
            found = found.thenCombine(sessions.find(sessionId), (known, session) -> {
                session.ifPresent(access -> known.put(sessionId, access));
                return known;
            });
        }
        return found.thenApply(known -> upload.without(upload.batches().stream()
                .map(batch -> SessionAccess.rejection(known.get(batch.sessionId()), userId, batch))
                .filter(Objects::nonNull)
                .toList()));
    }

    private CompletableFuture<UploadResult> publish(
            UserCipher cipher, Upload upload, long receivedMs, long arrivedMs, long startedNs, TraceSpan request) {
        TimeAdjustedUpload placed = TimeAdjustedUpload.of(upload, receivedMs, arrivedMs, shifts);
        List<ParsedBatch> batches = placed.upload().batches();
        if (batches.isEmpty()) {
            metrics.answered(placed);
            return CompletableFuture.completedFuture(new UploadResult(placed, Optional.empty()));
        }
        return publisher
                .publish(cipher, batches, placed.startedAtMs(), receivedMs, request)
                .thenApply(readAfter -> {
                    metrics.accepted(placed, System.nanoTime() - startedNs, receivedMs);
                    metrics.answered(placed);
                    return new UploadResult(placed, readAfter);
                });
    }
}
