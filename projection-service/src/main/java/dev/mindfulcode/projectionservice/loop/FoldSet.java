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

/** Which folds write a set of tables. Not thread-safe. */
interface FoldSet {

    /** Finds out; before the first transaction, and again after a fence. */
    void load(Connection connection) throws SQLException;

    /** Returns a fresh fold of each projection. */
    Map<Projection, Fold> begin();

    /**
     * Makes sure, in the transaction that is about to write, that these are still the folds of the tables.
     *
     * @throws FencedException where they are not
     */
    void check(Connection connection) throws SQLException, FencedException;

    /** Folds of tables that nobody else writes and nothing is switched to while they do. */
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
