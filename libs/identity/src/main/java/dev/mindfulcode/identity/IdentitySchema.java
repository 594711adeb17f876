package dev.mindfulcode.identity;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The database schema {@code identity}: accounts, credentials, teams and memberships. */
public final class IdentitySchema {

    private static final String SCHEMA = "identity";

    private IdentitySchema() {}

    /** Creates or updates the schema; several processes may call this at the same time. */
    public static void migrate(DataSource dataSource) {
        Flyway.configure(IdentitySchema.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .locations("classpath:dev/mindfulcode/identity/migration")
                .load()
                .migrate();
    }
}
