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
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;

/**
 * The keystrokes of one person in order of time: an editing trace ({@code time_ms,key_class}) or an Aalto participant.
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of thousands of keystrokes
record KeyStream(String name, long[] atMs, byte[] keyClasses) {
    private static final String TRACE_SUFFIX = ".csv.gz";
    private static final String TRACE_HEADER = "time_ms,key_class";
    private static final String KEY_CLASSES = "LDYSETXNCUPAO";
    private static final char LARGE_DELETION = 'C';

    /** Active time, time in flow and flow periods of a person's typing. */
    record Flow(long activeMs, long flowMs, long periods) {
        double share() {
            return activeMs == 0 ? 0 : (double) flowMs / activeMs;
        }
    }

    /** Called after each keystroke but the first. */
    interface Visitor {
        void visit(long beforeMs, long atMs, Supplier<FlowReading> reading);
    }

    /** Returns the files of a folder that are editing traces. */
    static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(TRACE_SUFFIX))
                    .filter(KeyStream::isTrace)
                    .sorted()
                    .toList();
        }
    }

    private static boolean isTrace(Path file) {
        try (BufferedReader reader = reader(file)) {
            return TRACE_HEADER.equals(reader.readLine());
        } catch (IOException e) {
            return false;
        }
    }

    private static BufferedReader reader(Path file) throws IOException {
        return new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.ISO_8859_1));
    }

    static List<KeyStream> traces(List<Path> folders) throws IOException {
        List<KeyStream> traces = new ArrayList<>();
        for (Path folder : folders) {
            files(folder).forEach(file -> traces.add(trace(file)));
        }
        return traces;
    }

    /** Reads an editing trace; edits with the same time, in traces of whole seconds, are spread over the second. */
    static KeyStream trace(Path file) {
        List<Long> times = new ArrayList<>();
        List<Byte> classes = new ArrayList<>();
        try (BufferedReader reader = reader(file)) {
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int comma = line.indexOf(',');
                char key = line.charAt(comma + 1);
                times.add(Long.parseLong(line.substring(0, comma)));
                classes.add((byte) (key == LARGE_DELETION ? EngineCodes.DELETE : KEY_CLASSES.indexOf(key)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        boolean inSeconds = times.stream().allMatch(time -> time % 1_000 == 0);
        long[] at = new long[times.size()];
        byte[] codes = new byte[at.length];
        for (int from = 0; from < at.length; ) {
            int to = from + 1;
            while (inSeconds && to < at.length && times.get(to).equals(times.get(from))) {
                to++;
            }
            for (int i = from; i < to; i++) {
                at[i] = times.get(i) + 1_000L * (i - from) / (to - from);
                codes[i] = classes.get(i);
            }
            from = to;
        }
        return new KeyStream(file.getFileName().toString().replace(TRACE_SUFFIX, ""), at, codes);
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
    Flow replay(FlowModel model, float sensitivity, Visitor visitor) {
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState(model).wrap(state);
        session.setSensitivity(sensitivity);
        FlowReading reading = new FlowReading();
        long activeMs = 0;
        long flowMs = 0;
        long periods = 0;
        long startedMs = 0;
        for (int i = 0; i < atMs.length; i++) {
            long at = atMs[i];
            long interval = i == 0 ? 0 : at - atMs[i - 1];
            if (interval >= SessionState.END_TIMEOUT_MS) {
                session.tick(at);
                activeMs += session.activeMs();
                flowMs += session.flowMs();
                state = SessionState.freshAfter(state);
                session.wrap(state);
                interval = 0;
            }
            session.keystroke(at, (int) Math.min(interval, Integer.MAX_VALUE), keyClasses[i], -1);
            if (session.isInFlow() && session.flowStartedAtMs() != startedMs) {
                startedMs = session.flowStartedAtMs();
                periods++;
            }
            if (i > 0) {
                visitor.visit(atMs[i - 1], at, () -> {
                    session.read(reading);
                    return reading;
                });
            }
        }
        return new Flow(activeMs + session.activeMs(), flowMs + session.flowMs(), periods);
    }

    Flow flow(FlowModel model, float sensitivity) {
        return replay(model, sensitivity, (before, at, reading) -> {});
    }
}
