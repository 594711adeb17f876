package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.accounts.AccountConfiguration.TokenTrust;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.schemas.SchemaRegistry;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the gateway, bound from environment variables: {@code database.url} is {@code DATABASE_URL}. An invalid
 * setting stops the start. docs/configuration.md describes each variable.
 */
@ConfigurationProperties
record GatewaySettings(
        @DefaultValue DatabaseSettings database,
        @DefaultValue KafkaSettings kafka,
        @DefaultValue RegistrySettings schemaRegistry,
        @DefaultValue JwtSettings jwt,
        @DefaultValue OidcSettings oidc,
        @DefaultValue EncryptionSettings encryption,
        @DefaultValue OperatorSettings operator,
        @DefaultValue CorsSettings cors,
        @DefaultValue MindfulSettings mindful,
        @DefaultValue("20") Integer maxConnections,
        @DefaultValue("3001") Integer port) {

    private static final int MAX_CONNECTIONS_LIMIT = 1_000;
    private static final int PORT_MAX = 65_535;

    GatewaySettings {
        requireBetween("MAX_CONNECTIONS", maxConnections, 1, MAX_CONNECTIONS_LIMIT);
        requireBetween("PORT", port, 0, PORT_MAX);
    }

    SchemaRegistry registry() {
        return new SchemaRegistry(schemaRegistry.url(), mindful.registerSchemas());
    }

    TokenTrust tokenTrust() {
        return new TokenTrust(JwtSecret.parse(jwt.secret()), OidcIssuer.parse(oidc.issuerUri(), oidc.audience()));
    }

    record DatabaseSettings(@DefaultValue("") String url) {

        DatabaseSettings {
            requireSet("DATABASE_URL", url, "postgresql://user:password@localhost:5432/mindful");
            PostgresUrl.parse(url);
        }

        PostgresUrl parsed() {
            return PostgresUrl.parse(url);
        }

        @Override
        public String toString() {
            return "DatabaseSettings";
        }
    }

    record KafkaSettings(@DefaultValue("") String bootstrapServers) {

        KafkaSettings {
            requireSet("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers, "localhost:9092");
        }
    }

    record RegistrySettings(@DefaultValue("") String url) {

        RegistrySettings {
            requireSet("SCHEMA_REGISTRY_URL", url, "http://localhost:8081/apis/registry/v3");
        }
    }

    record JwtSettings(@DefaultValue("") String secret) {

        JwtSettings {
            JwtSecret.parse(secret);
        }

        @Override
        public String toString() {
            return "JwtSettings";
        }
    }

    record OidcSettings(
            @DefaultValue("") String issuerUri,
            @DefaultValue("") String audience) {

        OidcSettings {
            OidcIssuer.parse(issuerUri, audience);
        }
    }

    record EncryptionSettings(@DefaultValue("") String key) {

        EncryptionSettings {
            KeyEncryptionKey.parse(key);
        }

        KeyEncryptionKey parsed() {
            return KeyEncryptionKey.parse(key);
        }

        @Override
        public String toString() {
            return "EncryptionSettings";
        }
    }

    record OperatorSettings(@DefaultValue("") String token) {

        OperatorSettings {
            OperatorToken.parse(token);
        }

        OperatorToken parsed() {
            return OperatorToken.parse(token);
        }

        @Override
        public String toString() {
            return "OperatorSettings";
        }
    }

    record CorsSettings(@DefaultValue("") String origins) {}

    record MindfulSettings(@DefaultValue("false") boolean registerSchemas) {}

    private static void requireSet(String variable, String value, String example) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set. Set it, for example " + example + ".");
        }
    }

    private static void requireBetween(String variable, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    variable + " is " + value + "; must be from " + min + " to " + max + ".");
        }
    }
}
