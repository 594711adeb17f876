package dev.mindfulcode.schemas;

/**
 * The keystrokes and editor signals of one batch, as parallel primitive arrays.
 *
 * <p>Keystroke i was pressed at {@code startedAt + intervalsMs[0] + … + intervalsMs[i]}.
 *
 * @param intervalsMs one a keystroke
 * @param keyClasses {@link KeyClass#code()}, one a keystroke
 * @param dwellsMs empty, or one a keystroke
 * @param signalAtMs from the batch's start, one a signal
 * @param signalKinds {@link SignalKind#code()}, one a signal
 * @param signalValues build and test: 1 ok, 0 failed; diagnostics: how many; otherwise 0
 */
@SuppressWarnings("ArrayRecordComponent") // primitive arrays are the point: no boxing, no copy on the hot path
public record KeystrokePayload(
        int[] intervalsMs,
        byte[] keyClasses,
        int[] dwellsMs,
        int[] signalAtMs,
        byte[] signalKinds,
        int[] signalValues) {}
