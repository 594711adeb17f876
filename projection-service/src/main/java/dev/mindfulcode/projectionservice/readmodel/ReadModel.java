package dev.mindfulcode.projectionservice.readmodel;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The read model's schema: owned here, read by the gateway. */
public final class ReadModel {

    public static final String SCHEMA = "readmodel";

    /** The tables in use. */
    public static final Tables TABLES = new Tables(SCHEMA);

    private static final String MIGRATIONS = "classpath:dev/mindfulcode/projectionservice/readmodel";

    private ReadModel() {}

    /**
     * Brings the schema to this version, and makes tables for projections that have none. Several instances may do so
     * at once: one goes first.
     */
    public static void migrate(DataSource database, List<Projection> projections) {
        Flyway.configure(ReadModel.class.getClassLoader())
                .dataSource(database)
                .schemas(SCHEMA)
                .createSchemas(true)
                .locations(MIGRATIONS)
                .load()
                .migrate();
        new ProjectionBootstrap(database).createMissing(projections);
    }
}
