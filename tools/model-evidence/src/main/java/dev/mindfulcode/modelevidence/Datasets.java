package dev.mindfulcode.modelevidence;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The datasets in the given folders, recognized by file names. */
record Datasets(List<Path> abb, List<Path> swell, List<Path> freihaut, List<Path> aalto, List<Path> traces) {
    static final String EXPECTED = "BlazeData_Dev_*.csv.gz (ABB), " + SwellMinutes.FILE + " (SWELL), "
            + FreihautTyping.FILE + " (Freihaut), *" + AaltoTyping.SUFFIX
            + " (Aalto, also in keystroke-samples/), or *.csv.gz of time_ms,key_class (editing traces)";

    /** Searches each folder and its direct subfolders. */
    static Datasets find(List<Path> folders) throws IOException {
        Datasets found = new Datasets(
                new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Path folder : folders) {
            if (!Files.isDirectory(folder)) {
                throw new IOException("there is no folder " + folder + "; expected one with " + EXPECTED);
            }
            if (!found.add(folder)) {
                try (Stream<Path> below = Files.list(folder)) {
                    for (Path inner : below.filter(Files::isDirectory).sorted().toList()) {
                        found.add(inner);
                    }
                }
            }
        }
        return found;
    }

    private boolean add(Path folder) throws IOException {
        boolean known = false;
        if (!AbbLog.files(folder).isEmpty()) {
            known = abb.add(folder);
        }
        if (Files.exists(folder.resolve(SwellMinutes.FILE))) {
            known = swell.add(folder);
        }
        if (Files.exists(folder.resolve(FreihautTyping.FILE))) {
            known = freihaut.add(folder);
        }
        if (!AaltoTyping.files(folder).isEmpty()) {
            known = aalto.add(folder);
        }
        if (!KeyStream.files(folder).isEmpty()) {
            known = traces.add(folder);
        }
        return known;
    }

    boolean isEmpty() {
        return abb.isEmpty() && swell.isEmpty() && freihaut.isEmpty() && aalto.isEmpty() && traces.isEmpty();
    }

    /** Returns the names of tasks without data. */
    List<String> missing() {
        List<String> missing = new ArrayList<>();
        if (abb.isEmpty()) {
            missing.add("ABB logs (BlazeData_Dev_*.csv.gz)");
        }
        if (swell.isEmpty()) {
            missing.add("SWELL (" + SwellMinutes.FILE + ")");
        }
        if (freihaut.isEmpty()) {
            missing.add("Freihaut (" + FreihautTyping.FILE + ")");
        }
        if (aalto.isEmpty()) {
            missing.add("Aalto (*" + AaltoTyping.SUFFIX + ")");
        }
        if (traces.isEmpty()) {
            missing.add("editing traces (*.csv.gz of time_ms,key_class)");
        }
        return missing;
    }

    /** Returns the keystrokes of each Aalto participant. */
    List<KeyStream> typists() throws IOException {
        List<KeyStream> typists = new ArrayList<>();
        for (Path folder : aalto) {
            for (Path file : AaltoTyping.files(folder)) {
                typists.add(KeyStream.of(AaltoTyping.read(file)));
            }
        }
        return typists;
    }

    List<Example> abbExamples() throws IOException {
        List<Example> examples = new ArrayList<>();
        for (Path folder : abb) {
            for (Path file : AbbLog.files(folder)) {
                examples.addAll(AbbForecast.examples(AbbLog.read(file)));
            }
        }
        return examples;
    }
}
