package dev.mindfulcode.apigateway.database;

import dev.mindfulcode.identity.IdentitySchema;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The database schema {@code gateway}: session ids and their owners, outbox, plugins, alerts. */
public final class GatewaySchema {

    private static final String SCHEMA = "gateway";

    private GatewaySchema() {}

    /**
     * Creates or updates the schema, and the schema {@code identity} that it references; several gateways may call this
     * at the same time.
     */
    public static void migrate(DataSource dataSource) {
        IdentitySchema.migrate(dataSource);
        Flyway.configure(GatewaySchema.class.getClassLoader())
                .dataSource(dataSource)
                .schemas(SCHEMA)
                .defaultSchema(SCHEMA)
                .locations("classpath:dev/mindfulcode/apigateway/database/migration")
                .load()
                .migrate();
    }
}
