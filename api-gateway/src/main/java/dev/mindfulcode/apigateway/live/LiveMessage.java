package dev.mindfulcode.apigateway.live;

import org.jspecify.annotations.Nullable;

/**
 * A message for live clients, encoded once for all of them.
 *
 * @param key what it tells the latest of; a newer message about the same replaces one that has not been sent yet
 * @param id what a client sends as Last-Event-ID to say that it has seen this; null where it need not
 * @param json never changed after this
 * @param update what it says, for those who do not send it as it is; null where it is of the connection alone
 */
@SuppressWarnings("ArrayRecordComponent") // shared by all subscribers, copied for none
record LiveMessage(
        Object key,
        @Nullable String id,
        byte[] json,
        @Nullable LiveUpdate update) {

    /** Nothing new: kept as a frame or comment of the transport's own, so that idle connections stay open. */
    static final LiveMessage HEARTBEAT = new LiveMessage("heartbeat", null, new byte[0]);

    LiveMessage(Object about, @Nullable String id, byte[] json) {
        this(about, id, json, null);
    }

    boolean isHeartbeat() {
        return json.length == 0;
    }
}
