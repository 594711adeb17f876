package dev.mindfulcode.flowstream;

import com.microsoft.kiota.ApiException;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.TimeoutException;

/** Tells a registry that does not answer from a record that cannot be read. */
final class RegistryFailures {

    private static final int CAUSES_MAX = 20;
    private static final int SERVER_ERROR = 500;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int REQUEST_TIMEOUT = 408;

    private RegistryFailures() {}

    static boolean isOutage(Throwable failure) {
        Throwable cause = failure;
        for (int i = 0; cause != null && i < CAUSES_MAX; i++) {
            if (isOutageItself(cause)) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }

    private static boolean isOutageItself(Throwable cause) {
        return switch (cause) {
            case ApiException answered -> isOutage(answered.getResponseStatusCode());
            // Avro's way of saying that a record is shorter than its schema wants.
            case EOFException endsEarly -> false;
            case IOException unreachable -> true;
            case TimeoutException late -> true;
            default -> false;
        };
    }

    private static boolean isOutage(int httpStatus) {
        return httpStatus >= SERVER_ERROR || httpStatus == TOO_MANY_REQUESTS || httpStatus == REQUEST_TIMEOUT;
    }
}
