package dev.mindfulcode.benchmarks.aalto;

import dev.mindfulcode.schemas.KeyClass;

/**
 * Turns a JavaScript key code, and the LETTER column, into a key class.
 *
 * <p>The code decides wherever it names a key; the character only distinguishes a digit from the symbol on the same
 * key, and decides for codes that the browsers of 2016 did not agree on. In the data the two disagree in a row of a
 * thousand: the column then holds the character of a neighbouring key press.
 */
final class KeyClassTable {

    private static final int V = 86;
    private static final int Z = 90;

    private KeyClassTable() {}

    /**
     * @param keyCode JavaScript's {@code KeyboardEvent.keyCode}
     * @param letter a character, a key's name such as {@code SHIFT}, or nothing
     * @param ctrlHeld the control key was down at the time
     */
    static KeyClass classOf(int keyCode, String letter, boolean ctrlHeld) {
        if (ctrlHeld && isLetterKey(keyCode)) {
            return switch (keyCode) {
                case V -> KeyClass.PASTE;
                case Z -> KeyClass.UNDO;
                default -> KeyClass.SHORTCUT;
            };
        }
        boolean named = letter.length() != 1;
        return switch (keyCode) {
            case 8 -> KeyClass.DELETE;
            case 9 -> KeyClass.TAB;
            case 13 -> KeyClass.ENTER;
            case 16, 17, 18, 19, 20, 27, 91, 92, 93, 144, 145, 224 -> KeyClass.OTHER;
            case 32 -> KeyClass.SPACE;
            case 33, 34, 35, 36, 37, 38, 39, 40 -> named ? KeyClass.NAVIGATION : ofCharacter(letter);
            case 46 -> named ? KeyClass.DELETE : ofCharacter(letter);
            case 48, 49, 50, 51, 52, 53, 54, 55, 56, 57 -> named ? KeyClass.DIGIT : ofCharacter(letter);
            case 96, 97, 98, 99, 100, 101, 102, 103, 104, 105 -> KeyClass.DIGIT;
            case 59,
                    61,
                    63,
                    106,
                    107,
                    109,
                    110,
                    111,
                    163,
                    171,
                    173,
                    186,
                    187,
                    188,
                    189,
                    190,
                    191,
                    192,
                    219,
                    220,
                    221,
                    222 -> KeyClass.SYMBOL;
            default -> isLetterKey(keyCode) ? KeyClass.LETTER : named ? KeyClass.OTHER : ofCharacter(letter);
        };
    }

    private static boolean isLetterKey(int keyCode) {
        return keyCode >= 'A' && keyCode <= Z;
    }

    private static KeyClass ofCharacter(String letter) {
        char c = letter.charAt(0);
        if (Character.isLetter(c)) {
            return KeyClass.LETTER;
        }
        if (Character.isDigit(c)) {
            return KeyClass.DIGIT;
        }
        if (c == ' ') {
            return KeyClass.SPACE;
        }
        return Character.isISOControl(c) ? KeyClass.OTHER : KeyClass.SYMBOL;
    }
}
