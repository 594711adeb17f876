package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.JwtSecret;
import dev.mindfulcode.identity.OidcIssuer;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.tracing.TracingSettings;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of ingest, each bound from the environment variable of its name ({@code databaseUrl} from DATABASE_URL) and
 * validated at start.
 *
 * @param jwtSecret if absent, access tokens are verified with the keys that gateways publish in the database
 * @param oidcIssuerUri if absent, no other issuer is trusted
 * @param mindfulIngestInFlightBytes uploads beyond this many bytes that are not yet on Kafka are answered with 503
 */
@ConfigurationProperties
record IngestSettings(
        @Nullable String jwtSecret,
        @Nullable String oidcIssuerUri,
        @Nullable String oidcAudience,
        String encryptionKey,
        @Nullable String encryptionKeyPrevious,
        String databaseUrl,
        @Nullable String kafkaBootstrapServers,
        @Nullable String kafkaClientProperties,
        String schemaRegistryUrl,
        @DefaultValue("false") boolean mindfulRegisterSchemas,
        @DefaultValue("33554432") long mindfulIngestInFlightBytes,
        @DefaultValue("3001") int port,
        @DefaultValue("9464") int managementPort,
        @Nullable String managementAddress,
        @DefaultValue TracingSettings otel) {

    /** @throws IllegalArgumentException if a setting is missing or invalid; the message repeats no secret */
    IngestSettings {
        JwtSecret.parse(jwtSecret);
        OidcIssuer.parse(oidcIssuerUri, oidcAudience);
        KeyEncryptionKey.parse(encryptionKey, encryptionKeyPrevious);
        PostgresUrl.parse(databaseUrl);
        SchemaRegistry.parse(schemaRegistryUrl, mindfulRegisterSchemas);
        ManagementServer.address(managementAddress, managementPort);
        KafkaCluster.parse(kafkaBootstrapServers, kafkaClientProperties);
        if (mindfulIngestInFlightBytes < UploadLimits.REQUEST_BYTES_MAX) {
            throw new IllegalArgumentException("MINDFUL_INGEST_IN_FLIGHT_BYTES is " + mindfulIngestInFlightBytes
                    + "; must be at least " + UploadLimits.REQUEST_BYTES_MAX + ", the size of the largest upload");
        }
    }

    @Nullable
    JwtSecret jwtKey() {
        return JwtSecret.parse(jwtSecret);
    }

    @Nullable
    OidcIssuer oidcIssuer() {
        return OidcIssuer.parse(oidcIssuerUri, oidcAudience);
    }

    KeyEncryptionKey keyEncryptionKey() {
        return KeyEncryptionKey.parse(encryptionKey, encryptionKeyPrevious);
    }

    PostgresUrl database() {
        return PostgresUrl.parse(databaseUrl);
    }

    KafkaCluster kafka() {
        return KafkaCluster.parse(kafkaBootstrapServers, kafkaClientProperties);
    }

    SchemaRegistry schemaRegistry() {
        return SchemaRegistry.parse(schemaRegistryUrl, mindfulRegisterSchemas);
    }

    InetSocketAddress management() {
        return ManagementServer.address(managementAddress, managementPort);
    }

    @Override
    public String toString() {
        return "IngestSettings[" + kafkaBootstrapServers + ", " + schemaRegistryUrl + "]";
    }
}
