package dev.mindfulcode.webkit.json;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** UUIDs of the API: parsed from canonical text, generated as version 7. */
public final class Uuids {

    /** Number of characters of the canonical form. */
    public static final int LENGTH = 36;

    private static final UUID NIL = new UUID(0, 0);
    private static final byte[] HEX = hexByCharacter();
    private static final byte NO_DIGIT = -1;

    private Uuids() {}

    /**
     * Parses the canonical form only; {@link UUID#fromString} also accepts {@code 1-1-1-1-1}.
     *
     * @return null if the text is not a UUID, or is the nil UUID
     */
    public static @Nullable UUID parse(String text) {
        UUID uuid = parse(text.toCharArray(), 0, text.length());
        return NIL.equals(uuid) ? null : uuid;
    }

    /** Parses the canonical form in a parser's buffer; returns null if the characters are not a UUID. */
    public static @Nullable UUID parse(char[] text, int offset, int length) {
        if (length != LENGTH
                || text[offset + 8] != '-'
                || text[offset + 13] != '-'
                || text[offset + 18] != '-'
                || text[offset + 23] != '-') {
            return null;
        }
        long high = 0;
        long low = 0;
        int digits = 0;
        for (int i = 0; i < LENGTH; i++) {
            if (i == 8 || i == 13 || i == 18 || i == 23) {
                continue;
            }
            char c = text[offset + i];
            int digit = c < HEX.length ? HEX[c] : NO_DIGIT;
            if (digit == NO_DIGIT) {
                return null;
            }
            if (digits++ < 16) {
                high = high << 4 | digit;
            } else {
                low = low << 4 | digit;
            }
        }
        return new UUID(high, low);
    }

    private static byte[] hexByCharacter() {
        byte[] values = new byte['f' + 1];
        Arrays.fill(values, NO_DIGIT);
        for (int digit = 0; digit < 16; digit++) {
            values[Character.forDigit(digit, 16)] = (byte) digit;
            values[Character.toUpperCase(Character.forDigit(digit, 16))] = (byte) digit;
        }
        return values;
    }

    /** Returns a UUID of version 7 (RFC 9562 section 5.7): 48 bits of time, then 74 random ones. */
    public static UUID version7(long epochMs, SecureRandom random) {
        long high = (epochMs << 16) | 0x7000 | random.nextInt(0x1000);
        long low = (random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new UUID(high, low);
    }
}
