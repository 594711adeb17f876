package dev.mindfulcode.modelevidence;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code mindful evaluate FOLDER… [--out DIR]}: runs the frozen protocol on the datasets in the folders and writes
 * evaluation.md.
 */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description = "Evaluate the models on labelled data with people held out, and write evaluation.md with charts.",
        footer = "Exit 0: complete; 2: a dataset of the default folder is missing; 1: no data.")
public final class EvaluateCommand implements Callable<Integer> {
    static final Path DEFAULT_FOLDER = Path.of("..", "shared", "data");
    private static final int INCOMPLETE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FOLDER",
            description = "Folders with datasets, or with folders of them (default: ../shared/data)")
    private List<Path> folders = List.of();

    @Option(names = "--out", defaultValue = "evaluation", description = "Output folder (default: evaluation)")
    private Path out = Path.of("evaluation");

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter console = spec.commandLine().getOut();
        try {
            Datasets data = Datasets.find(folders.isEmpty() ? List.of(DEFAULT_FOLDER) : folders);
            if (data.isEmpty()) {
                err.println("No data in the folders. Expected " + Datasets.EXPECTED + ".");
                return 1;
            }
            Path report = new EvaluationReport(new Protocol(), console).write(data, out);
            console.println("Written: " + report);
            if (!data.missing().isEmpty()) {
                err.println("Not evaluated, as the data are missing: " + String.join("; ", data.missing()) + ".");
                // Named folders need not be complete.
                return folders.isEmpty() ? INCOMPLETE : 0;
            }
            return 0;
        } catch (IOException | java.io.UncheckedIOException e) {
            err.println("Cannot evaluate: " + e.getMessage());
            return 1;
        }
    }

    static void writeInto(Path folder, String name, String text) throws IOException {
        Files.createDirectories(folder);
        Files.writeString(folder.resolve(name), text);
    }
}
