package dev.mindfulcode.ingestservice;

import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Parses UUIDs in their 36-character form only; {@link UUID#fromString} also accepts {@code 1-2-3-4-5}. */
final class UuidText {

    static final int LENGTH = 36;

    private static final byte[] HEX = hexByCharacter();
    private static final byte NO_DIGIT = -1;

    private UuidText() {}

    /** Returns the UUID, or null if the characters are not a UUID. */
    static @Nullable UUID parse(char[] text, int offset, int length) {
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
}
