package dev.mindfulcode.modelevidence;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;

/**
 * The Visual Studio commands of one developer: seconds (local time, read as UTC) and codes. The logs have no raw keys:
 * an editing command represents a key, and opening a file, building or leaving Visual Studio a signal. Commands that
 * the IDE issues by itself are left out: a client sees no key or click, and they come while nobody is there.
 *
 * @param codes 0 to 12: a key class; 100 + kind: a signal
 * @param machineMade number of commands left out
 * @param unreadable number of malformed lines
 */
@SuppressWarnings("ArrayRecordComponent") // hundreds of thousands of commands
record AbbLog(String developer, long[] seconds, byte[] codes, int machineMade, int unreadable) {
    private static final String PREFIX = "BlazeData_Dev_";
    private static final String SUFFIX = ".csv.gz";
    static final int SIGNAL = 100;

    /** Reports of Visual Studio itself: progress of builds and debugging, scrolling, windows that it opens. */
    private static final Set<String> MACHINE_MADE = Set.of(
            "Build.BuildBegin",
            "Build.BuildDone",
            "Debug.Debug Break Mode",
            "Debug.Debug Run Mode",
            "Debug.DebugType",
            "Debug.Enter Design Mode",
            "Debug.StartDebugTarget",
            "TSqlEditorDatabaseCombo",
            "View.Error List",
            "View.OnChangeScrollInfo",
            "View.Output");

    static List<Path> files(Path folder) throws IOException {
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith(PREFIX)
                            && file.getFileName().toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
    }

    static AbbLog read(Path file) {
        String name = file.getFileName().toString();
        String developer = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        record Line(long second, byte code) {}
        List<Line> lines = new ArrayList<>();
        int machineMade = 0;
        int unreadable = 0;
        try (BufferedReader reader = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.ISO_8859_1))) {
            reader.readLine();
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                int first = line.indexOf(',');
                int second = line.indexOf(',', first + 1);
                if (first < 0 || second < 0) {
                    unreadable++;
                    continue;
                }
                String message = line.substring(second + 1);
                if (MACHINE_MADE.contains(message)) {
                    machineMade++;
                    continue;
                }
                try {
                    long at = LocalDateTime.parse(line.substring(0, first).replace(' ', 'T'))
                            .toEpochSecond(ZoneOffset.UTC);
                    lines.add(new Line(at, codeOf(message)));
                } catch (DateTimeParseException e) {
                    unreadable++;
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
        lines.sort(java.util.Comparator.comparingLong(Line::second));
        long[] seconds = new long[lines.size()];
        byte[] codes = new byte[lines.size()];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = lines.get(i).second();
            codes[i] = lines.get(i).code();
        }
        return new AbbLog(developer, seconds, codes, machineMade, unreadable);
    }

    private static byte codeOf(String message) {
        int code = switch (message) {
            case "View.OnChangeCaretLine" -> EngineCodes.NAVIGATION;
            case "View.VisualStudioBgOrFg" -> SIGNAL + EngineCodes.FOCUS_LOST;
            case "Edit.Delete", "Edit.DeleteBackwards" -> EngineCodes.DELETE;
            case "Edit.Undo" -> EngineCodes.UNDO;
            case "Edit.BreakLine" -> EngineCodes.ENTER;
            case "Edit.InsertTab" -> EngineCodes.TAB;
            case "Edit.Paste" -> EngineCodes.PASTE;
            case "Edit.CompleteWord", "Edit.ListMembers" -> EngineCodes.COMPLETION;
            case "View.File" -> SIGNAL + EngineCodes.FILE_SWITCH;
            default -> ofFamily(message);
        };
        return (byte) code;
    }

    private static int ofFamily(String message) {
        if (message.startsWith("Window.")) {
            return SIGNAL + EngineCodes.FILE_SWITCH;
        }
        if (message.startsWith("Build.")) {
            return SIGNAL + EngineCodes.BUILD;
        }
        if (message.startsWith("Edit.")) {
            return message.startsWith("Edit.Line") || message.startsWith("Edit.Char") || message.startsWith("Edit.Word")
                    ? EngineCodes.NAVIGATION
                    : EngineCodes.SHORTCUT;
        }
        return EngineCodes.OTHER;
    }
}
