package dev.mindfulcode.flowengine;

/**
 * Layout 2 of a session's state, and its conversion to the present {@link Layout}. Nothing is lost that is still used;
 * the person's own range begins empty.
 */
final class EarlierLayout {
    static final int SIZE_BYTES = 968;
    private static final byte VERSION = 2;

    /** Up to here the layouts are the same. */
    private static final int AT_MINUTES = 512;

    private static final int MINUTE_BYTES = 8;
    private static final int AT_RING_INTERVALS = 640;
    private static final int AT_RING_CLASSES = 840;
    private static final int AT_MODEL_FINGERPRINT = 940;
    private static final int MODEL_AND_REPORTED_BYTES = SIZE_BYTES - AT_MODEL_FINGERPRINT;

    private EarlierLayout() {}

    static boolean is(byte[] bytes) {
        return bytes.length == SIZE_BYTES && bytes[Layout.AT_VERSION] == VERSION;
    }

    static byte[] converted(byte[] earlier) {
        byte[] state = new byte[Layout.SIZE_BYTES];
        System.arraycopy(earlier, 0, state, 0, AT_MINUTES);
        state[Layout.AT_VERSION] = Layout.VERSION;
        for (int minute = 0; minute < Layout.MINUTES; minute++) {
            System.arraycopy(
                    earlier,
                    AT_MINUTES + minute * MINUTE_BYTES,
                    state,
                    Layout.AT_MINUTES + minute * Layout.MINUTE_BYTES,
                    Layout.MINUTE_BYTES);
        }
        System.arraycopy(earlier, AT_RING_INTERVALS, state, Layout.AT_RING_INTERVALS, 2 * Layout.RING_LENGTH);
        for (int slot = 0; slot < Layout.RING_LENGTH; slot++) {
            KeystrokeWindow.setCorrection(state, slot, earlier[AT_RING_CLASSES + slot] != 0);
        }
        System.arraycopy(earlier, AT_MODEL_FINGERPRINT, state, Layout.AT_MODEL_FINGERPRINT, MODEL_AND_REPORTED_BYTES);
        return state;
    }
}
