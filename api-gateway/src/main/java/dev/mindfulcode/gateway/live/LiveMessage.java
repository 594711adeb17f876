package dev.mindfulcode.gateway.live;

import org.jspecify.annotations.Nullable;

/**
 * A message for live clients, encoded once for all of them.
 *
 * @param about what it tells the latest of; a newer message about the same replaces one that has not been sent yet
 * @param id what a client sends as Last-Event-ID to say that it has seen this; null where it need not
 * @param json never changed after this
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all subscribers, copied for none
record LiveMessage(Object about, @Nullable String id, byte[] json) {

    /** Nothing new: kept as a frame or comment of the transport's own, so that idle connections stay open. */
    static final LiveMessage HEARTBEAT = new LiveMessage("heartbeat", null, new byte[0]);

    boolean isHeartbeat() {
        return json.length == 0;
    }
}
