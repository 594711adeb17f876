package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.database.GatewaySchema;
import dev.mindfulcode.dataprotection.DatabaseScrub;
import dev.mindfulcode.dataprotection.Erasures.Outcome;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The role of the services that deploy/postgres/primary.sh creates, in a database of the shared server. */
class DatabaseRoleTest {

    private static final String NAME = "owned_by_services";
    private static final String PASSWORD = "only-for-tests";

    /** Statements about the server as a whole or about other roles, which the shared server has no use for. */
    private static final Pattern OTHER = Pattern.compile("replica|registry|DATABASE postgres");

    private static DataSource operator;
    private static DataSource services;

    @BeforeAll
    static void createRole() throws Exception {
        String url = SharedSystem.get().databaseUrl();
        operator = PostgresUrl.parse(url).dataSource();
        execute(operator, "CREATE DATABASE " + NAME);
        DataSource created = PostgresUrl.parse(database(url)).dataSource();
        for (String statement : statements()) {
            if (!OTHER.matcher(statement).find()) {
                execute(created, statement.replace("mindful", NAME).replace(":'services'", "'" + PASSWORD + "'"));
            }
        }
        services = PostgresUrl.parse(database(url).replaceFirst("//[^@]*@", "//" + NAME + ":" + PASSWORD + "@"))
                .dataSource();
    }

    @AfterAll
    static void dropRole() throws SQLException {
        execute(operator, "DROP DATABASE IF EXISTS " + NAME + " WITH (FORCE)");
        execute(operator, "DROP ROLE IF EXISTS " + NAME);
    }

    private static String database(String url) {
        return url.replaceFirst("/[^/?]*(\\?|$)", "/" + NAME + "$1");
    }

    /** Returns the statements that the script passes to psql. */
    private static List<String> statements() throws Exception {
        String script = Files.readString(ModuleTable.PROJECT.resolve("deploy/postgres/primary.sh"));
        Matcher sql = Pattern.compile("(?s)<<'SQL'\n(.*)\nSQL\n").matcher(script);
        assertThat(sql.find()).isTrue();
        return Arrays.stream(sql.group(1).replaceAll("(?m)^--.*\n", "").split(";", -1))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    @Test
    void migratesAndScrubsWithoutASuperuser() throws Exception {
        GatewaySchema.migrate(services);
        PostgresUserKeys.migrate(services);
        ReadModel.migrate(services, List.of());
        DatabaseScrub scrub = new DatabaseScrub(services, List.of());

        AtomicReference<Outcome> outcome = new AtomicReference<>();
        Eventually.holds("no older transaction runs", () -> {
            outcome.set(scrub.run());
            return outcome.get() != null;
        });
        assertThat(String.valueOf(outcome.get()))
                .as("nothing is left to the operator but settings of the server")
                .doesNotContain("VACUUM", "CHECKPOINT", "pg_switch_wal");
    }

    @Test
    void mayNotDoWhatServicesHaveNoNeedOf() throws SQLException {
        assertThat(text(
                        services,
                        "SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls"
                                + " FROM pg_roles WHERE rolname = current_user"))
                .isEqualTo("f");
        for (String statement : List.of(
                "CREATE ROLE another",
                "CREATE DATABASE another",
                "SELECT rolpassword FROM pg_authid",
                "ALTER SYSTEM SET archive_mode = off",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                "SELECT pg_read_file('postgresql.conf')")) {
            assertThatThrownBy(() -> execute(services, statement))
                    .as(statement)
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("42501"));
        }
    }

    private static void execute(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(DataSource database, String sql) throws SQLException {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
