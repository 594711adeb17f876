package dev.mindfulcode.benchmarks.aalto;

import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.schemas.KeyClass;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Reads one participant's file of the Aalto data (Dhakal et al., CHI 2018, 10.1145/3173574.3174220): tab separated, a
 * header row, nine columns of which only the last four are read. No character of them is stored:
 * {@link KeyClassTable} has the last sight of it.
 *
 * <p>Not thread-safe; one reader a file.
 */
final class AaltoReader {

    static final String SUFFIX = "_keystrokes.txt";

    private static final int COLUMNS = 9;
    private static final int CTRL = 17;
    private static final int KEY_CODE_MAX = 65_535;

    /** A person who copies fifteen sentences does not press a million keys; bounds a reader to 40 MB. */
    private static final int KEYSTROKES_MAX = 1_000_000;

    private long[] press = new long[1024];
    private int[] dwells = new int[1024];
    private byte[] classes = new byte[1024];
    private int size;
    private long rows;
    private long malformed;
    private long outOfOrder;
    private long dwellsMended;
    private long ctrlReleasedAt = Long.MIN_VALUE;

    /** A recording and what was met on the way to it. */
    record Result(Recording recording, ReadCounts counts) {}

    private AaltoReader() {}

    static Result read(Path file) throws IOException {
        AaltoReader reader = new AaltoReader();
        // The columns of interest are ASCII; the sentences before them have the encoding of the browser.
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            lines.readLine();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    reader.row(line);
                }
            }
        }
        return reader.result(nameOf(file));
    }

    static String nameOf(Path file) {
        String name = file.getFileName().toString();
        return name.substring(0, name.length() - SUFFIX.length());
    }

    private void row(String line) {
        rows++;
        int code = line.lastIndexOf('\t');
        int letter = line.lastIndexOf('\t', code - 1);
        int release = line.lastIndexOf('\t', letter - 1);
        int pressed = line.lastIndexOf('\t', release - 1);
        if (pressed < 0 || columns(line) != COLUMNS || size == KEYSTROKES_MAX) {
            malformed++;
            return;
        }
        long pressMs = number(line, pressed + 1, release);
        long releaseMs = number(line, release + 1, letter);
        long keyCode = number(line, code + 1, line.length());
        if (pressMs <= 0 || releaseMs <= 0 || keyCode < 0 || keyCode > KEY_CODE_MAX) {
            malformed++;
            return;
        }
        boolean ctrlHeld = pressMs <= ctrlReleasedAt;
        KeyClass keyClass = KeyClassTable.classOf((int) keyCode, line.substring(letter + 1, code), ctrlHeld);
        if (keyCode == CTRL) {
            ctrlReleasedAt = releaseMs;
        }
        append(pressMs, releaseMs - pressMs, keyClass.code());
    }

    private void append(long pressMs, long dwellMs, byte keyClass) {
        if (size == press.length) {
            press = Arrays.copyOf(press, size * 2);
            dwells = Arrays.copyOf(dwells, size * 2);
            classes = Arrays.copyOf(classes, size * 2);
        }
        if (dwellMs < 0 || dwellMs > Recording.DWELL_MS_MAX) {
            dwellsMended++;
        }
        int dwell = Math.clamp(dwellMs, 0, Recording.DWELL_MS_MAX);
        outOfOrder += size > 0 && pressMs < press[size - 1] ? 1 : 0;
        // The files are all but sorted: walk back to the place, after those pressed in the same millisecond.
        int at = size++;
        while (at > 0 && press[at - 1] > pressMs) {
            press[at] = press[at - 1];
            dwells[at] = dwells[at - 1];
            classes[at] = classes[at - 1];
            at--;
        }
        press[at] = pressMs;
        dwells[at] = dwell;
        classes[at] = keyClass;
    }

    private Result result(String name) {
        Recording recording = new Recording(
                name, Arrays.copyOf(press, size), Arrays.copyOf(classes, size), Arrays.copyOf(dwells, size));
        return new Result(recording, new ReadCounts(rows, malformed, outOfOrder, dwellsMended));
    }

    private static int columns(String line) {
        int columns = 1;
        for (int i = 0; i < line.length(); i++) {
            columns += line.charAt(i) == '\t' ? 1 : 0;
        }
        return columns;
    }

    /** Returns the digits between the two places as a number, or -1 if they are not a number or too many. */
    private static long number(String line, int from, int to) {
        int end = to > from && line.charAt(to - 1) == '\r' ? to - 1 : to;
        if (end == from || end - from > 15) {
            return -1;
        }
        long number = 0;
        for (int i = from; i < end; i++) {
            int digit = line.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            number = number * 10 + digit;
        }
        return number;
    }
}
