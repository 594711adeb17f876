package dev.mindfulcode.schemas;

import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * The registry could not say what a schema is: nothing is known about the record, which must be tried again and is no
 * dead letter. Bytes that are no good give a {@link org.apache.kafka.common.errors.SerializationException} instead.
 */
public final class SchemaRegistryUnavailableException extends RetriableException {

    private static final long serialVersionUID = 1;

    SchemaRegistryUnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
