package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A build of a projection: its tables and the version of its fold.
 *
 * @param version null before it starts; it then uses the latest
 * @param tables names; empty before it starts
 */
record Build(String projection, int number, @Nullable Integer version, List<String> tables, Order order) {

    /**
     * Options of the operator.
     *
     * @param isForced whether to cut over regardless of the comparison
     * @param sharePercent share of the time in which it may work
     */
    record Order(boolean isForced, int sharePercent) {}

    /** Returns its tables while it is not in use. */
    Tables stagingTables() {
        return new Tables(ReadModel.SCHEMA + "_" + projection + "_" + number);
    }

    @Override
    public String toString() {
        return projection + " build " + number;
    }
}
