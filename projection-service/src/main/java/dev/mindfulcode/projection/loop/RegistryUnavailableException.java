package dev.mindfulcode.projection.loop;

import com.microsoft.kiota.ApiException;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeoutException;

/** The registry did not answer, or not with an answer: worth asking again, unlike "there is no such schema". */
final class RegistryUnavailableException extends RuntimeException {

    private static final int CAUSES_MAX = 20;

    RegistryUnavailableException(int schemaId, Throwable cause) {
        super("the schema registry does not give schema " + schemaId, cause);
    }

    static boolean isCauseOf(Throwable thrown) {
        Throwable one = thrown;
        for (int i = 0; one != null && i < CAUSES_MAX; i++) {
            boolean isTransient = switch (one) {
                case ApiException answer ->
                    answer.getResponseStatusCode() >= 500 || answer.getResponseStatusCode() == 429;
                case SocketException e -> true;
                case UnknownHostException e -> true;
                case HttpTimeoutException e -> true;
                case ClosedChannelException e -> true;
                case TimeoutException e -> true;
                case InterruptedException e -> true;
                case IOException e -> false;
                default -> false;
            };
            if (isTransient) {
                return true;
            }
            one = one.getCause();
        }
        return false;
    }
}
