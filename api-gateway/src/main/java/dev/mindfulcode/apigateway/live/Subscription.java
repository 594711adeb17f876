package dev.mindfulcode.apigateway.live;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Queue of a live client.
 *
 * @param closer closes the connection of a client that no longer reads
 * @param parent client of an additional queue; null for the client's own
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
