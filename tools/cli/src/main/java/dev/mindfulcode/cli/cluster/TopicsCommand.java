package dev.mindfulcode.cli.cluster;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.schemas.TopicDifference;
import dev.mindfulcode.schemas.TopicLayout;
import dev.mindfulcode.schemas.TopicSetup;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code mindful topics}: creates the catalogue's topics on a cluster and corrects their settings. */
@Command(
        name = "topics",
        mixinStandardHelpOptions = true,
        description = {
            "Creates the topics that are missing on a Kafka cluster, and corrects their settings. Repeating it is"
                    + " harmless. Partitions and replicas of existing topics do not change; differences are printed.",
            "Exit code 3: something differs that --dry-run did not, or the command cannot, correct."
        })
public final class TopicsCommand extends CliCommand implements Callable<Integer> {

    private static final int PARTITIONS_DEFAULT = 12;

    @Mixin
    private ClusterOptions cluster = new ClusterOptions();

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "Of each topic but compacted ones, which have one. Default: as existing topics, or "
                    + PARTITIONS_DEFAULT + ".")
    private @Nullable Integer partitions;

    @Option(
            names = "--replication",
            paramLabel = "N",
            defaultValue = "3",
            description = "Copies of each partition, at most the number of brokers. Default: ${DEFAULT-VALUE}")
    private int replication = 3;

    @Option(
            names = "--min-in-sync",
            paramLabel = "N",
            description = "Copies that must have a record before a write succeeds. Default: one less than copies.")
    private @Nullable Integer minInSync;

    @Option(names = "--dry-run", description = "Print the differences and change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() {
        return cluster.call(this::run);
    }

    private int run(Admin admin) {
        PrintWriter out = out();
        TopicSetup setup = new TopicSetup(admin);
        TopicLayout layout = layout(setup);
        List<TopicDifference> differences = setup.differences(layout);
        if (dryRun) {
            return Differences.report(out, "Topics", differences);
        }
        setup.correct(layout, differences);
        List<TopicDifference> remaining = differences.stream()
                .filter(difference -> !difference.isCorrectable())
                .toList();
        differences.stream()
                .filter(TopicDifference::isCorrectable)
                .forEach(difference -> out.println("Corrected: " + difference));
        remaining.forEach(difference -> out.println("Differs: " + difference));
        out.println(
                "Topics: " + (differences.size() - remaining.size()) + " corrected, " + remaining.size() + " differ.");
        out.flush();
        return remaining.isEmpty() ? ExitCode.OK : Differences.EXIT_DIFFERENT;
    }

    private TopicLayout layout(TopicSetup setup) {
        try {
            int count = partitions == null ? setup.partitions().orElse(PARTITIONS_DEFAULT) : partitions;
            return minInSync == null
                    ? TopicLayout.of(count, replication)
                    : new TopicLayout(count, replication, minInSync);
        } catch (IllegalArgumentException e) {
            throw invalid(String.valueOf(e.getMessage()));
        }
    }
}
