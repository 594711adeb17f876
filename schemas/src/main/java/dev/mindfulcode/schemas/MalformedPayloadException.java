package dev.mindfulcode.schemas;

/**
 * Bytes that should have been the Avro binary of a payload and are not. The message names the field and the fault, and
 * repeats nothing of the content. Sending the same bytes again cannot help.
 */
public final class MalformedPayloadException extends Exception {

    MalformedPayloadException(String message) {
        super(message);
    }

    MalformedPayloadException(String message, Throwable cause) {
        super(message, cause);
    }
}
