package dev.mindfulcode.apigateway.live;

import org.jspecify.annotations.Nullable;

/**
 * Message to live clients, encoded once for all of them.
 *
 * @param key conflation key: a newer message replaces a pending one with the same key
 * @param id for Last-Event-ID; null if clients need not acknowledge it
 * @param json immutable by convention
 * @param update content for other protocols; null if it concerns the connection only
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all subscribers
record LiveMessage(
        Object key,
        @Nullable String id,
        byte[] json,
        @Nullable LiveUpdate update) {

    /** Keeps idle connections open; sent in the form of the transport. */
    static final LiveMessage HEARTBEAT = new LiveMessage("heartbeat", null, new byte[0]);

    LiveMessage(Object about, @Nullable String id, byte[] json) {
        this(about, id, json, null);
    }

    /** Returns the time of the update, epoch milliseconds; 0 without one. */
    long at() {
        return update == null ? 0 : update.at();
    }

    boolean isHeartbeat() {
        return json.length == 0;
    }
}
