package dev.mindfulcode.apigateway.projections;

import com.fasterxml.jackson.annotation.JsonRawValue;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A build of a projection, as it is shown.
 *
 * @param version of its fold; null before it has begun
 * @param records offsets behind it, of {@code recordsTotal} when it was last looked
 * @param secondsLeft null where nothing can be said
 * @param rows about so many
 * @param lag records it has not applied: of the log for the one in use, of what the one in use has applied for the
 *     others; null where that cannot be said now
 * @param report what the comparison came to, as the projection service wrote it
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
