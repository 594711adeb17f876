package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.Thresholds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Flow of real typing: what the product would show of people whom the engine was not fitted to. */
class KeyStreamTest {
    private static final long FOUR_MINUTES_MS = 4 * 60_000;
    private static final FlowModel MODEL = FlowModel.builtIn();

    /** With the thresholds of a population without the trace, as the built-in ones are fitted to it. */
    @Test
    void eachEditingTraceIsInFlowForATwentiethToSixTenths() throws IOException {
        List<KeyStream> transcription = transcription();
        for (KeyStream trace : traces()) {
            List<KeyStream> others = new ArrayList<>(traces());
            others.removeIf(other -> other.name().equals(trace.name()));
            Thresholds ofOthers =
                    PopulationRange.of(MODEL, others, transcription).thresholds();
            KeyStream.Flow flow = trace.flow(ModelArtefact.withThresholds(MODEL, ofOthers), 0.5f);
            System.out.printf(
                    "%s: %.3f of %.1f h, %d periods; with the built-in thresholds %.3f%n",
                    trace.name(),
                    flow.share(),
                    flow.activeMs() / 3_600_000.0,
                    flow.periods(),
                    trace.flow(MODEL, 0.5f).share());
            assertThat(flow.share()).as(trace.name()).isBetween(0.05, 0.60);
        }
    }

    @Test
    void nobodyIsInFlowWhoCopiesForFourMinutes() throws IOException {
        int people = 0;
        for (KeyStream person : transcription()) {
            KeyStream first = person.until(FOUR_MINUTES_MS);
            assertThat(first.flow(MODEL, 1).periods()).as(person.name()).isZero();
            people++;
        }
        assertThat(people).isGreaterThan(50);
    }

    /** The thresholds of the built-in model are those that {@code ./mindful priors} computes. */
    @Test
    void thresholdsAreThoseOfThePopulation() throws IOException {
        Thresholds fitted = PopulationRange.of(MODEL, traces(), transcription()).thresholds();
        assertThat(MODEL.thresholds().enterAtZero()).isCloseTo(fitted.enterAtZero(), within(1e-4f));
        assertThat(MODEL.thresholds().enterAtOne()).isCloseTo(fitted.enterAtOne(), within(1e-4f));
        assertThat(MODEL.thresholds().hysteresis()).isCloseTo(fitted.hysteresis(), within(1e-4f));
    }

    private static List<KeyStream> traces() throws IOException {
        return KeyStream.traces(List.of(data("editing_traces")));
    }

    private static List<KeyStream> transcription() throws IOException {
        List<KeyStream> people = new ArrayList<>();
        for (Path file : AaltoTyping.files(data("aalto136m"))) {
            people.add(KeyStream.of(AaltoTyping.read(file)));
        }
        return people;
    }

    private static Path data(String name) {
        String given = System.getenv("MINDFUL_DATA");
        Path folder = (given == null ? Path.of("..", "..", "..", "shared", "data") : Path.of(given)).resolve(name);
        assumeTrue(Files.isDirectory(folder), "not run: " + name + " is missing in MINDFUL_DATA");
        return folder;
    }
}
