package dev.mindfulcode.identity;

import com.nimbusds.jose.jwk.ECKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import javax.sql.DataSource;

/** A database with the tables that credentials are verified against. */
final class IdentityDatabase {

    private static final String TABLES = """
        create schema identity;
        create table identity.revocations (
            grant_id uuid primary key, recorded_at timestamptz not null default clock_timestamp());
        create table identity.signing_keys (
            kid text primary key, public_jwk text not null, created_at timestamptz not null default clock_timestamp());
        create table identity.api_keys (
            key_id uuid primary key, user_id uuid not null, key_hash bytea not null unique,
            scope text not null default 'ingest', last_used_at timestamptz);
        create table identity.external_identities (
            issuer text not null, subject_index bytea not null, user_id uuid not null,
            primary key (issuer, subject_index));\
        """;

    final DataSource dataSource;
    private final String url = TestPlatform.shared().freshDatabase();

    IdentityDatabase() {
        dataSource = PostgresUrl.parse(url).dataSource();
    }

    /** Ends all connections and refuses new ones, as in an outage, or ends that. */
    void allowConnections(boolean allowed) {
        String name = url.substring(url.lastIndexOf('/') + 1);
        try (Connection connection = PostgresUrl.parse(TestPlatform.shared().databaseUrl())
                        .dataSource()
                        .getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE " + name + " WITH ALLOW_CONNECTIONS " + allowed);
            if (!allowed) {
                statement.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    IdentityDatabase withTables() {
        execute(TABLES);
        return this;
    }

    void publish(ECKey key) {
        execute(
                "insert into identity.signing_keys (kid, public_jwk) values (?, ?)",
                key.getKeyID(),
                key.toPublicJWK().toJSONString());
    }

    ApiKey newApiKey(UUID userId) {
        ApiKey key = new ApiKey(UUID.randomUUID(), ApiKeys.generate(new SecureRandom()));
        execute(
                "insert into identity.api_keys (key_id, user_id, key_hash) values (?, ?, ?)",
                key.id(),
                userId,
                CredentialHash.of(key.text()).bytes());
        return key;
    }

    void revoke(UUID grantId) {
        execute("insert into identity.revocations (grant_id) values (?)", grantId);
    }

    void execute(String sql, Object... parameters) {
        try (Connection connection = dataSource.getConnection()) {
            if (parameters.length == 0) {
                try (Statement statement = connection.createStatement()) {
                    statement.execute(sql);
                }
                return;
            }
            try (PreparedStatement statement = prepared(connection, sql, parameters)) {
                statement.execute();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String text(String sql, Object... parameters) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = prepared(connection, sql, parameters);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return String.valueOf(row.getString(1));
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PreparedStatement prepared(Connection connection, String sql, Object[] parameters)
            throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
        return statement;
    }

    record ApiKey(UUID id, String text) {}
}
