package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Names of the JSON format, looked up in the parser's buffer without creating strings. */
final class WireNames {

    private static final char[][] KEY_CLASSES =
            Arrays.stream(KeyClass.values()).map(k -> k.name().toCharArray()).toArray(char[][]::new);
    private static final char[][] SIGNAL_KINDS = Arrays.stream(SignalKind.values())
            .map(k -> k.name().toLowerCase(Locale.ROOT).toCharArray())
            .toArray(char[][]::new);
    private static final char[][] OUTCOMES = {"failed".toCharArray(), "ok".toCharArray()};

    private WireNames() {}

    /** Returns the code of the class with this name, or -1. */
    static int keyClassCode(char[] text, int offset, int length) {
        return indexOf(KEY_CLASSES, text, offset, length);
    }

    static @Nullable SignalKind signalKind(char[] text, int offset, int length) {
        return SignalKind.ofCode(indexOf(SIGNAL_KINDS, text, offset, length));
    }

    /** Returns {@link SignalValue#OK} or {@link SignalValue#FAILED}, or null for any other text. */
    static @Nullable SignalValue outcome(char[] text, int offset, int length) {
        return switch (indexOf(OUTCOMES, text, offset, length)) {
            case 0 -> SignalValue.FAILED;
            case 1 -> SignalValue.OK;
            default -> null;
        };
    }

    private static int indexOf(char[][] names, char[] text, int offset, int length) {
        for (int i = 0; i < names.length; i++) {
            if (Arrays.equals(names[i], 0, names[i].length, text, offset, offset + length)) {
                return i;
            }
        }
        return -1;
    }
}
