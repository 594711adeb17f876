package dev.mindfulcode.dataprotection;

import com.zaxxer.hikari.HikariConfig;
import dev.mindfulcode.schemas.RequiredSetting;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The address of a Postgres database, as DATABASE_URL has it ({@code postgresql://user:password@host:port/database})
 * and as drivers need it. Its text leaves the password out.
 */
public final class PostgresUrl {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(1);

    private static final String FORM = "postgresql://user:password@host:5432/database";

    private final URI uri;

    private PostgresUrl(URI uri) {
        this.uri = uri;
    }

    /**
     * Reads the value of DATABASE_URL.
     *
     * @throws IllegalArgumentException if it is missing or not such a URL; the message does not repeat the value, which
     *     holds a password
     */
    public static PostgresUrl parse(@Nullable String text) {
        return parse("DATABASE_URL", text);
    }

    /**
     * Reads the value of a variable of the same form.
     *
     * @throws IllegalArgumentException as {@link #parse(String)}
     */
    public static PostgresUrl parse(String variable, @Nullable String text) {
        String url = RequiredSetting.of(variable, text, FORM);
        URI uri;
        try {
            uri = URI.create(url);
        } catch (IllegalArgumentException e) {
            throw invalid(variable);
        }
        String scheme = uri.getScheme();
        if (uri.getHost() == null
                || uri.getUserInfo() == null
                || uri.getPath() == null
                || uri.getPath().length() < 2
                || !("postgresql".equals(scheme) || "postgres".equals(scheme))) {
            throw invalid(variable);
        }
        return new PostgresUrl(uri);
    }

    public String jdbcUrl() {
        String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
        String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        return "jdbc:postgresql://" + uri.getHost() + port + uri.getRawPath() + query;
    }

    public String r2dbcUrl() {
        return "r2dbc:postgresql:" + uri.getRawSchemeSpecificPart();
    }

    public String user() {
        return decoded(0);
    }

    public @Nullable String password() {
        return uri.getRawUserInfo().indexOf(':') < 0 ? null : decoded(1);
    }

    /**
     * Returns the configuration of a connection pool that opens connections on demand and whose exceptions quote no
     * rows.
     *
     * @param name of the pool; its connections are named {@code mindful-<name>}
     * @param queryTimeout a slower answer ends its connection; at least a second
     */
    public HikariConfig pool(String name, int connectionsMax, Duration queryTimeout) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(jdbcUrl());
        config.setUsername(user());
        config.setPassword(password());
        config.setMaximumPoolSize(connectionsMax);
        config.setMinimumIdle(0);
        config.setIdleTimeout(IDLE_TIMEOUT.toMillis());
        config.setConnectionTimeout(CONNECT_TIMEOUT.toMillis());
        config.setInitializationFailTimeout(-1);
        config.addDataSourceProperty("socketTimeout", queryTimeout.toSeconds());
        config.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT.toSeconds());
        config.addDataSourceProperty("logServerErrorDetail", false);
        config.addDataSourceProperty("ApplicationName", "mindful-" + name);
        return config;
    }

    /** Returns a data source that opens a connection for each call. */
    public DataSource dataSource() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl());
        source.setUser(user());
        source.setPassword(password());
        return source;
    }

    @Override
    public String toString() {
        return jdbcUrl();
    }

    private String decoded(int part) {
        return URLDecoder.decode(uri.getRawUserInfo().split(":", 2)[part].replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static IllegalArgumentException invalid(String variable) {
        return new IllegalArgumentException(
                variable + " has another form than " + FORM + "; its value is not shown, for it holds a password");
    }
}
