package dev.mindfulcode.schemas;

import org.jspecify.annotations.Nullable;

/**
 * What kind of key was pressed: all that is ever known of a keystroke besides its timing.
 *
 * <p>The {@link #code()} is what payloads store, the {@link #letter()} and the {@link #name()} are what clients write.
 * Codes are written into history: append, never reorder.
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

    /** Returns the code for a class letter, or -1 where no class has that letter. */
    public static int codeOfLetter(int letter) {
        return letter >= 0 && letter < CODE_OF_LETTER.length ? CODE_OF_LETTER[letter] : -1;
    }

    /** Returns the class with this code, or null where there is none. */
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
