package dev.mindfulcode.dataprotection;

import com.zaxxer.hikari.HikariConfig;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * The database as DATABASE_URL names it ({@code postgresql://user:password@host:port/database}), in the forms that the
 * drivers want. Never printed with its password.
 */
public final class PostgresUrl {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(1);

    private final URI uri;

    private PostgresUrl(URI uri) {
        this.uri = uri;
    }

    /**
     * Reads a URL.
     *
     * @throws IllegalArgumentException where the text is no such URL; its message says what is expected, not what was
     *     given
     */
    public static PostgresUrl parse(String text) {
        URI uri;
        try {
            uri = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw invalid();
        }
        String scheme = uri.getScheme();
        if (uri.getHost() == null
                || uri.getUserInfo() == null
                || uri.getPath() == null
                || uri.getPath().length() < 2
                || !("postgresql".equals(scheme) || "postgres".equals(scheme))) {
            throw invalid();
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
     * Returns what a pool is made of that opens connections when they are wanted, and whose exceptions quote no rows. A
     * new connection costs the server a process, and both sides thousands of hashes.
     *
     * @param name of the pool, and after {@code mindful-} of its connections
     * @param answerMax an answer that takes longer ends its connection; at least a second
     */
    public HikariConfig pool(String name, int connectionsMax, Duration answerMax) {
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
        config.addDataSourceProperty("socketTimeout", answerMax.toSeconds());
        config.addDataSourceProperty("connectTimeout", CONNECT_TIMEOUT.toSeconds());
        config.addDataSourceProperty("logServerErrorDetail", false);
        config.addDataSourceProperty("ApplicationName", "mindful-" + name);
        return config;
    }

    /** Returns a source that opens a connection for each call. */
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

    private static IllegalArgumentException invalid() {
        return new IllegalArgumentException(
                "DATABASE_URL must look like postgresql://user:password@host:5432/database; what is set does not.");
    }
}
