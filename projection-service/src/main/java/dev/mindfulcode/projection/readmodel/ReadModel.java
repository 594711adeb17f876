package dev.mindfulcode.projection.readmodel;

import dev.mindfulcode.projection.fold.Tables;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The read model's schema: owned here, read by the gateway. */
public final class ReadModel {

    public static final String SCHEMA = "readmodel";

    /** The tables in use. */
    public static final Tables TABLES = new Tables(SCHEMA, "");

    private static final String MIGRATIONS = "classpath:dev/mindfulcode/projection/readmodel";

    private ReadModel() {}

    /** Brings the schema to this version. Several instances may do so at once: Flyway lets one go first. */
    public static void migrate(DataSource database) {
        Flyway.configure(ReadModel.class.getClassLoader())
                .dataSource(database)
                .schemas(SCHEMA)
                .createSchemas(true)
                .locations(MIGRATIONS)
                .load()
                .migrate();
    }
}
