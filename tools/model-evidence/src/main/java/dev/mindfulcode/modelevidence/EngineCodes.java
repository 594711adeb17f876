package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.history.WorkHistory.Event;

/** The engine's codes that the dataset readers use, and the features of a reading. */
final class EngineCodes {
    static final int LETTER = 0;
    static final int DIGIT = 1;
    static final int SYMBOL = 2;
    static final int SPACE = 3;
    static final int ENTER = 4;
    static final int TAB = 5;
    static final int DELETE = 6;
    static final int NAVIGATION = 7;
    static final int SHORTCUT = 8;
    static final int UNDO = 9;
    static final int PASTE = 10;
    static final int COMPLETION = 11;
    static final int OTHER = 12;

    static final int FILE_SWITCH = 0;
    static final int BUILD = 2;
    static final int FOCUS_LOST = 5;
    static final int FOCUS_GAINED = 6;
    static final int OK = 1;

    private EngineCodes() {}

    /** Returns what a key press is for the work history. */
    static Event eventOfKey(int keyClass) {
        return switch (keyClass) {
            case ENTER -> Event.ENTER;
            case NAVIGATION, SHORTCUT, OTHER -> Event.ACTIVITY;
            default -> Event.EDIT;
        };
    }

    static float[] features(FlowReading reading) {
        return new float[] {
            reading.rhythm(), reading.focus(), reading.consistency(), reading.errorPenalty(), reading.velocity()
        };
    }

    /** Returns the key class of a JavaScript key code. */
    static int keyClassOfJavaScript(int keyCode) {
        if (keyCode >= 65 && keyCode <= 90) {
            return LETTER;
        }
        if (keyCode >= 48 && keyCode <= 57 || keyCode >= 96 && keyCode <= 105) {
            return DIGIT;
        }
        return switch (keyCode) {
            case 8, 46 -> DELETE;
            case 9 -> TAB;
            case 13 -> ENTER;
            case 32 -> SPACE;
            case 33, 34, 35, 36, 37, 38, 39, 40 -> NAVIGATION;
            case 16, 17, 18, 20, 91, 93 -> OTHER;
            default -> SYMBOL;
        };
    }
}
