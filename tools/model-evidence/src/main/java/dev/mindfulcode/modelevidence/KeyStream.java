package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The keystrokes of one person in order of time: an editing trace ({@code time_ms,key_class}) or an Aalto participant.
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of thousands of keystrokes
record KeyStream(String name, long[] atMs, byte[] keyClasses) {
    static final String TRACE_SUFFIX = ".csv.gz";
    private static final String TRACE_HEADER = "time_ms,key_class";

    private static final long INSTANT_MS = 20_000;

    /** Flow and intensities of a person's typing, read as sessions. */
    record Flow(long activeMs, long flowMs, long periods, float[] intensities) {
        double share() {
            return activeMs == 0 ? 0 : (double) flowMs / activeMs;
        }
    }

    /** Returns the editing traces of a folder, none if it has no such files. */
    static List<KeyStream> traces(Path folder) throws IOException {
        List<KeyStream> traces = new ArrayList<>();
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(each -> each.toString().endsWith(TRACE_SUFFIX))
                    .sorted()
                    .toList()) {
                KeyStream trace = trace(file);
                if (trace.atMs.length > 0) {
                    traces.add(trace);
                }
            }
        }
        return traces;
    }

    /** Reads a trace; empty if the file has another header. Edits of one second without milliseconds are spread. */
    private static KeyStream trace(Path file) {
        List<long[]> rows = new ArrayList<>();
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.US_ASCII))) {
            if (TRACE_HEADER.equals(reader.readLine())) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    int comma = line.indexOf(',');
                    rows.add(new long[] {Long.parseLong(line.substring(0, comma)), code(line.charAt(comma + 1))});
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        boolean inSeconds = rows.stream().allMatch(row -> row[0] % 1_000 == 0);
        long[] at = new long[rows.size()];
        byte[] classes = new byte[at.length];
        for (int from = 0; from < at.length; ) {
            int to = from + 1;
            while (to < at.length && inSeconds && rows.get(to)[0] == rows.get(from)[0]) {
                to++;
            }
            for (int i = from; i < to; i++) {
                at[i] = rows.get(i)[0] + 1_000L * (i - from) / (to - from);
                classes[i] = (byte) rows.get(i)[1];
            }
            from = to;
        }
        return new KeyStream(file.getFileName().toString().replace(TRACE_SUFFIX, ""), at, classes);
    }

    /** Returns the key class of a trace's letter. */
    private static int code(char letter) {
        return switch (letter) {
            case 'X', 'C' -> EngineCodes.DELETE;
            case 'P' -> EngineCodes.PASTE;
            case 'A' -> EngineCodes.COMPLETION;
            default -> Math.max("LDYSET".indexOf(letter), 0);
        };
    }

    /** Returns an Aalto participant's sentences one after the other. */
    static KeyStream of(AaltoTyping typing) {
        List<long[]> keys = new ArrayList<>();
        for (AaltoTyping.Section section : typing.sections()) {
            for (int i = 0; i < section.atMs().length; i++) {
                keys.add(new long[] {section.atMs()[i], section.keyClasses()[i]});
            }
        }
        keys.sort(java.util.Comparator.comparingLong(key -> key[0]));
        long[] at = keys.stream().mapToLong(key -> key[0]).toArray();
        byte[] classes = new byte[at.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = (byte) keys.get(i)[1];
        }
        return new KeyStream(typing.participant(), at, classes);
    }

    /** Returns the keystrokes of the first milliseconds. */
    KeyStream until(long durationMs) {
        int length = 0;
        while (length < atMs.length && atMs[length] - atMs[0] < durationMs) {
            length++;
        }
        return new KeyStream(name, Arrays.copyOf(atMs, length), Arrays.copyOf(keyClasses, length));
    }

    /** Reads the stream as sessions of one person, a new one after the silence that ends a session. */
    Flow flow(FlowModel model, float sensitivity) {
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState(model).wrap(state);
        session.setSensitivity(sensitivity);
        FlowReading reading = new FlowReading();
        List<Float> intensities = new ArrayList<>();
        long activeMs = 0;
        long flowMs = 0;
        long periods = 0;
        long startedMs = 0;
        for (int i = 0; i < atMs.length; i++) {
            long interval = i == 0 ? 0 : atMs[i] - atMs[i - 1];
            if (interval >= SessionState.END_TIMEOUT_MS) {
                session.tick(atMs[i]);
                activeMs += session.activeMs();
                flowMs += session.flowMs();
                state = SessionState.freshAfter(state);
                session.wrap(state);
                interval = 0;
                startedMs = 0;
            }
            session.keystroke(atMs[i], (int) Math.min(interval, Integer.MAX_VALUE), keyClasses[i], -1);
            if (session.isInFlow() && session.flowStartedAtMs() != startedMs) {
                startedMs = session.flowStartedAtMs();
                periods++;
            }
            if (i > 0 && atMs[i] / INSTANT_MS != atMs[i - 1] / INSTANT_MS) {
                session.read(reading);
                intensities.add(reading.modelIntensity());
            }
        }
        float[] values = new float[intensities.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = intensities.get(i);
        }
        return new Flow(activeMs + session.activeMs(), flowMs + session.flowMs(), periods, values);
    }
}
