package dev.mindfulcode.apigateway.teams;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The start of the first window of the next page. */
record WindowCursor(Instant start) {

    /** The year 9999, within what Postgres can compare. */
    private static final long MS_MAX = 253_370_764_800_000L;

    private static final int TEXT_LENGTH = 11;

    String text() {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(ByteBuffer.allocate(Long.BYTES)
                        .putLong(start.toEpochMilli())
                        .array());
    }

    /** Returns null if the text is not a cursor. */
    static @Nullable WindowCursor parse(String text) {
        if (text.length() != TEXT_LENGTH) {
            return null;
        }
        try {
            long ms = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text)).getLong();
            return ms < 0 || ms > MS_MAX ? null : new WindowCursor(Instant.ofEpochMilli(ms));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
