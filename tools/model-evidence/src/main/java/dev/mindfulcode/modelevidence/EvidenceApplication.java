package dev.mindfulcode.modelevidence;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Training and evaluation without the rest of the system; {@code ./mindful} offers the same commands. */
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
