package dev.mindfulcode.schemas;

import org.jspecify.annotations.Nullable;

/**
 * The kind of key that was pressed: the only property of a keystroke that is stored, except for its timing.
 *
 * <p>Payloads store the {@link #code()}; clients send the {@link #letter()} or the {@link #name()}.
 * Codes are stored: append, never reorder.
 */
public enum KeyClass {
    LETTER('L'),
    DIGIT('D'),
    SYMBOL('Y'),
    SPACE('S'),
    ENTER('E'),
    TAB('T'),
    DELETE('X'),
    NAVIGATION('N'),
    SHORTCUT('C'),
    UNDO('U'),
    PASTE('P'),
    COMPLETION('A'),
    OTHER('O');

    private static final KeyClass[] ALL = values();
    private static final byte[] CODE_OF_LETTER = codesByLetter();

    private final char letter;

    KeyClass(char letter) {
        this.letter = letter;
    }

    public char letter() {
        return letter;
    }

    public byte code() {
        return (byte) ordinal();
    }

    /** Returns the code of a class letter, or -1. */
    public static int codeOfLetter(int letter) {
        return letter >= 0 && letter < CODE_OF_LETTER.length ? CODE_OF_LETTER[letter] : -1;
    }

    /** Returns the class with a code, or null. */
    public static @Nullable KeyClass ofCode(int code) {
        return code >= 0 && code < ALL.length ? ALL[code] : null;
    }

    private static byte[] codesByLetter() {
        byte[] codes = new byte[128];
        java.util.Arrays.fill(codes, (byte) -1);
        for (KeyClass keyClass : ALL) {
            codes[keyClass.letter] = keyClass.code();
        }
        return codes;
    }
}
