package dev.mindfulcode.dataprotection;

import org.apache.kafka.common.errors.SerializationException;

/** A payload is not encrypted with a key of its user, for its topic and version. */
public final class NotDecryptedException extends SerializationException {

    private static final long serialVersionUID = 1;

    NotDecryptedException(String message) {
        super(message);
    }
}
