package dev.mindfulcode.schemas;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The keystrokes and editor signals of one batch, as parallel primitive arrays.
 *
 * <p>Keystroke i was pressed at {@code startedAt + intervalsMs[0] + … + intervalsMs[i]}. The arrays are
 * not copied. Only their lengths are validated here; ingest validates the values.
 *
 * @param intervalsMs one per keystroke
 * @param keyClasses {@link KeyClass#code()}, one per keystroke; read unknown codes as {@link KeyClass#OTHER}
 * @param dwellsMs empty, or one per keystroke
 * @param signalAtMs time since the batch's start, one per signal
 * @param signalKinds {@link SignalKind#code()}, one per signal; skip unknown codes
 * @param signalValues build and test: 1 ok, 0 failed; diagnostics: how many; otherwise 0
 */
@SuppressWarnings("ArrayRecordComponent") // no boxing, no copy on the hot path
public record KeystrokePayload(
        int[] intervalsMs,
        byte[] keyClasses,
        int[] dwellsMs,
        int[] signalAtMs,
        byte[] signalKinds,
        int[] signalValues) {

    public static final int KEYSTROKES_MAX = 1_000;
    public static final int SIGNALS_MAX = 1_000;

    /** The dwell of a keystroke whose key-up is not known. */
    public static final int DWELL_UNKNOWN = -1;

    /** @throws IllegalArgumentException if parallel arrays differ in length, or one is too long */
    public KeystrokePayload {
        String fault = lengthFault(intervalsMs, keyClasses, dwellsMs, signalAtMs, signalKinds, signalValues);
        if (fault != null) {
            throw new IllegalArgumentException(fault);
        }
    }

    /** Receives the events of a batch in the order of time. */
    public interface EventVisitor {

        /**
         * @param keyClassCode that of {@link KeyClass#OTHER} for an unknown key class
         * @param dwellMs {@link #DWELL_UNKNOWN} if the batch has no dwells
         */
        void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs);

        /** Receives a signal of a known kind. */
        void signal(long atMs, int kindCode, int value);
    }

    /**
     * Visits keystrokes and known signals in the order of time; at the same instant, signals first.
     *
     * @param latestMs events after this instant are moved to it
     */
    public void forEachEvent(long startedAtMs, long latestMs, EventVisitor visitor) {
        int signal = 0;
        long sinceStartMs = 0;
        for (int key = 0; key < intervalsMs.length; key++) {
            sinceStartMs += intervalsMs[key];
            for (; signal < signalAtMs.length && signalAtMs[signal] <= sinceStartMs; signal++) {
                visitSignal(signal, startedAtMs, latestMs, visitor);
            }
            visitor.keystroke(
                    Math.min(startedAtMs + sinceStartMs, latestMs),
                    intervalsMs[key],
                    KeyClass.ofCode(keyClasses[key]) == null ? KeyClass.OTHER.code() : keyClasses[key],
                    dwellsMs.length == 0 ? DWELL_UNKNOWN : dwellsMs[key]);
        }
        for (; signal < signalAtMs.length; signal++) {
            visitSignal(signal, startedAtMs, latestMs, visitor);
        }
    }

    /** Returns the time from the start to the last keystroke or signal. */
    public long lastEventMs() {
        long lastMs = signalAtMs.length == 0 ? 0 : Math.max(signalAtMs[signalAtMs.length - 1], 0);
        long sinceStartMs = 0;
        for (int intervalMs : intervalsMs) {
            sinceStartMs += intervalMs;
        }
        return Math.max(sinceStartMs, lastMs);
    }

    private void visitSignal(int signal, long startedAtMs, long latestMs, EventVisitor visitor) {
        if (SignalKind.ofCode(signalKinds[signal]) != null) {
            long atMs = startedAtMs + Math.max(signalAtMs[signal], 0);
            visitor.signal(Math.min(atMs, latestMs), signalKinds[signal], signalValues[signal]);
        }
    }

    /** Returns Avro binary under KeystrokePayload.avsc, byte for byte like Avro's encoder. */
    public byte[] encode() {
        AvroBinaryWriter out = new AvroBinaryWriter(sizeBytes());
        writeTo(out);
        return out.written();
    }

    /** Returns the size of {@link #encode}. */
    int sizeBytes() {
        return AvroBinaryWriter.sizeOfInts(intervalsMs)
                + AvroBinaryWriter.sizeOfBytes(keyClasses)
                + AvroBinaryWriter.sizeOfInts(dwellsMs)
                + AvroBinaryWriter.sizeOfInts(signalAtMs)
                + AvroBinaryWriter.sizeOfBytes(signalKinds)
                + AvroBinaryWriter.sizeOfInts(signalValues);
    }

    /** Writes what {@link #encode} returns. */
    void writeTo(AvroBinaryWriter out) {
        out.ints(intervalsMs);
        out.bytes(keyClasses);
        out.ints(dwellsMs);
        out.ints(signalAtMs);
        out.bytes(signalKinds);
        out.ints(signalValues);
    }

    /**
     * Decodes Avro binary under KeystrokePayload.avsc from any writer; arrays may have several blocks.
     *
     * @throws MalformedPayloadException if the bytes are not exactly one payload within the limits
     */
    public static KeystrokePayload decode(byte[] avroBinary) throws MalformedPayloadException {
        return decode(new AvroBinaryReader(avroBinary, 0, avroBinary.length));
    }

    /** Decodes the {@code payload} of a batch, as {@link #decode(byte[])}; its position does not change. */
    public static KeystrokePayload decode(ByteBuffer payload) throws MalformedPayloadException {
        return decode(
                new AvroBinaryReader(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining()));
    }

    private static KeystrokePayload decode(AvroBinaryReader in) throws MalformedPayloadException {
        int[] intervalsMs = in.ints(KEYSTROKES_MAX, "intervals_ms");
        byte[] keyClasses = in.bytes(KEYSTROKES_MAX, "key_classes");
        int[] dwellsMs = in.ints(KEYSTROKES_MAX, "dwells_ms");
        int[] signalAtMs = in.ints(SIGNALS_MAX, "signal_at_ms");
        byte[] signalKinds = in.bytes(SIGNALS_MAX, "signal_kinds");
        int[] signalValues = in.ints(SIGNALS_MAX, "signal_values");
        in.end();
        String fault = lengthFault(intervalsMs, keyClasses, dwellsMs, signalAtMs, signalKinds, signalValues);
        if (fault != null) {
            throw new MalformedPayloadException(fault);
        }
        return new KeystrokePayload(intervalsMs, keyClasses, dwellsMs, signalAtMs, signalKinds, signalValues);
    }

    public int keystrokes() {
        return intervalsMs.length;
    }

    public int signals() {
        return signalAtMs.length;
    }

    /** Without the content, which is personal. */
    @Override
    public String toString() {
        return "KeystrokePayload[" + keystrokes() + " keystrokes, " + signals() + " signals]";
    }

    private static @Nullable String lengthFault(
            int[] intervalsMs,
            byte[] keyClasses,
            int[] dwellsMs,
            int[] signalAtMs,
            byte[] signalKinds,
            int[] signalValues) {
        if (intervalsMs.length > KEYSTROKES_MAX) {
            return "intervals_ms: more than " + KEYSTROKES_MAX;
        }
        if (keyClasses.length != intervalsMs.length) {
            return "key_classes: " + keyClasses.length + " for " + intervalsMs.length + " keystrokes";
        }
        if (dwellsMs.length != 0 && dwellsMs.length != intervalsMs.length) {
            return "dwells_ms: " + dwellsMs.length + " for " + intervalsMs.length + " keystrokes";
        }
        if (signalAtMs.length > SIGNALS_MAX) {
            return "signal_at_ms: more than " + SIGNALS_MAX;
        }
        if (signalKinds.length != signalAtMs.length) {
            return "signal_kinds: " + signalKinds.length + " for " + signalAtMs.length + " signals";
        }
        if (signalValues.length != signalAtMs.length) {
            return "signal_values: " + signalValues.length + " for " + signalAtMs.length + " signals";
        }
        return null;
    }
}
