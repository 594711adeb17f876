package dev.mindfulcode.cli.cluster;

import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.ExitCode;

/** Prints differences and decides exit codes, the same for each command that prepares a cluster. */
final class Differences {

    /** Something differs: in a dry run, or because the command cannot correct it. */
    static final int EXIT_DIFFERENT = 3;

    private Differences() {}

    /**
     * Prints the differences of a dry run.
     *
     * @return {@link #EXIT_DIFFERENT} if there are any
     */
    static int report(PrintWriter out, String subject, List<?> differences) {
        differences.forEach(out::println);
        out.println(
                differences.isEmpty()
                        ? subject + ": as this release needs them."
                        : subject + ": " + differences.size() + " differences; nothing was changed (--dry-run).");
        out.flush();
        return differences.isEmpty() ? ExitCode.OK : EXIT_DIFFERENT;
    }
}
