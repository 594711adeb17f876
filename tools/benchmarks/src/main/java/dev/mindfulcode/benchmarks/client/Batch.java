package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.SignalKind;
import java.util.List;
import java.util.Locale;
import java.util.UUID;

/**
 * One batch as the public contract has it: keystroke i was pressed at
 * {@code startedAtMs + intervalsMs[0] + … + intervalsMs[i]}.
 *
 * @param startedAtMs epoch milliseconds
 * @param keyClasses {@link KeyClass#code()}
 */
@SuppressWarnings("ArrayRecordComponent")
public record Batch(
        UUID batchId,
        UUID sessionId,
        long sequence,
        long startedAtMs,
        int[] intervalsMs,
        byte[] keyClasses,
        int[] dwellsMs,
        List<Signal> signals) {

    /**
     * An editor signal.
     *
     * @param atMs from the batch's start
     * @param value build and test: 1 ok, 0 failed; diagnostics: how many; otherwise 0
     */
    public record Signal(int atMs, SignalKind kind, int value) {}

    private static final KeyClass[] CLASSES = KeyClass.values();

    public int keystrokes() {
        return intervalsMs.length;
    }

    void appendJson(StringBuilder json) {
        json.append("{\"batch_id\":\"").append(batchId);
        json.append("\",\"session_id\":\"").append(sessionId);
        json.append("\",\"sequence\":").append(sequence);
        json.append(",\"started_at\":").append(startedAtMs);
        json.append(",\"intervals_ms\":");
        appendNumbers(json, intervalsMs);
        json.append(",\"key_classes\":\"");
        for (byte code : keyClasses) {
            json.append(CLASSES[code].letter());
        }
        json.append("\",\"dwells_ms\":");
        appendNumbers(json, dwellsMs);
        if (!signals.isEmpty()) {
            json.append(",\"signals\":[");
            for (int i = 0; i < signals.size(); i++) {
                json.append(i == 0 ? "" : ",");
                appendSignal(json, signals.get(i));
            }
            json.append(']');
        }
        json.append('}');
    }

    private static void appendSignal(StringBuilder json, Signal signal) {
        json.append("{\"at_ms\":").append(signal.atMs);
        json.append(",\"kind\":\"")
                .append(signal.kind.name().toLowerCase(Locale.ROOT))
                .append('"');
        switch (signal.kind) {
            case BUILD, TEST ->
                json.append(",\"value\":\"")
                        .append(signal.value == 1 ? "ok" : "failed")
                        .append('"');
            case DIAGNOSTICS -> json.append(",\"value\":").append(signal.value);
            case FILE_SWITCH, SAVE, FOCUS_LOST, FOCUS_GAINED -> {}
        }
        json.append('}');
    }

    private static void appendNumbers(StringBuilder json, int[] numbers) {
        json.append('[');
        for (int i = 0; i < numbers.length; i++) {
            if (i > 0) {
                json.append(',');
            }
            json.append(numbers[i]);
        }
        json.append(']');
    }
}
