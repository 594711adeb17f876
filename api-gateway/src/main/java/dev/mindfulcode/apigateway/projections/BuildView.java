package dev.mindfulcode.apigateway.projections;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A build of a projection in the API.
 *
 * @param version of its fold; null before it starts
 * @param records records read, of {@code recordsTotal}
 * @param secondsLeft null if unknown
 * @param rows estimate
 * @param lag records not applied: of the log for the build in use, of the build in use for the others; null if unknown
 * @param report result of the comparison, as JSON
 */
record BuildView(
        String projection,
        int build,
        @Nullable Integer version,
        String state,
        String phase,
        int sharePercent,
        long records,
        long recordsTotal,
        long recordsPerSecond,
        @Nullable Long secondsLeft,
        long rows,
        long bytes,
        @Nullable Long lag,
        @JsonRawValue @Nullable String report,
        Instant orderedAt,
        Instant changedAt) {

    boolean isInUse() {
        return state.equals("in_use");
    }

    BuildView withLag(@Nullable Long records) {
        return new BuildView(
                projection,
                build,
                version,
                state,
                phase,
                sharePercent,
                this.records,
                recordsTotal,
                recordsPerSecond,
                secondsLeft,
                rows,
                bytes,
                records,
                report,
                orderedAt,
                changedAt);
    }

    record All(List<BuildView> builds) {}
}
