package dev.mindfulcode.benchmarks.client;

import java.io.IOException;

/** The server could not be reached for longer than the client is patient, or refused what must not be refused. */
public final class ApiException extends IOException {

    private static final long serialVersionUID = 1;

    ApiException(String message) {
        super(message);
    }

    ApiException(String message, Throwable cause) {
        super(message, cause);
    }
}
