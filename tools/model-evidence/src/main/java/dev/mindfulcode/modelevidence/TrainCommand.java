package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelProperties;
import dev.mindfulcode.flowengine.Thresholds;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mindful train FOLDER… --out DIR}: trains each {@link Candidate} on all ABB developers. */
@Command(
        name = "train",
        mixinStandardHelpOptions = true,
        description = "Train the models on ABB logs. Same data, seed and version: same bytes.")
public final class TrainCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FOLDER",
            description = "Folders with BlazeData_Dev_*.csv.gz, and with keystroke streams for the thresholds;"
                    + " default: ../shared/data")
    private List<Path> folders = List.of();

    @Option(names = "--out", defaultValue = ".", description = "Output folder (default: .)")
    private Path out = Path.of(".");

    @Option(names = "--seed", defaultValue = "1", description = "Seed for initial weights and batches (default: 1)")
    private long seed = 1;

    @Option(names = "--version-number", defaultValue = "2", description = "Number in the models' ids (default: 2)")
    private int version = ShippedModels.VERSION;

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter console = spec.commandLine().getOut();
        try {
            Datasets data = Datasets.find(folders.isEmpty() ? List.of(EvaluateCommand.DEFAULT_FOLDER) : folders);
            if (data.abb().isEmpty()) {
                err.println("No training data: none of the folders contains BlazeData_Dev_*.csv.gz.");
                return 1;
            }
            List<Example> examples = data.abbExamples();
            if (Tasks.people(examples) < 3) {
                err.println(
                        "Too few developers: training needs labelled instants of at least three, to hold some out.");
                return 1;
            }
            List<KeyStream> traces = KeyStream.traces(data.traces());
            List<KeyStream> typists = data.typists();
            if (traces.isEmpty() || typists.isEmpty()) {
                err.println("No editing traces, or no Aalto sample next to them: thresholds are shares of the training"
                        + " instants, which are commands.");
            }
            Files.createDirectories(out);
            TreeSet<String> people = new TreeSet<>();
            examples.forEach(example -> people.add(example.person()));
            Files.writeString(out.resolve(ShippedModels.PEOPLE), String.join("\n", people) + "\n");
            for (Candidate candidate : Candidate.values()) {
                String id = candidate.id(version);
                FlowModel model = new Trainer(candidate.kind, candidate.inputs, seed).train(id, examples);
                if (!traces.isEmpty() && !typists.isEmpty()) {
                    model = ModelArtefact.withThresholds(
                            model, PopulationRange.of(model, traces, typists).thresholds());
                }
                byte[] artefact = ModelArtefact.encode(model);
                Path file = Files.write(out.resolve(id + ShippedModels.SUFFIX), artefact);
                Files.writeString(out.resolve(id + ".properties"), ModelProperties.format(model));
                Thresholds thresholds = model.thresholds();
                console.printf(
                        Locale.ROOT,
                        "%s: %,d instants of %d developers, %d bytes, flow begins at %.3f to %.3f by sensitivity: %s%n",
                        id,
                        examples.size(),
                        people.size(),
                        artefact.length,
                        thresholds.enterAtOne(),
                        thresholds.enterAtZero(),
                        file);
            }
            return 0;
        } catch (IOException | java.io.UncheckedIOException e) {
            err.println("Cannot train: " + e.getMessage());
            return 1;
        }
    }
}
