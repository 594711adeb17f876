package dev.mindfulcode.projectionservice.readmodel;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The schema of the read model. This service owns it; the gateway reads it. */
public final class ReadModel {

    public static final String SCHEMA = "readmodel";

    /** The tables in use. */
    public static final Tables TABLES = new Tables(SCHEMA);

    private static final String MIGRATIONS = "classpath:dev/mindfulcode/projectionservice/readmodel/migration";

    private ReadModel() {}

    /** Migrates the schema and creates missing tables of projections. Several instances may do so concurrently. */
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
