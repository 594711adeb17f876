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
 * {@code mindful evaluate FOLDER… [--out DIR]}: runs the frozen protocol on what lies in the folders and writes
 * evaluation.md.
 */
@Command(
        name = "evaluate",
        mixinStandardHelpOptions = true,
        description =
                "Judges the models on labelled data with people held out, and writes evaluation.md with its charts.",
        footer =
                "Exit 0 when all that was asked for was judged; 2 when a dataset of the default folder is missing; 1 when nothing could be.")
public final class EvaluateCommand implements Callable<Integer> {
    static final Path DEFAULT_FOLDER = Path.of("..", "shared", "data");
    private static final int INCOMPLETE = 2;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Parameters(
            arity = "0..*",
            paramLabel = "FOLDER",
            description = "Folders of datasets, or of folders of them; default: ../shared/data")
    private List<Path> folders = List.of();

    @Option(names = "--out", defaultValue = "evaluation", description = "Where the report goes (default: evaluation)")
    private Path out = Path.of("evaluation");

    @Override
    public Integer call() {
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter console = spec.commandLine().getOut();
        try {
            Datasets data = Datasets.find(folders.isEmpty() ? List.of(DEFAULT_FOLDER) : folders);
            if (data.isEmpty()) {
                err.println("Nothing to judge in the folders given. Expected " + Datasets.EXPECTED + ".");
                return 1;
            }
            Path report = new EvaluationReport(new Protocol(), console).write(data, out);
            console.println("Written: " + report);
            if (!data.missing().isEmpty()) {
                err.println("Not judged, as nothing was given for it: " + String.join("; ", data.missing()) + ".");
                // Whoever names folders asks for those only.
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
