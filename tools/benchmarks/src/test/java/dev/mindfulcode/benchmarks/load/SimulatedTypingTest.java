package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mindfulcode.benchmarks.aalto.AaltoFolder;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingFit;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.TypingStatistics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SimulatedTypingTest {

    private static final double TOLERANCE = 0.20;
    private static final double LOOSE_TOLERANCE = 0.60;
    private static final double CORRELATION_TOLERANCE = 0.06;
    private static final Set<String> LOOSE = Set.of(
            "burst, keystrokes: p5",
            "burst, keystrokes: p25",
            "deletions of a person, % of keystrokes: p5",
            "rollover of a person, % of keystrokes: p5",
            "rollover of a person, % of keystrokes: p25");
    private static final String CORRELATION = "lag-1 correlation of a person's log-intervals: median";

    private static final Row NONE = new Row(Double.NaN, "");

    private record Row(double measured, String whole) {}

    @Test
    void matchesMeasuredFiguresWithinTheTolerance() throws IOException {
        Map<String, Row> documented = documentedTable();
        Map<String, Double> simulated = TypingStatistics.of(FitCommand.simulated(TypingModel.committed()));
        assertThat(documented.keySet()).containsExactlyElementsOf(simulated.keySet());
        simulated.forEach((name, value) -> {
            double measured = documented.getOrDefault(name, NONE).measured();
            double allowed = name.equals(CORRELATION)
                    ? CORRELATION_TOLERANCE
                    : measured * (LOOSE.contains(name) ? LOOSE_TOLERANCE : TOLERANCE);
            assertThat(value).as(name).isCloseTo(measured, within(allowed));
        });
    }

    @Test
    void matchesTheFitToRealData() throws IOException {
        Optional<Path> folder = RepositoryFiles.aaltoSample();
        assumeTrue(folder.isPresent(), "not run: aalto136m is missing in MINDFUL_DATA");
        List<Recording> people =
                AaltoFolder.open(folder.orElseThrow(), Integer.MAX_VALUE).readAll();
        TypingModel model = TypingFit.fit(people);
        assertThat(model.text()).isEqualTo(TypingModel.committed().text());
        String table = FitCommand.table(
                TypingStatistics.of(people), TypingStatistics.of(FitCommand.simulated(TypingModel.committed())));
        assertThat(documentedTable().values().stream().map(Row::whole).toList())
                .containsExactlyElementsOf(
                        rows(table).values().stream().map(Row::whole).toList());
    }

    private static Map<String, Row> documentedTable() throws IOException {
        return rows(Files.readString(RepositoryFiles.inProject("docs/simulator.md")));
    }

    private static Map<String, Row> rows(String text) {
        Map<String, Row> rows = new LinkedHashMap<>();
        for (String line : text.lines().toList()) {
            String[] cells = line.split("\\|", -1);
            if (cells.length == 6 && !cells[1].isBlank() && cells[2].strip().matches("[-0-9.]*[0-9]")) {
                rows.put(cells[1].strip(), new Row(Double.parseDouble(cells[2].strip()), line.strip()));
            }
        }
        return rows;
    }
}
