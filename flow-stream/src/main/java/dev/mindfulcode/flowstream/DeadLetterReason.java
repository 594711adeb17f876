package dev.mindfulcode.flowstream;

import java.util.Locale;

/**
 * Why a record was given up. Written into dead letters and metric labels: kinds of failure, never content of a record.
 */
enum DeadLetterReason {
    /** Key or value is not in the wire format, or of a schema that is not this topic's. */
    UNREADABLE,
    /** Key or value is missing. */
    INCOMPLETE,
    /** The payload was not encrypted by this user's key, for this topic and version. */
    NOT_DECRYPTED,
    /** The payload could be decrypted but is no keystroke payload, or contradicts its envelope. */
    MALFORMED_PAYLOAD,
    /** Ingest's own stamp is ahead of this machine's clock by more than clocks differ. */
    RECEIVED_IN_FUTURE,
    /** The batch says that it started later than ingest would ever let through. */
    STARTED_IN_FUTURE,
    /** The batch's minutes have been let go of: they can no longer be counted exactly. */
    TOO_LATE,
    /** A value that its field does not allow. */
    OUT_OF_RANGE,
    /** Something in the record made the computation fail; a fault of ours, which must not hold up everybody else. */
    NOT_COMPUTED,
    /** The output of the record is larger than the broker accepts. */
    RESULT_TOO_LARGE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Returns the reason as dead letters and metrics show it, such as {@code not_decrypted}. */
    String label() {
        return label;
    }
}
