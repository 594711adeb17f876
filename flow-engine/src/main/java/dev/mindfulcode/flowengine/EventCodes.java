package dev.mindfulcode.flowengine;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The codes of the key classes and editor signals that the engine distinguishes: those of {@code KeyClass} and
 * {@code SignalKind} in the schemas module, which this module must not depend on. A test in flow-stream compares them.
 */
final class EventCodes {
    static final int KEY_ENTER = 4;
    static final int KEY_DELETE = 6;
    static final int KEY_NAVIGATION = 7;
    static final int KEY_SHORTCUT = 8;
    static final int KEY_UNDO = 9;
    static final int KEY_OTHER = 12;

    static final int SIGNAL_FILE_SWITCH = 0;
    static final int SIGNAL_SAVE = 1;
    static final int SIGNAL_BUILD = 2;
    static final int SIGNAL_TEST = 3;
    static final int SIGNAL_DIAGNOSTICS = 4;
    static final int SIGNAL_FOCUS_LOST = 5;
    static final int SIGNAL_FOCUS_GAINED = 6;

    /** The value of a build or test signal that failed. */
    static final int FAILED = 0;

    private EventCodes() {}

    /** Returns what a key press is for the work history; an unknown one is an edit. */
    static WorkHistory.Event eventOf(int keyClassCode) {
        return switch (keyClassCode) {
            case KEY_ENTER -> WorkHistory.Event.ENTER;
            case KEY_NAVIGATION, KEY_SHORTCUT, KEY_OTHER -> WorkHistory.Event.ACTIVITY;
            default -> WorkHistory.Event.EDIT;
        };
    }

    static boolean isCorrection(int keyClassCode) {
        return keyClassCode == KEY_DELETE || keyClassCode == KEY_UNDO;
    }
}
