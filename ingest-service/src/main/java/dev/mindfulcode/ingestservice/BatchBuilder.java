package dev.mindfulcode.ingestservice;

import static dev.mindfulcode.ingestservice.UploadLimits.BATCH_SPAN_MS_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.DWELL_MS_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.KEYSTROKES_PER_BATCH_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.SIGNALS_PER_BATCH_MAX;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import java.util.Arrays;

/**
 * A builder of batches with the rules for values, which all formats share. Its arrays are reused for each batch. Not
 * thread-safe.
 */
final class BatchBuilder extends UploadItemBuilder {

    private final int[] intervalsMs = new int[KEYSTROKES_PER_BATCH_MAX];
    private final byte[] keyClasses = new byte[KEYSTROKES_PER_BATCH_MAX];
    private final int[] dwellsMs = new int[KEYSTROKES_PER_BATCH_MAX];
    private final int[] signalAtMs = new int[SIGNALS_PER_BATCH_MAX];
    private final byte[] signalKinds = new byte[SIGNALS_PER_BATCH_MAX];
    private final int[] signalValues = new int[SIGNALS_PER_BATCH_MAX];
    private int intervals;
    private int classes;
    private int dwells;
    private int signals;
    private int lastKeystrokeMs;
    private int lastSignalMs;

    @Override
    void reset() {
        intervals = 0;
        classes = 0;
        dwells = 0;
        signals = 0;
        lastKeystrokeMs = 0;
        lastSignalMs = 0;
    }

    void interval(long ms) {
        requireRoom(intervals, KEYSTROKES_PER_BATCH_MAX, "keystrokes");
        int interval = within(ms, BATCH_SPAN_MS_MAX);
        if (interval > BATCH_SPAN_MS_MAX - lastKeystrokeMs) {
            throw position.invalid("The batch spans more than " + BATCH_SPAN_MS_MAX + " ms");
        }
        lastKeystrokeMs += interval;
        intervalsMs[intervals++] = interval;
    }

    /** @param code of a {@link KeyClass}; any other number is rejected */
    void keyClass(int code) {
        requireRoom(classes, KEYSTROKES_PER_BATCH_MAX, "keystrokes");
        if (KeyClass.ofCode(code) == null) {
            throw position.invalid("Unknown key class");
        }
        keyClasses[classes++] = (byte) code;
    }

    void dwell(long ms) {
        requireRoom(dwells, KEYSTROKES_PER_BATCH_MAX, "keystrokes");
        dwellsMs[dwells++] = within(ms, DWELL_MS_MAX);
    }

    int signals() {
        return signals;
    }

    void requireRoomForSignal() {
        requireRoom(signals, SIGNALS_PER_BATCH_MAX, "signals");
    }

    /** Adds a signal that the reader has validated with {@link #signalAtMs} and {@link #signalValue}. */
    void signal(int atMs, SignalKind kind, int value) {
        lastSignalMs = Math.max(lastSignalMs, atMs);
        signalAtMs[signals] = atMs;
        signalKinds[signals] = kind.code();
        signalValues[signals++] = value;
    }

    int signalAtMs(long ms) {
        return within(ms, BATCH_SPAN_MS_MAX);
    }

    int signalValue(SignalKind kind, long value) {
        return switch (kind) {
            case BUILD, TEST -> within(value, 1);
            case DIAGNOSTICS -> within(value, UploadLimits.DIAGNOSTICS_MAX);
            case FILE_SWITCH, SAVE, FOCUS_LOST, FOCUS_GAINED -> within(value, 0);
        };
    }

    /** Returns the batch; the arrays can be filled with the next one. */
    @Override
    ParsedBatch build(int index) {
        position.field("key_classes");
        if (classes != intervals) {
            throw position.invalid(classes + " key classes for " + intervals + " intervals");
        }
        position.field("dwells_ms");
        if (dwells != 0 && dwells != intervals) {
            throw position.invalid(dwells + " dwells for " + intervals + " intervals");
        }
        position.field("intervals_ms");
        if (intervals == 0 && signals == 0) {
            throw position.invalid("The batch is empty; it needs a keystroke or a signal");
        }
        position.leaveField();
        KeystrokePayload payload = new KeystrokePayload(
                Arrays.copyOf(intervalsMs, intervals),
                Arrays.copyOf(keyClasses, classes),
                Arrays.copyOf(dwellsMs, dwells),
                Arrays.copyOf(signalAtMs, signals),
                Arrays.copyOf(signalKinds, signals),
                Arrays.copyOf(signalValues, signals));
        return parsed(index, Math.max(lastKeystrokeMs, lastSignalMs), new ParsedBatch.Keystrokes(payload));
    }

    private void requireRoom(int size, int max, String elements) {
        if (size == max) {
            throw position.invalid("More than " + max + " " + elements + " in a batch");
        }
    }
}
