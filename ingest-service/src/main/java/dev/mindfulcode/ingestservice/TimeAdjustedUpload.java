package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An upload with all times inside the accepted window.
 *
 * @param startedAtMs of each batch of the upload, in its order, epoch milliseconds of the server's clock
 * @param movedSessions the sessions that were moved, in the order of their first batches
 */
@SuppressWarnings("ArrayRecordComponent") // handed over once, to the log
record TimeAdjustedUpload(Upload upload, long[] startedAtMs, List<MovedSession> movedSessions) {

    /**
     * Moves each session of an upload as a whole, and rejects batches that still do not fit as
     * {@link ProblemType#TOO_OLD}.
     *
     * @param receivedMs the time at which the whole upload had arrived
     * @param arrivedMs the time at which it began to arrive; {@code sent_at} is compared with this
     */
    static TimeAdjustedUpload of(Upload upload, long receivedMs, long arrivedMs, SessionShiftCache shifts) {
        Long sentAtMs = upload.sentAtMs();
        Long clockErrorMs = sentAtMs == null ? null : arrivedMs - sentAtMs;
        return needsNoShift(upload, receivedMs, clockErrorMs, shifts)
                ? new TimeAdjustedUpload(upload, starts(upload.batches(), Map.of()), List.of())
                : shifted(upload, receivedMs, clockErrorMs, shifts);
    }

    /** Returns whether all times fit as they are: the common case, which allocates nothing. */
    private static boolean needsNoShift(
            Upload upload, long receivedMs, @Nullable Long clockErrorMs, SessionShiftCache shifts) {
        List<ParsedBatch> batches = upload.batches();
        for (int i = 0; i < batches.size(); i++) {
            ParsedBatch batch = batches.get(i);
            if (shifts.isShifted(batch.sessionId())
                    || TimeShift.choose(batch.startedAtMs(), batch.endedAtMs(), receivedMs, clockErrorMs, null)
                            != null) {
                return false;
            }
        }
        return true;
    }

    private static TimeAdjustedUpload shifted(
            Upload upload, long receivedMs, @Nullable Long clockErrorMs, SessionShiftCache shifts) {
        Map<UUID, Span> spans = new LinkedHashMap<>();
        for (ParsedBatch batch : upload.batches()) {
            spans.merge(batch.sessionId(), new Span(batch.startedAtMs(), batch.endedAtMs()), Span::union);
        }
        Map<UUID, TimeShift> chosen = new LinkedHashMap<>();
        spans.forEach((sessionId, span) -> {
            TimeShift shift = shifts.choose(sessionId, span.firstMs, span.lastMs, receivedMs, clockErrorMs);
            if (shift != null) {
                chosen.put(sessionId, shift);
            }
        });
        List<Rejection> tooOld = new ArrayList<>();
        Map<UUID, Integer> counts = new LinkedHashMap<>();
        for (ParsedBatch batch : upload.batches()) {
            if (TimeShift.isTooOld(batch.startedAtMs() + shiftMs(chosen, batch), receivedMs)) {
                tooOld.add(tooOld(batch));
            } else if (chosen.containsKey(batch.sessionId())) {
                counts.merge(batch.sessionId(), 1, Integer::sum);
            }
        }
        Upload placed = upload.without(tooOld);
        List<MovedSession> moves = new ArrayList<>(counts.size());
        counts.forEach((sessionId, count) -> {
            TimeShift shift = chosen.get(sessionId);
            if (shift != null) {
                moves.add(new MovedSession(sessionId, shift, count));
            }
        });
        return new TimeAdjustedUpload(placed, starts(placed.batches(), chosen), moves);
    }

    private static Rejection tooOld(ParsedBatch batch) {
        return new Rejection(
                batch.index(),
                ProblemType.TOO_OLD,
                "started_at",
                "is " + batch.startedAtMs() + ", more than " + UploadLimits.LATENESS_MAX.toDays()
                        + " days before other batches of the session or the time of receipt; drop this batch");
    }

    private static long[] starts(List<ParsedBatch> batches, Map<UUID, TimeShift> chosen) {
        long[] starts = new long[batches.size()];
        for (int i = 0; i < starts.length; i++) {
            starts[i] = batches.get(i).startedAtMs() + shiftMs(chosen, batches.get(i));
        }
        return starts;
    }

    private static long shiftMs(Map<UUID, TimeShift> chosen, ParsedBatch batch) {
        TimeShift shift = chosen.get(batch.sessionId());
        return shift == null ? 0 : shift.ms();
    }

    /** Returns the shift of a session, or null if it was not moved. */
    @Nullable
    TimeShift shiftOf(UUID sessionId) {
        for (MovedSession move : movedSessions) {
            if (move.sessionId().equals(sessionId)) {
                return move.shift();
            }
        }
        return null;
    }

    private record Span(long firstMs, long lastMs) {

        Span union(Span other) {
            return new Span(Math.min(firstMs, other.firstMs), Math.max(lastMs, other.lastMs));
        }
    }
}
