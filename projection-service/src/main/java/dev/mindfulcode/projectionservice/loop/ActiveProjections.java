package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The folds of the tables in use. A cut-over to another version locks the offsets of the projection's topics; a loop
 * that advances one of them afterwards finds the new version, writes nothing and continues with the other fold.
 */
final class ActiveProjections implements FoldSet {

    private static final String VERSIONS = """
            SELECT projection, version FROM {projection_builds}
            WHERE state = 'in_use' AND projection = ANY (?::text[])
            """;

    private final Tables tables;
    private final List<Projection> declared;
    private final String versions;
    private final Object[] names;
    private Map<String, Integer> loaded = Map.of();
    private Map<Projection, Supplier<Fold>> folds = Map.of();

    /** @param declared in all their versions */
    ActiveProjections(Tables tables, List<Projection> declared) {
        this.tables = tables;
        this.declared = declared;
        versions = tables.qualify(VERSIONS);
        names = declared.stream().map(Projection::name).distinct().toArray();
    }

    @Override
    public void load(Connection connection) throws SQLException {
        Map<String, Integer> now = read(connection);
        Map<Projection, Supplier<Fold>> bound = new LinkedHashMap<>();
        for (Projection projection : declared) {
            if (Integer.valueOf(projection.version()).equals(now.get(projection.name()))) {
                bound.put(projection, projection.binding().to(tables));
            }
        }
        if (bound.size() < names.length) {
            throw new IllegalStateException("The read model has projection versions " + now + ", but this release has "
                    + declared + "; start a release that has both, and rebuild");
        }
        loaded = now;
        folds = bound;
    }

    @Override
    public Map<Projection, Fold> begin() {
        return FoldSet.fresh(folds);
    }

    @Override
    public void check(Connection connection) throws SQLException, FencedException {
        if (!read(connection).equals(loaded)) {
            throw new FencedException("a projection was cut over to another version");
        }
    }

    private Map<String, Integer> read(Connection connection) throws SQLException {
        Map<String, Integer> now = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(versions)) {
            statement.setArray(1, connection.createArrayOf("text", names));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    now.put(results.getString(1), results.getInt(2));
                }
            }
        }
        return now;
    }
}
