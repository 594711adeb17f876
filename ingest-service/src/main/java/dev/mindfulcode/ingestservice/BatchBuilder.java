package dev.mindfulcode.ingestservice;

import static dev.mindfulcode.ingestservice.UploadLimits.BATCH_SPAN_MS_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.DWELL_MS_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.KEYSTROKES_PER_BATCH_MAX;
import static dev.mindfulcode.ingestservice.UploadLimits.SIGNALS_PER_BATCH_MAX;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A builder of batches with the rules for values, which all formats share. Its arrays are reused for each batch. Not
 * thread-safe.
 */
final class BatchBuilder {

    private static final UUID UNSET = new UUID(0, 0);

    /** Position of the reader, set before each value; the rules here reject with it. */
    final UploadPosition position = new UploadPosition();

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

    private UUID batchId = UNSET;
    private UUID sessionId = UNSET;
    private long sequence;
    private long startedAtMs;

    void reset() {
        intervals = 0;
        classes = 0;
        dwells = 0;
        signals = 0;
        lastKeystrokeMs = 0;
        lastSignalMs = 0;
    }

    void batchId(UUID id) {
        batchId = id;
    }

    void sessionId(UUID id) {
        sessionId = id;
    }

    void sequence(long value) {
        sequence = within(value, UploadLimits.SEQUENCE_MAX);
    }

    void startedAt(long epochMs) {
        String fault = epochFault(epochMs);
        if (fault != null) {
            throw position.invalid(fault);
        }
        startedAtMs = epochMs;
    }

    /** Validates the time at which an upload was sent. */
    long sentAt(long epochMs) {
        String fault = epochFault(epochMs);
        if (fault != null) {
            throw position.invalidUpload(fault);
        }
        return epochMs;
    }

    private static @Nullable String epochFault(long epochMs) {
        if (epochMs >= UploadLimits.EPOCH_MS_MIN && epochMs <= UploadLimits.EPOCH_MS_MAX) {
            return null;
        }
        boolean looksLikeSeconds =
                epochMs >= UploadLimits.EPOCH_MS_MIN / 1_000 && epochMs <= UploadLimits.EPOCH_MS_MAX / 1_000;
        return "is " + epochMs + "; must be from " + UploadLimits.EPOCH_MS_MIN + " to " + UploadLimits.EPOCH_MS_MAX
                + ": milliseconds are expected"
                + (looksLikeSeconds ? "; this looks like seconds" : ", of the year 2020 or later");
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

    /**
     * Returns the batch; the arrays can be filled with the next one.
     *
     * @param index of the batch in the upload
     */
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
        return new ParsedBatch(
                index,
                batchId,
                sessionId,
                sequence,
                startedAtMs,
                Math.max(lastKeystrokeMs, lastSignalMs),
                intervals,
                payload.encode());
    }

    private void requireRoom(int size, int max, String elements) {
        if (size == max) {
            throw position.invalid("More than " + max + " " + elements + " in a batch");
        }
    }

    private int within(long value, int max) {
        return (int) within(value, (long) max);
    }

    private long within(long value, long max) {
        if (value < 0 || value > max) {
            throw position.invalid("is " + value + "; must be " + (max == 0 ? "0 or left out" : "from 0 to " + max));
        }
        return value;
    }
}
