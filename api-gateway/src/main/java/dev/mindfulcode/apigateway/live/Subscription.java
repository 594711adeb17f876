package dev.mindfulcode.apigateway.live;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One live client, or one more mailbox of it.
 *
 * @param closer ends the connection without asking the client, which may no longer read
 * @param parent the client whose further mailbox this is; null for a client
 */
record Subscription(
        UUID userId,
        ConflatingQueue queue,
        Runnable closer,
        @Nullable Subscription parent) {

    boolean isClient() {
        return parent == null;
    }
}
