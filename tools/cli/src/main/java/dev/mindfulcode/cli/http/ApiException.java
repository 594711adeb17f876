package dev.mindfulcode.cli.http;

import java.io.IOException;

/** A system that does not respond, or refuses a request that it must accept. */
public final class ApiException extends IOException {

    private static final long serialVersionUID = 1;

    public ApiException(String message) {
        super(message);
    }
}
