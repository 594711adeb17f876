package dev.mindfulcode.flowstream;

/**
 * A record that can never be processed: it goes to dead-letters and its partition continues. Thrown only before
 * anything of the record was stored or forwarded, so that skipping it leaves nothing behind.
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
