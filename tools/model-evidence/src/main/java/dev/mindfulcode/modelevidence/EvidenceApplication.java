package dev.mindfulcode.modelevidence;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Runs training and evaluation without the rest of the system, with the same commands as {@code ./mindful}. */
@Command(
        name = "evidence",
        mixinStandardHelpOptions = true,
        subcommands = {EvaluateCommand.class, TrainCommand.class, PriorsCommand.class})
public final class EvidenceApplication {
    private EvidenceApplication() {}

    public static void main(String... args) {
        System.exit(new CommandLine(new EvidenceApplication()).execute(args));
    }
}
