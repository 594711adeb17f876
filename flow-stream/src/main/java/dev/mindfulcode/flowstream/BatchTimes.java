package dev.mindfulcode.flowstream;

import java.time.Duration;

/**
 * How far apart the clocks that stamp a batch may be. Ingest clamps to these limits; a record that breaks them was
 * written to the topic by somebody else. Limits are measured against the record's own received_at wherever possible, so
 * that a replay decides as the first run did.
 */
final class BatchTimes {

    static final long AHEAD_OF_RECEIPT_MAX_MS = Duration.ofSeconds(60).toMillis();
    static final long BEHIND_RECEIPT_MAX_MS = Duration.ofDays(32).toMillis();

    /**
     * How far the clock that stamped a batch may have been ahead of the one that reads it. What was accepted while a
     * server's clock was ahead, by days even, is counted after it has been set back; a receipt a year ahead is no
     * clock's.
     */
    static final long RECEIPT_AHEAD_OF_NOW_MAX_MS = Duration.ofDays(366).toMillis();

    private BatchTimes() {}

    /** @throws PoisonRecordException where these times cannot have come through ingest */
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
