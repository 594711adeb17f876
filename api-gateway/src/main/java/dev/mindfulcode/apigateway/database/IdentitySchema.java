package dev.mindfulcode.apigateway.database;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The schema {@code identity}: accounts, tokens, session claims, outbox. */
public final class IdentitySchema {

    private static final String SCHEMA = "identity";

    private IdentitySchema() {}

    /** Brings the schema up to date; several gateways may do so at once. */
    public static void migrate(DataSource dataSource) {
        Flyway.configure(IdentitySchema.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .locations("classpath:dev/mindfulcode/apigateway/migration")
                .load()
                .migrate();
    }
}
