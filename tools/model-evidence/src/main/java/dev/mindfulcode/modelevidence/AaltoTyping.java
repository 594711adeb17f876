package dev.mindfulcode.modelevidence;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The transcribed sentences of a participant. The reader maps characters to key classes.
 *
 * @param sections sentences in the order of the file
 * @param unreadable number of malformed rows
 */
record AaltoTyping(String participant, List<Section> sections, int unreadable) {
    static final String SUFFIX = "_keystrokes.txt";

    /**
     * One sentence.
     *
     * @param typedLength number of characters of the submitted text
     */
    @SuppressWarnings("ArrayRecordComponent") // hundreds of thousands of keystrokes
    record Section(long[] atMs, byte[] keyClasses, int typedLength) {

        /** Returns words of five characters per minute, or NaN if unknown. */
        double wordsPerMinute() {
            double minutes = (atMs[atMs.length - 1] - atMs[0]) / 60_000.0;
            return minutes > 0 && typedLength > 1 ? typedLength / 5.0 / minutes : Double.NaN;
        }
    }

    static List<Path> files(Path folder) throws IOException {
        Path samples =
                Files.isDirectory(folder.resolve("keystroke-samples")) ? folder.resolve("keystroke-samples") : folder;
        try (var files = Files.list(samples)) {
            return files.filter(file -> file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    static AaltoTyping read(Path file) {
        List<Section> sections = new ArrayList<>();
        int unreadable = 0;
        String name = file.getFileName().toString();
        try (BufferedReader reader = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            reader.readLine();
            String section = "";
            int typed = 0;
            List<long[]> rows = new ArrayList<>();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                String[] fields = line.split("\t", -1);
                long[] row = row(fields);
                if (row.length == 0) {
                    unreadable++;
                    continue;
                }
                if (!fields[1].equals(section)) {
                    addSection(rows, typed, sections);
                    rows.clear();
                    section = fields[1];
                }
                typed = fields[3].length();
                rows.add(row);
            }
            addSection(rows, typed, sections);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        return new AaltoTyping(name.substring(0, name.length() - SUFFIX.length()), List.copyOf(sections), unreadable);
    }

    private static long[] row(String[] fields) {
        try {
            return fields.length == 9
                    ? new long[] {
                        Long.parseLong(fields[5]), EngineCodes.keyClassOfJavaScript(Integer.parseInt(fields[8].trim()))
                    }
                    : new long[0];
        } catch (NumberFormatException e) {
            return new long[0];
        }
    }

    private static void addSection(List<long[]> rows, int typed, List<Section> sections) {
        if (rows.isEmpty()) {
            return;
        }
        rows.sort(java.util.Comparator.comparingLong(row -> row[0]));
        long[] at = new long[rows.size()];
        byte[] classes = new byte[at.length];
        for (int i = 0; i < at.length; i++) {
            at[i] = rows.get(i)[0];
            classes[i] = (byte) rows.get(i)[1];
        }
        sections.add(new Section(at, classes, typed));
    }
}
