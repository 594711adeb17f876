package dev.mindfulcode.schemas;

/**
 * Thrown for bytes that are not the Avro binary of a payload. The message names the field and the fault, never content.
 * Not retryable.
 */
public final class MalformedPayloadException extends Exception {

    MalformedPayloadException(String message) {
        super(message);
    }

    MalformedPayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
