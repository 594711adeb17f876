package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The folds that write a set of tables. Not thread-safe. */
interface FoldSet {

    /** Loads the folds, before the first transaction and after each {@link FencedException}. */
    void load(Connection connection) throws SQLException;

    /** Returns a new fold of each projection. */
    Map<Projection, Fold> begin();

    /**
     * Checks, in the writing transaction, that these are still the folds of the tables.
     *
     * @throws FencedException if they are not
     */
    void check(Connection connection) throws SQLException, FencedException;

    /** Returns the folds of tables that have no other writer and do not change their version. */
    static FoldSet fixed(Tables tables, List<Projection> projections) {
        Map<Projection, Supplier<Fold>> folds = new LinkedHashMap<>();
        projections.forEach(
                projection -> folds.put(projection, projection.binding().to(tables)));
        return new FoldSet() {
            @Override
            public void load(Connection connection) {}

            @Override
            public Map<Projection, Fold> begin() {
                return fresh(folds);
            }

            @Override
            public void check(Connection connection) {}
        };
    }

    static Map<Projection, Fold> fresh(Map<Projection, Supplier<Fold>> folds) {
        Map<Projection, Fold> begun = new LinkedHashMap<>();
        folds.forEach((projection, fold) -> begun.put(projection, fold.get()));
        return begun;
    }
}
