package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.aalto.AaltoFolder;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingFit;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.TypingStatistics;
import dev.mindfulcode.cli.CliCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Fits the simulator to a folder of Aalto files and prints the table of docs/simulator.md: measured and simulated
 * figures.
 */
@Command(
        name = "fit",
        mixinStandardHelpOptions = true,
        description = "Fit the simulator's typists to a folder of Aalto files; print measured and simulated figures.")
final class FitCommand extends CliCommand implements Callable<Integer> {

    /**
     * As many simulated keystrokes a person as the participants have on average, so that like is compared with like.
     */
    static final int KEYSTROKES_EACH = 740;

    static final int SIMULATED_PEOPLE = 1_000;
    static final long SEED = 20_260_101;

    @Parameters(paramLabel = "DIR", description = "Folder with *_keystrokes.txt, or with keystroke-samples in it.")
    private Path folder = Path.of(".");

    @Option(names = "--write", paramLabel = "FILE", description = "Write the fitted parameters to this file.")
    private @Nullable Path write;

    @Override
    public Integer call() throws IOException {
        PrintWriter out = out();
        List<Recording> people = AaltoFolder.open(folder, Integer.MAX_VALUE).readAll();
        TypingModel model = TypingFit.fit(people).rounded();
        if (write != null) {
            Files.writeString(write, model.text());
        }
        out.print(table(TypingStatistics.of(people), TypingStatistics.of(simulated(model))));
        out.flush();
        return 0;
    }

    static List<Recording> simulated(TypingModel model) {
        SimulatedCorpus corpus = new SimulatedCorpus(model, SEED, SIMULATED_PEOPLE, KEYSTROKES_EACH);
        List<Recording> people = new ArrayList<>(corpus.people());
        for (int person = 0; person < corpus.people(); person++) {
            people.add(corpus.read(person));
        }
        return people;
    }

    /** Returns a Markdown table. */
    static String table(Map<String, Double> measured, Map<String, Double> simulated) {
        StringBuilder table =
                new StringBuilder("| figure | measured | simulated | difference |\n| --- | ---: | ---: | ---: |\n");
        measured.forEach((name, value) -> {
            double made = simulated.getOrDefault(name, Double.NaN);
            table.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %+.0f %% |%n",
                    name,
                    figure(value),
                    figure(made),
                    100 * (made / value - 1)));
        });
        return table.toString();
    }

    private static String figure(double value) {
        return Math.abs(value) >= 100
                ? String.format(Locale.ROOT, "%.0f", value)
                : new BigDecimal(value).round(new MathContext(3)).toPlainString();
    }
}
