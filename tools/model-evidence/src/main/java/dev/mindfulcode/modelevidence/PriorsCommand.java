package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.PopulationPrior;
import dev.mindfulcode.flowengine.Thresholds;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mindful priors FOLDER…}: computes the population prior from Aalto files and compares it with the engine's. */
@Command(
        name = "priors",
        mixinStandardHelpOptions = true,
        description = "Compute the population prior from Aalto files and print it next to the engine's constants.")
public final class PriorsCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FOLDER",
            description = "Folders with *_keystrokes.txt, or with folders of them (default: ../shared/data)")
    private List<Path> folders = List.of();

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        try {
            Datasets data = Datasets.find(folders.isEmpty() ? List.of(EvaluateCommand.DEFAULT_FOLDER) : folders);
            List<AaltoTyping> everybody = new ArrayList<>();
            for (Path folder : data.aalto()) {
                for (Path file : AaltoTyping.files(folder)) {
                    everybody.add(AaltoTyping.read(file));
                }
            }
            if (everybody.isEmpty()) {
                err.println("No data: none of the folders contains *" + AaltoTyping.SUFFIX + ".");
                return 1;
            }
            print(PriorFit.of(everybody), spec.commandLine().getOut());
            printThresholds(data.traces(), everybody, spec.commandLine().getOut());
            return 0;
        } catch (IOException | java.io.UncheckedIOException | IllegalArgumentException e) {
            err.println("Cannot fit: " + e.getMessage());
            return 1;
        }
    }

    private static void print(PriorFit fit, PrintWriter out) {
        out.printf(Locale.ROOT, "%d people, %,d intervals inside bursts%n%n", fit.people(), fit.intervals());
        out.println("| constant | fitted | the engine's |");
        out.println("| --- | ---: | ---: |");
        row(out, "MEDIAN_MS", "%.0f", fit.medianMs(), PopulationPrior.MEDIAN_MS);
        row(out, "LN_SCALE", "%.3f", fit.lnScale(), PopulationPrior.LN_SCALE);
        row(out, "CORRECTION_RATE", "%.4f", fit.correctionRate(), PopulationPrior.CORRECTION_RATE);
        out.printf(
                Locale.ROOT,
                "%nThe medians of people have a deviation of %.2f in ln. The sample's correction rate is %.4f; the"
                        + " constant is the geometric mean of that and %.3f, published for free composition.%n",
                fit.medianSpreadLn(),
                fit.sampleCorrectionRate(),
                PopulationPrior.COMPOSITION_CORRECTION_RATE);
        out.flush();
    }

    private static void printThresholds(List<Path> folders, List<AaltoTyping> everybody, PrintWriter out)
            throws IOException {
        List<KeyStream> traces = KeyStream.traces(folders);
        if (traces.isEmpty()) {
            out.println("\nNo editing traces: thresholds need editing_traces next to the Aalto sample.");
            return;
        }
        FlowModel model = FlowModel.builtIn();
        PopulationRange range = PopulationRange.of(
                model, traces, everybody.stream().map(KeyStream::of).toList());
        Thresholds thresholds = range.thresholds();
        out.printf(Locale.ROOT, "%nThresholds of %s by %d instants of typing:%n%n", model.id(), range.size());
        out.printf(Locale.ROOT, "    threshold.enter.sensitivity_0 = %s%n", thresholds.enterAtZero());
        out.printf(Locale.ROOT, "    threshold.enter.sensitivity_1 = %s%n", thresholds.enterAtOne());
        out.printf(Locale.ROOT, "    threshold.hysteresis = %s%n", thresholds.hysteresis());
        out.flush();
    }

    private static void row(PrintWriter out, String name, String format, double fitted, double engines) {
        out.printf(Locale.ROOT, "| %s | " + format + " | " + format + " |%n", name, fitted, engines);
    }
}
