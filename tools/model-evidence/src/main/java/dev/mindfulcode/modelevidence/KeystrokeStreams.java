package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.history.WorkHistory;
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

/** A model's readings of real keystrokes, which have no labels: their level and movement, and the share in flow. */
final class KeystrokeStreams {
    private static final String TRACE_HEADER = "time_ms,key_class";
    private static final String KEY_CLASSES = "LDYSETXNCUPAO";
    private static final String LARGE_DELETION = "C";
    private static final long READING_INTERVAL_MS = 5_000;

    /** The keystrokes of one person, in order of time. */
    @SuppressWarnings("ArrayRecordComponent") // a hundred thousand keystrokes
    record Stream(String name, long[] atMs, byte[] keyClasses) {}

    /**
     * The readings of a model.
     *
     * @param shareInFlow share of active time, by the engine's own rules; it has none yet for the work history: NaN
     * @param step mean |Δ| between readings
     */
    record Result(
            double activeHours,
            double shareInFlow,
            double entriesAnHour,
            double p5,
            double median,
            double p95,
            double step) {}

    private final FlowModel model;
    private final SessionState session;
    private final WorkHistory history = new WorkHistory();
    private final FlowReading reading = new FlowReading();
    private final List<Float> intensities = new ArrayList<>();
    private double steps;
    private long activeMs;
    private long flowMs;
    private int entries;

    private KeystrokeStreams(FlowModel model) {
        this.model = model;
        this.session = new SessionState(model);
    }

    static Result read(FlowModel model, List<Stream> streams) {
        KeystrokeStreams all = new KeystrokeStreams(model);
        streams.forEach(all::add);
        float[] sorted = new float[all.intensities.size()];
        for (int i = 0; i < sorted.length; i++) {
            sorted[i] = all.intensities.get(i);
        }
        Arrays.sort(sorted);
        double hours = all.activeMs / 3_600_000.0;
        boolean served = model.inputs() == ModelInputs.SCORES;
        return new Result(
                hours,
                served ? (double) all.flowMs / all.activeMs : Double.NaN,
                served ? all.entries / hours : Double.NaN,
                sorted[(int) (sorted.length * 0.05)],
                sorted[sorted.length / 2],
                sorted[(int) (sorted.length * 0.95)],
                all.steps / sorted.length);
    }

    private void add(Stream stream) {
        byte[] state = SessionState.fresh();
        session.wrap(state);
        history.wrap(WorkHistory.fresh());
        long flowStartedAtMs = 0;
        long before = stream.atMs()[0];
        long readAt = before;
        float last = Float.NaN;
        for (int i = 0; i < stream.atMs().length; i++) {
            long at = stream.atMs()[i];
            long sinceMs = Math.max(at - before, 0);
            if (sinceMs >= SessionState.END_TIMEOUT_MS) {
                session.tick(at);
                count();
                state = SessionState.freshAfter(state);
                session.wrap(state);
            }
            if (sinceMs >= SessionState.PAUSE_TIMEOUT_MS) {
                last = Float.NaN;
            }
            session.keystroke(at, (int) Math.min(sinceMs, Integer.MAX_VALUE), stream.keyClasses()[i], -1);
            history.event(at, EngineCodes.eventOfKey(stream.keyClasses()[i]));
            if (session.isInFlow() && session.flowStartedAtMs() != flowStartedAtMs) {
                flowStartedAtMs = session.flowStartedAtMs();
                entries++;
            }
            before = at;
            if (at - readAt < READING_INTERVAL_MS) {
                continue;
            }
            readAt = at;
            session.read(at, reading);
            history.read(at, reading.history());
            float intensity = model.intensity(reading);
            intensities.add(intensity);
            steps += Float.isNaN(last) ? 0 : Math.abs(intensity - last);
            last = intensity;
        }
        count();
    }

    private void count() {
        activeMs += session.activeMs();
        flowMs += session.flowMs();
    }

    static List<Path> traces(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".csv.gz"))
                    .filter(KeystrokeStreams::isTrace)
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

    /** Reads an editing trace; edits with the same time, in traces of whole seconds, are spread over the second. */
    static Stream trace(Path file) {
        List<Long> times = new ArrayList<>();
        List<Integer> classes = new ArrayList<>();
        try (BufferedReader reader = reader(file)) {
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int comma = line.indexOf(',');
                String key = line.substring(comma + 1).strip();
                times.add(Long.parseLong(line.substring(0, comma)));
                int code = KEY_CLASSES.indexOf(key);
                classes.add(key.equals(LARGE_DELETION) ? EngineCodes.DELETE : code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        long[] at = new long[times.size()];
        byte[] codes = new byte[at.length];
        for (int i = 0; i < at.length; ) {
            int same = i;
            while (same < at.length && times.get(same).equals(times.get(i))) {
                same++;
            }
            for (int k = i; k < same; k++) {
                at[k] = times.get(k) + (k - i) * 1_000L / (same - i);
                codes[k] = (byte) (int) classes.get(k);
            }
            i = same;
        }
        String name = file.getFileName().toString();
        return new Stream(name.substring(0, name.indexOf('.')), at, codes);
    }

    static Stream of(AaltoTyping typing) {
        List<AaltoTyping.Section> sections = typing.sections();
        int length =
                sections.stream().mapToInt(section -> section.atMs().length).sum();
        long[] at = new long[length];
        byte[] codes = new byte[length];
        int to = 0;
        for (AaltoTyping.Section section : sections) {
            System.arraycopy(section.atMs(), 0, at, to, section.atMs().length);
            System.arraycopy(section.keyClasses(), 0, codes, to, section.atMs().length);
            to += section.atMs().length;
        }
        return new Stream(typing.participant(), at, codes);
    }
}
