package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.schemas.SchemaRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * What the gateway was told by its environment, checked: a gateway that starts has all it needs.
 *
 * @param maxConnections to the database, at most
 */
record GatewaySettings(
        PostgresUrl database,
        String kafkaBootstrapServers,
        SchemaRegistry schemaRegistry,
        TokenTrust tokenTrust,
        KeyEncryptionKey encryptionKey,
        OperatorToken operatorToken,
        int maxConnections,
        int port) {

    private static final int MAX_CONNECTIONS_DEFAULT = 20;
    private static final int MAX_CONNECTIONS_LIMIT = 1_000;
    private static final int PORT_DEFAULT = 3001;

    /** @throws IllegalStateException naming the variable and how to set it */
    static GatewaySettings read(Environment environment) {
        return new GatewaySettings(
                PostgresUrl.parse(required(
                        environment, "DATABASE_URL", "such as postgresql://user:password@localhost:5432/mindful")),
                required(environment, "KAFKA_BOOTSTRAP_SERVERS", "such as localhost:9092"),
                new SchemaRegistry(
                        required(environment, "SCHEMA_REGISTRY_URL", "such as http://localhost:8081/apis/registry/v3"),
                        Boolean.parseBoolean(environment.getProperty("MINDFUL_REGISTER_SCHEMAS", "false"))),
                new TokenTrust(
                        JwtSecret.parse(environment.getProperty("JWT_SECRET")),
                        OidcIssuer.parse(
                                environment.getProperty("OIDC_ISSUER_URI"), environment.getProperty("OIDC_AUDIENCE"))),
                KeyEncryptionKey.parse(environment.getProperty("ENCRYPTION_KEY")),
                OperatorToken.parse(environment.getProperty("OPERATOR_TOKEN")),
                integer(environment, "MAX_CONNECTIONS", MAX_CONNECTIONS_DEFAULT, 1, MAX_CONNECTIONS_LIMIT),
                integer(environment, "PORT", PORT_DEFAULT, 0, 65_535));
    }

    private static String required(Environment environment, String name, String example) {
        String value = environment.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IllegalStateException(name + " is not set. Set it, " + example + ".");
        }
        return value;
    }

    private static int integer(Environment environment, String name, int absent, int min, int max) {
        String text = environment.getProperty(name);
        if (text == null || text.isBlank()) {
            return absent;
        }
        Integer value = parse(text.strip());
        if (value == null || value < min || value > max) {
            throw new IllegalStateException(name + " must be an integer from " + min + " to " + max + ".");
        }
        return value;
    }

    private static @Nullable Integer parse(String text) {
        try {
            return Integer.valueOf(text);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "GatewaySettings[database=" + database + ", kafka=" + kafkaBootstrapServers + ", registry="
                + schemaRegistry.url() + ", maxConnections=" + maxConnections + ", port=" + port + "]";
    }
}
