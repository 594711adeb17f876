package dev.mindfulcode.flowstream;

/**
 * A record that will never be processed, however often it is tried: it goes to dead-letters and the partition goes on.
 * Thrown only before anything has been stored or forwarded for the record, so that skipping it leaves no half of it
 * behind.
 */
final class PoisonRecordException extends RuntimeException {

    private final DeadLetterReason reason;

    PoisonRecordException(DeadLetterReason reason) {
        super(reason.label());
        this.reason = reason;
    }

    PoisonRecordException(DeadLetterReason reason, Throwable cause) {
        super(reason.label(), cause);
        this.reason = reason;
    }

    DeadLetterReason reason() {
        return reason;
    }
}
