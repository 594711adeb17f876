package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Minute counts of SWELL as examples: time pressure (positive) against interruptions. The engine receives the
 * keystrokes of a minute evenly spaced, so features of single intervals, such as rhythm and consistency, are 0.5
 * throughout.
 */
final class SwellMinutes {
    static final String FILE = "keyboard-mouse-per-minute.csv";

    private static final float NOT_COMPUTABLE = 0.5f;
    private static final int MINUTE_MS = 60_000;
    private static final String BLOCK = "Blok";
    static final List<String> COUNTS = List.of(
            "SnMouseAct",
            "SnLeftClicked",
            "SnRightClicked",
            "SnDoubleClicked",
            "SnWheel",
            "SnDragged",
            "SnMouseDistance",
            "SnKeyStrokes",
            "SnChars",
            "SnSpecialKeys",
            "SnDirectionKeys",
            "SnErrorKeys",
            "SnShortcutKeys",
            "SnSpaces",
            "SnAppChange",
            "SnTabfocusChange",
            "CharactersRatio",
            "ErrorKeyRatio");

    /** The raw columns: all counts, then the block. */
    static final int BLOCK_COLUMN = COUNTS.size();

    private record Row(String person, String condition, int block, long atMs, double[] counts) {
        double count(String name) {
            return counts[COUNTS.indexOf(name)];
        }
    }

    private SwellMinutes() {}

    /**
     * Returns one example per run of this many minutes of a person in a block, without incomplete runs.
     */
    static List<Example> examples(Path folder, int minutes) throws IOException {
        Map<String, List<Row>> byPerson = new LinkedHashMap<>();
        for (Row row : rows(folder)) {
            byPerson.computeIfAbsent(row.person(), _ -> new ArrayList<>()).add(row);
        }
        List<Example> examples = new ArrayList<>();
        byPerson.forEach((person, rows) -> {
            rows.sort(java.util.Comparator.comparingLong(Row::atMs));
            addPerson(person, rows, minutes, examples);
        });
        return examples;
    }

    private static void addPerson(String person, List<Row> rows, int minutes, List<Example> into) {
        SessionState session = new SessionState().wrap(SessionState.fresh());
        FlowReading reading = new FlowReading();
        List<float[]> features = new ArrayList<>();
        List<double[]> raw = new ArrayList<>();
        Row before = rows.getFirst();
        for (Row row : rows) {
            apply(session, row);
            if (row.block() != before.block() || !row.condition().equals(before.condition())) {
                features.clear();
                raw.clear();
            }
            before = row;
            session.read(row.atMs() + MINUTE_MS, reading);
            float[] f = EngineCodes.features(reading);
            features.add(new float[] {NOT_COMPUTABLE, f[1], NOT_COMPUTABLE, f[3], f[4]});
            double[] counts = Arrays.copyOf(row.counts(), BLOCK_COLUMN + 1);
            counts[BLOCK_COLUMN] = row.block();
            raw.add(counts);
            boolean labelled = row.condition().equals("T") || row.condition().equals("I");
            if (features.size() == minutes) {
                if (labelled) {
                    into.add(new Example(
                            person, meanF(features), mean(raw), row.condition().equals("T")));
                }
                features.clear();
                raw.clear();
            }
        }
    }

    private static void apply(SessionState session, Row row) {
        int keys = (int) row.count("SnKeyStrokes");
        int errors = (int) Math.min(row.count("SnErrorKeys"), keys);
        for (int i = 0; i < keys; i++) {
            boolean error = (long) (i + 1) * errors / keys > (long) i * errors / keys;
            session.keystroke(
                    row.atMs() + (long) (i + 1) * MINUTE_MS / (keys + 1),
                    MINUTE_MS / keys,
                    error ? EngineCodes.DELETE : EngineCodes.LETTER,
                    -1);
        }
        long end = row.atMs() + MINUTE_MS - 1;
        for (int i = 0; i < row.count("SnAppChange"); i++) {
            session.signal(end, EngineCodes.FOCUS_LOST, 0);
            session.signal(end, EngineCodes.FOCUS_GAINED, 0);
        }
        for (int i = 0; i < row.count("SnTabfocusChange"); i++) {
            session.signal(end, EngineCodes.FILE_SWITCH, 0);
        }
    }

    private static float[] meanF(List<float[]> rows) {
        float[] mean = new float[rows.getFirst().length];
        for (float[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        return mean;
    }

    private static double[] mean(List<double[]> rows) {
        double[] mean = new double[rows.getFirst().length];
        for (double[] row : rows) {
            for (int i = 0; i < mean.length; i++) {
                mean[i] += row[i] / rows.size();
            }
        }
        return mean;
    }

    private static List<Row> rows(Path folder) throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve(FILE), StandardCharsets.UTF_8);
        List<String> header = List.of(lines.getFirst().split(",", -1));
        List<Row> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size())) {
            Row row = row(header, line.split(",", -1));
            if (row != null) {
                rows.add(row);
            }
        }
        return rows;
    }

    private static @Nullable Row row(List<String> header, String[] fields) {
        try {
            double[] counts = new double[COUNTS.size()];
            for (int i = 0; i < counts.length; i++) {
                double value = Double.parseDouble(fields[header.indexOf(COUNTS.get(i))]);
                counts[i] = Double.isNaN(value) || value < 0 ? 0 : value;
            }
            String stamp = fields[header.indexOf("timestamp")];
            long day = java.time.LocalDate.parse(
                            stamp.substring(0, 8), java.time.format.DateTimeFormatter.BASIC_ISO_DATE)
                    .toEpochDay();
            long minuteOfDay = Long.parseLong(stamp.substring(9, 11)) * 60 + Long.parseLong(stamp.substring(11, 13));
            return new Row(
                    fields[header.indexOf("PP")],
                    fields[header.indexOf("Condition")],
                    (int) Double.parseDouble(fields[header.indexOf(BLOCK)]),
                    (day * 1_440 + minuteOfDay) * MINUTE_MS,
                    counts);
        } catch (NumberFormatException | IndexOutOfBoundsException | java.time.DateTimeException e) {
            return null;
        }
    }
}
