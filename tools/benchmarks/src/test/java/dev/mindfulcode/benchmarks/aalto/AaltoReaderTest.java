package dev.mindfulcode.benchmarks.aalto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mindfulcode.benchmarks.load.RepositoryFiles;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.schemas.KeyClass;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AaltoReaderTest {

    private static final String HEADER =
            "PARTICIPANT_ID\tTEST_SECTION_ID\tSENTENCE\tUSER_INPUT\tKEYSTROKE_ID\tPRESS_TIME\tRELEASE_TIME"
                    + "\tLETTER\tKEYCODE";

    @TempDir
    private Path folder;

    @Test
    void readsTimesAndClassesButNoCharacters() throws IOException {
        Recording read = read(
                        row(1_000, 1_090, "SHIFT", 16),
                        row(1_100, 1_180, "H", 72),
                        row(1_250, 1_300, " ", 32),
                        row(1_400, 1_450, "BKSP", 8),
                        row(1_500, 1_560, "!", 49),
                        row(1_600, 1_650, "7", 55))
                .recording();
        assertThat(read.name()).isEqualTo("42");
        assertThat(read.pressMs()).containsExactly(1_000, 1_100, 1_250, 1_400, 1_500, 1_600);
        assertThat(read.dwellsMs()).containsExactly(90, 80, 50, 50, 60, 50);
        assertThat(letters(read)).isEqualTo("OLSXYD");
    }

    @Test
    void sortsAndCountsRowsOutOfOrder() throws IOException {
        AaltoReader.Result result = read(
                row(1_000, 1_050, "a", 65),
                row(3_000, 3_050, "7", 55),
                row(2_000, 2_050, " ", 32),
                row(3_000, 3_050, "BKSP", 8));
        assertThat(result.recording().pressMs()).containsExactly(1_000, 2_000, 3_000, 3_000);
        assertThat(letters(result.recording())).isEqualTo("LSDX");
        assertThat(result.counts()).isEqualTo(new ReadCounts(4, 0, 1, 0));
    }

    @Test
    void skipsAndCountsMalformedRows() throws IOException {
        AaltoReader.Result result = read(
                row(1_000, 1_050, "a", 65),
                "",
                "42\t7\tonly four\tcolumns",
                "42\t7\tA.\tA.\t1\tsoon\t1050\ta\t65",
                "42\t7\tA.\tA.\t1\t-5\t1050\ta\t65",
                "42\t7\tA.\tA.\t1\t\t1050\ta\t65",
                "42\t7\tA.\tA.\t1\t1000\t1050\ta\t99999",
                "42\t7\tA.\tA.\t1\t1000\t1050\ta\t65\tone more",
                "42\t7\tA.\tA.\t1\t99999999999999999999\t1050\ta\t65",
                row(2_000, 2_050, "b", 66) + "\r");
        assertThat(result.recording().pressMs()).containsExactly(1_000, 2_000);
        assertThat(result.counts()).isEqualTo(new ReadCounts(9, 7, 0, 0));
    }

    @Test
    void correctsImpossibleDwells() throws IOException {
        AaltoReader.Result result = read(row(1_000, 900, "a", 65), row(2_000, 99_000, "b", 66));
        assertThat(result.recording().dwellsMs()).containsExactly(0, Recording.DWELL_MS_MAX);
        assertThat(result.counts()).isEqualTo(new ReadCounts(2, 0, 0, 2));
    }

    @Test
    void classifiesLettersWithControlAsShortcuts() throws IOException {
        AaltoReader.Result result = read(
                row(1_000, 1_900, "CTRL", 17),
                row(1_100, 1_150, "", 67),
                row(1_200, 1_250, "", 86),
                row(1_300, 1_350, "", 90),
                row(2_000, 2_050, "c", 67));
        assertThat(letters(result.recording())).isEqualTo("OCPUL");
    }

    @Test
    void distinguishesKeyCodesOfOldBrowsersFromCharacters() {
        assertThat(KeyClassTable.classOf(37, "ARW_LEFT", false)).isEqualTo(KeyClass.NAVIGATION);
        assertThat(KeyClassTable.classOf(37, "%", false)).isEqualTo(KeyClass.SYMBOL);
        assertThat(KeyClassTable.classOf(46, "DELETE", false)).isEqualTo(KeyClass.DELETE);
        assertThat(KeyClassTable.classOf(45, "INSERT", false)).isEqualTo(KeyClass.OTHER);
        assertThat(KeyClassTable.classOf(45, "-", false)).isEqualTo(KeyClass.SYMBOL);
        assertThat(KeyClassTable.classOf(32, "", false)).isEqualTo(KeyClass.SPACE);
        assertThat(KeyClassTable.classOf(0, "", false)).isEqualTo(KeyClass.OTHER);
        assertThat(KeyClassTable.classOf(229, "\u00e9", false)).isEqualTo(KeyClass.LETTER);
        assertThat(KeyClassTable.classOf(13, "", false)).isEqualTo(KeyClass.ENTER);
        assertThat(KeyClassTable.classOf(9, "", false)).isEqualTo(KeyClass.TAB);
    }

    @Test
    void refusesFoldersWithoutFiles() {
        assertThatThrownBy(() -> AaltoFolder.open(folder, 10))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("no *_keystrokes.txt");
    }

    @Test
    void readsTheRealSampleCompletely() throws IOException {
        Optional<Path> sample = RepositoryFiles.aaltoSample();
        assumeTrue(sample.isPresent(), "not run: aalto136m is missing in MINDFUL_DATA");
        AaltoFolder corpus = AaltoFolder.open(sample.orElseThrow(), Integer.MAX_VALUE);
        List<Recording> people = corpus.readAll();
        assertThat(people).hasSize(195);
        assertThat(people.stream().mapToInt(Recording::keystrokes).sum()).isEqualTo(144_197);
        assertThat(corpus.counts().rows()).isEqualTo(144_197);
        assertThat(corpus.counts().malformed()).isZero();
        assertThat(corpus.counts().outOfOrder()).isPositive();
    }

    private AaltoReader.Result read(String... rows) throws IOException {
        Path file = folder.resolve("42_keystrokes.txt");
        Files.writeString(file, HEADER + "\n" + String.join("\n", rows) + "\n", StandardCharsets.ISO_8859_1);
        return AaltoReader.read(file);
    }

    private static String row(long press, long release, String letter, int code) {
        return "42\t7\tA sentence.\tA sentnce.\t1\t" + press + "\t" + release + "\t" + letter + "\t" + code;
    }

    private static String letters(Recording recording) {
        StringBuilder letters = new StringBuilder();
        for (byte code : recording.keyClasses()) {
            KeyClass keyClass = KeyClass.ofCode(code);
            letters.append(keyClass == null ? '?' : keyClass.letter());
        }
        return letters.toString();
    }
}
