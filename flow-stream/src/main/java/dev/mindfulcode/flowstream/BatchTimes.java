package dev.mindfulcode.flowstream;

import java.time.Duration;

/**
 * Limits of the times of a batch. Ingest clamps to them; a record beyond them was not written by ingest. They are
 * relative to the record's own received_at where possible, so that a replay decides as the first run did.
 */
final class BatchTimes {

    static final long AHEAD_OF_RECEIPT_MAX_MS = Duration.ofSeconds(60).toMillis();
    static final long BEHIND_RECEIPT_MAX_MS = Duration.ofDays(32).toMillis();

    /**
     * The lead that the clock of ingest may have over the reader's. Batches accepted while a server's clock was days
     * ahead are counted after it was set back.
     */
    static final long RECEIPT_AHEAD_OF_NOW_MAX_MS = Duration.ofDays(366).toMillis();

    private BatchTimes() {}

    /** @throws PoisonRecordException if ingest cannot have written these times */
    static void check(long startedAtMs, long receivedAtMs, long nowMs) {
        if (receivedAtMs > nowMs + RECEIPT_AHEAD_OF_NOW_MAX_MS) {
            throw new PoisonRecordException(DeadLetterReason.RECEIVED_IN_FUTURE);
        }
        if (startedAtMs > receivedAtMs + AHEAD_OF_RECEIPT_MAX_MS) {
            throw new PoisonRecordException(DeadLetterReason.STARTED_IN_FUTURE);
        }
        if (startedAtMs < receivedAtMs - BEHIND_RECEIPT_MAX_MS) {
            throw new PoisonRecordException(DeadLetterReason.TOO_LATE);
        }
    }
}
