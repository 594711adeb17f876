package dev.mindfulcode.cli.projections;

import dev.mindfulcode.cli.ProgressBar;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A build as it is watched on a terminal. */
public final class BuildProgress {

    private BuildProgress() {}

    /**
     * Shows how far a build is until it is in use, refused or gone; returns what it came to, or null where it is gone.
     */
    public static @Nullable JsonNode watch(ProjectionApi api, String projection, int number, PrintWriter out) {
        AtomicReference<@Nullable JsonNode> last = new AtomicReference<>();
        double[] shown = new double[1];
        try (ProgressBar progress =
                new ProgressBar(out, ProgressBar.isTerminal(), 1.0, () -> projection + " " + detail(last.get()))) {
            api.watch(builds -> {
                JsonNode build = find(builds, projection, number);
                last.set(build);
                if (build == null) {
                    return true;
                }
                boolean isOver = !build.path("state").asString().equals("building");
                double total = build.path("records_total").asDouble();
                double share =
                        isOver ? 1 : total == 0 ? 0 : build.path("records").asDouble() / total;
                progress.advance(share - shown[0]);
                shown[0] = share;
                return isOver;
            });
        }
        return last.get();
    }

    private static @Nullable JsonNode find(List<JsonNode> builds, String projection, int number) {
        return builds.stream()
                .filter(build -> build.path("projection").asString().equals(projection)
                        && build.path("build").asInt() == number)
                .findFirst()
                .orElse(null);
    }

    private static String detail(@Nullable JsonNode build) {
        if (build == null) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "%s, %,d of %,d records, %,d/s%s",
                build.path("phase").asString(),
                build.path("records").asLong(),
                build.path("records_total").asLong(),
                build.path("records_per_second").asLong(),
                build.has("seconds_left") ? ", " + build.path("seconds_left").asLong() + " s left" : "");
    }
}
