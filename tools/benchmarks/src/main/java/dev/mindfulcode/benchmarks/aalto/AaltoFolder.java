package dev.mindfulcode.benchmarks.aalto;

import dev.mindfulcode.benchmarks.typing.Corpus;
import dev.mindfulcode.benchmarks.typing.Recording;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A folder of participants' files, read one at a time and in place. Thread-safe. */
public final class AaltoFolder implements Corpus {

    private static final String SAMPLES = "keystroke-samples";

    private final List<Path> files;
    private ReadCounts counts = ReadCounts.NONE;

    private AaltoFolder(List<Path> files) {
        this.files = files;
    }

    /**
     * Opens the first participants, by file name, of the folder or of its {@code keystroke-samples}.
     *
     * @param participantsMax how many, at most
     * @throws NoSuchFileException if the folder has no such files
     */
    public static AaltoFolder open(Path folder, int participantsMax) throws IOException {
        for (Path place : List.of(folder, folder.resolve(SAMPLES))) {
            if (!Files.isDirectory(place)) {
                continue;
            }
            try (Stream<Path> entries = Files.list(place)) {
                List<Path> files = entries.filter(
                                file -> file.getFileName().toString().endsWith(AaltoReader.SUFFIX))
                        .sorted()
                        .limit(participantsMax)
                        .toList();
                if (!files.isEmpty()) {
                    return new AaltoFolder(files);
                }
            }
        }
        throw new NoSuchFileException(
                folder.toString(), null, "no *" + AaltoReader.SUFFIX + " in it or in its " + SAMPLES);
    }

    @Override
    public String name() {
        return "aalto";
    }

    @Override
    public int people() {
        return files.size();
    }

    @Override
    public String nameOf(int person) {
        return AaltoReader.nameOf(files.get(person));
    }

    @Override
    public Recording read(int person) throws IOException {
        AaltoReader.Result result = AaltoReader.read(files.get(person));
        synchronized (this) {
            counts = counts.plus(result.counts());
        }
        return result.recording();
    }

    /** Returns what was met in the files read so far. */
    public synchronized ReadCounts counts() {
        return counts;
    }

    /** Reads all of them. */
    public List<Recording> readAll() throws IOException {
        List<Recording> all = new ArrayList<>(files.size());
        for (int i = 0; i < files.size(); i++) {
            all.add(read(i));
        }
        return all;
    }
}
