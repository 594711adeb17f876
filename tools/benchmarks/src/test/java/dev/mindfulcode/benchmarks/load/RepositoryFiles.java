package dev.mindfulcode.benchmarks.load;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Finds documents of the project, and data sets next to it. */
public final class RepositoryFiles {

    private RepositoryFiles() {}

    /** Returns a file of the project by its path from the root. */
    public static Path inProject(String path) {
        return above(path).orElseThrow(() -> new AssertionError(path + " is not in the project"));
    }

    /** Returns the Aalto sample, if it exists. */
    public static Optional<Path> aaltoSample() {
        return above("shared/data/aalto136m");
    }

    private static Optional<Path> above(String path) {
        for (Path folder = Path.of("").toAbsolutePath(); folder != null; folder = folder.getParent()) {
            if (Files.exists(folder.resolve(path))) {
                return Optional.of(folder.resolve(path));
            }
        }
        return Optional.empty();
    }
}
