package dev.mindfulcode.schemas;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The value of the header {@link #HEADER}: the position of a write in Kafka. A write answers with it; a read that sends
 * it back waits, within a bound, until the read model contains the effects of that write. Opaque to clients and not
 * signed: a forged one buys a bounded wait.
 *
 * @param offset of the last record of the write, from 0
 */
public record ReadAfterToken(String topic, int partition, long offset) {

    public static final String HEADER = "X-Read-After";

    private static final int TEXT_LENGTH_MAX = 128;
    private static final Pattern DECODED = Pattern.compile("1:([a-z-]{1,32}):([0-9]{1,5}):([0-9]{1,18})");

    /** Returns the token as it is sent. */
    public String text() {
        String decoded = "1:" + topic + ":" + partition + ":" + offset;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(decoded.getBytes(StandardCharsets.US_ASCII));
    }

    /** Parses a token that a client sent; returns null where it is malformed. The topic may be any name. */
    public static @Nullable ReadAfterToken parse(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            return null;
        }
        byte[] decoded;
        try {
            decoded = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
        Matcher parts = DECODED.matcher(new String(decoded, StandardCharsets.US_ASCII));
        return parts.matches()
                ? new ReadAfterToken(parts.group(1), Integer.parseInt(parts.group(2)), Long.parseLong(parts.group(3)))
                : null;
    }
}
