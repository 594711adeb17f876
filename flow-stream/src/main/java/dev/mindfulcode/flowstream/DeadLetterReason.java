package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.NotDecryptedException;
import java.util.Locale;
import org.apache.kafka.common.errors.SerializationException;

/** The reason of a dead letter, in its record and as a metric label. It contains nothing of the rejected record. */
enum DeadLetterReason {
    /** Key or value is not in the wire format, or not of the schema of its topic. */
    UNREADABLE,
    /** Key or value is missing. */
    INCOMPLETE,
    /** The payload was not encrypted by this user's key, for this topic and version. */
    NOT_DECRYPTED,
    /** The keystrokes and signals of a batch are malformed. */
    MALFORMED_PAYLOAD,
    /** The time of receipt is further ahead of this machine's clock than clocks differ. */
    RECEIVED_IN_FUTURE,
    /** The batch starts later than ingest accepts. */
    STARTED_IN_FUTURE,
    /** The minutes of the batch may have expired, so that they cannot be counted exactly. */
    TOO_LATE,
    /** A value is outside the range of its field. */
    OUT_OF_RANGE,
    /** The computation failed, because of a bug; the partition must continue. */
    NOT_COMPUTED,
    /** The output of the record is larger than the broker accepts. */
    RESULT_TOO_LARGE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** Returns the reason for which a value could not be opened. */
    static DeadLetterReason of(SerializationException failure) {
        return failure instanceof NotDecryptedException ? NOT_DECRYPTED : UNREADABLE;
    }

    /** Returns the reason as dead letters and metrics show it, such as {@code not_decrypted}. */
    String label() {
        return label;
    }
}
