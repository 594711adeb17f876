package dev.mindfulcode.embeddedplatform;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.UUID;

/** Address and superuser of a Postgres server. Its text leaves the password out. */
record PostgresAddress(String host, int port, String user, String password) {

    private static final String WRONG_PASSWORD = "28P01";

    /** Returns {@code postgresql://user:password@host:port/database}. */
    String url(String database) {
        return "postgresql://" + user + ":" + password + "@" + host + ":" + port + "/" + database;
    }

    String jdbcUrl(String database) {
        return "jdbc:postgresql://" + host + ":" + port + "/" + database;
    }

    /** Creates an empty database of a random name and returns its URL. */
    String freshDatabase() {
        String name = "fresh_" + UUID.randomUUID().toString().replace("-", "");
        createDatabase(name);
        return url(name);
    }

    /** Creates a database unless it exists. */
    void createDatabase(String name) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet found = statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + name + "'")) {
                if (found.next()) {
                    return;
                }
            }
            statement.execute("CREATE DATABASE \"" + name + "\"");
        } catch (SQLException e) {
            if (WRONG_PASSWORD.equals(e.getSQLState())) {
                throw new PlatformException("The Postgres data has another password; restore the POSTGRES_PASSWORD of"
                        + " the first start on its folder");
            }
            throw new PlatformException("Postgres did not create the database " + name, e);
        }
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.put("user", user);
        properties.put("password", password);
        return DriverManager.getConnection(jdbcUrl("postgres"), properties);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
