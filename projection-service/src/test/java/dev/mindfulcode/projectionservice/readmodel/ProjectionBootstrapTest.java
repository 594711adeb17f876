package dev.mindfulcode.projectionservice.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.projectionservice.Projections;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ReadModelDatabase;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ProjectionBootstrapTest {

    /** All that Postgres knows of a schema's tables, without their order. */
    private static final String SHAPE = """
            SELECT c.relname::text, 'column', a.attname::text, format_type(a.atttypid, a.atttypmod),
                   a.attnotnull::text || a.attgenerated::text, coalesce(pg_get_expr(d.adbin, d.adrelid), '')
            FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
            WHERE c.relnamespace = '%1$s'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
                AND c.relname = ANY ('{%2$s}')
            UNION ALL
            SELECT tablename, 'index', indexname, replace(indexdef, '%1$s.', ''), '', ''
            FROM pg_indexes WHERE schemaname = '%1$s' AND tablename = ANY ('{%2$s}')
            UNION ALL
            SELECT c.relname, 'constraint', k.conname, pg_get_constraintdef(k.oid), coalesce(c.reloptions::text, ''), ''
            FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
            WHERE c.relnamespace = '%1$s'::regnamespace AND k.contype <> 'n' AND c.relname = ANY ('{%2$s}')
            ORDER BY 1, 2, 3, 4
            """;

    private final ReadModelDatabase database = new ReadModelDatabase();

    static List<Projection> projections() {
        return Projections.ALL;
    }

    @ParameterizedTest
    @MethodSource("projections")
    void whatIsDeclaredIsWhatMigrationsMade(Projection projection) throws Exception {
        try (Connection connection = database.source().getConnection()) {
            connection.setAutoCommit(false);
            connection.createStatement().execute("CREATE SCHEMA declared");
            ProjectionBootstrap.create(connection, projection, new Tables("declared"));
            connection.commit();
        }
        String tables = String.join(",", projection.tables());
        List<String> declared = database.rows(SHAPE.formatted("declared", tables));
        assertThat(declared).hasSizeGreaterThan(5);
        assertThat(declared).isEqualTo(database.rows(SHAPE.formatted("readmodel", tables)));
    }

    @Test
    void createsTablesForUnreadTopics() throws Exception {
        make(heard(1));
        make(heard(1));
        assertThat(database.rows("SELECT * FROM readmodel.heard")).isEmpty();
        assertThat(builds()).containsExactly("(1,1,in_use,{heard})");
    }

    @Test
    void ordersRebuildForTopicsAlreadyRead() throws Exception {
        database.execute("INSERT INTO readmodel.projection_offsets VALUES ('sessions', 3, 17)");
        make(heard(1));
        make(heard(1));
        assertThat(builds()).containsExactly("(0,1,in_use,{heard})", "(1,,building,)");
    }

    @Test
    void createsEmptyReadModelInLatestVersion() throws Exception {
        make(heard(1));
        make(heard(2));
        assertThat(builds()).containsExactly("(1,2,in_use,{heard})");
        database.execute("INSERT INTO readmodel.projection_offsets VALUES ('sessions', 3, 17)");
        make(heard(3));
        assertThat(builds()).as("not one that holds something").containsExactly("(1,2,in_use,{heard})");
    }

    private void make(Projection projection) {
        new ProjectionBootstrap(database.source()).createMissing(List.of(projection));
    }

    private List<String> builds() throws Exception {
        return database.rows("SELECT build, version, state, tables FROM readmodel.projection_builds"
                + " WHERE projection = 'heard' ORDER BY build");
    }

    private static Projection heard(int version) {
        return new Projection(
                "heard", version, List.of(Topics.SESSIONS), "CREATE TABLE heard (n bigint)", tables -> () -> {
                    throw new AssertionError("nothing is folded here");
                });
    }
}
