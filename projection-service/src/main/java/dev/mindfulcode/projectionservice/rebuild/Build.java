package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A build of a projection: tables, and what fold made them.
 *
 * @param version null where it has not begun: the latest will be taken
 * @param tables their names; none where it has not begun
 */
record Build(String projection, int number, @Nullable Integer version, List<String> tables, Order order) {

    /**
     * What was ordered.
     *
     * @param isForced whether it is switched to whatever the comparison says
     * @param sharePercent how much of the time it may work
     */
    record Order(boolean isForced, int sharePercent) {}

    /** Where its tables are while it is not in use. */
    Tables stagingTables() {
        return new Tables(ReadModel.SCHEMA + "_" + projection + "_" + number);
    }

    @Override
    public String toString() {
        return projection + " build " + number;
    }
}
