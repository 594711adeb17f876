package dev.mindfulcode.apigateway.live;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One live client, or one more mailbox of it.
 *
 * @param cut ends the connection without asking the client, which may no longer read
 * @param within the client whose further mailbox this is; null for a client
 */
record Subscription(
        UUID userId,
        Mailbox mailbox,
        Runnable cut,
        @Nullable Subscription within) {

    boolean isClient() {
        return within == null;
    }
}
