package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.schemas.SchemaRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * What ingest is told by its environment. Printed without secrets.
 *
 * @param jwtSecret null where access tokens are verified with the keys that gateways publish in the database
 * @param issuer null where no other issuer is trusted
 * @param inFlightBytesMax uploads beyond these bytes, not yet on Kafka, are answered with 503
 */
record IngestSettings(
        @Nullable JwtSecret jwtSecret,
        @Nullable OidcIssuer issuer,
        KeyEncryptionKey encryptionKey,
        PostgresUrl database,
        String kafkaBootstrapServers,
        SchemaRegistry registry,
        long inFlightBytesMax) {

    static final long IN_FLIGHT_BYTES_MAX_DEFAULT = 32L * 1024 * 1024;

    IngestSettings {
        if (inFlightBytesMax < UploadLimits.REQUEST_BYTES_MAX) {
            throw new IllegalArgumentException("MINDFUL_INGEST_IN_FLIGHT_BYTES must be at least "
                    + UploadLimits.REQUEST_BYTES_MAX + ": less would never let the largest upload in");
        }
    }

    /** @throws IllegalArgumentException where something is missing or unfit; the message says what to set */
    static IngestSettings from(Environment environment) {
        return new IngestSettings(
                JwtSecret.parse(environment.getProperty("JWT_SECRET")),
                OidcIssuer.parse(environment.getProperty("OIDC_ISSUER_URI"), environment.getProperty("OIDC_AUDIENCE")),
                KeyEncryptionKey.parse(environment.getProperty("ENCRYPTION_KEY")),
                PostgresUrl.parse(required(environment, "DATABASE_URL", "postgresql://user:password@host:5432/db")),
                required(environment, "KAFKA_BOOTSTRAP_SERVERS", "host:9092"),
                new SchemaRegistry(
                        required(environment, "SCHEMA_REGISTRY_URL", "http://host:8080/apis/registry/v3"),
                        environment.getProperty("MINDFUL_REGISTER_SCHEMAS", Boolean.class, false)),
                environment.getProperty("MINDFUL_INGEST_IN_FLIGHT_BYTES", Long.class, IN_FLIGHT_BYTES_MAX_DEFAULT));
    }

    private static String required(Environment environment, String name, String example) {
        String value = environment.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set. It looks like this: " + example);
        }
        return value;
    }

    @Override
    public String toString() {
        return "IngestSettings[" + kafkaBootstrapServers + ", " + registry.url() + "]";
    }
}
