package dev.mindfulcode.projectionservice;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.tracing.TracingSettings;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the projection service, each bound from the environment variable of its name ({@code databaseUrl} from
 * DATABASE_URL) and validated at start.
 *
 * @param mindfulInstanceId a stable name that no other instance has. With it, an instance that is restarted after a
 *     crash resumes at once; without it, after the session timeout of the consumer group
 * @param mindfulPluginRuns concurrent plugin guests, each of at most 16 MiB
 */
@ConfigurationProperties
record ProjectionSettings(
        @DefaultValue("") String databaseUrl,
        @DefaultValue("") String kafkaBootstrapServers,
        @Nullable String kafkaClientProperties,
        @DefaultValue("") String schemaRegistryUrl,
        @Nullable String encryptionKey,
        @Nullable String encryptionKeyPrevious,
        @DefaultValue("false") Boolean mindfulRegisterSchemas,
        @Nullable String mindfulInstanceId,
        @DefaultValue("16") Integer mindfulPluginRuns,
        @DefaultValue("9464") int managementPort,
        @Nullable String managementAddress,
        @DefaultValue TracingSettings otel) {

    private static final int PLUGIN_RUNS_MAX = 1_000;

    ProjectionSettings {
        requireSet("DATABASE_URL", databaseUrl, "postgresql://user:password@host:5432/database");
        KafkaCluster.parse(kafkaBootstrapServers, kafkaClientProperties);
        requireSet("SCHEMA_REGISTRY_URL", schemaRegistryUrl, "http://localhost:8081/apis/registry/v3");
        PostgresUrl.parse(databaseUrl);
        KeyEncryptionKey.parse(encryptionKey, encryptionKeyPrevious);
        ManagementServer.address(managementAddress, managementPort);
        if (mindfulPluginRuns < 1 || mindfulPluginRuns > PLUGIN_RUNS_MAX) {
            throw new IllegalArgumentException("MINDFUL_PLUGIN_RUNS is " + mindfulPluginRuns
                    + "; must be between 1 and " + PLUGIN_RUNS_MAX + ". Each run may use 16 MiB");
        }
    }

    PostgresUrl postgres() {
        return PostgresUrl.parse(databaseUrl);
    }

    KafkaCluster kafka() {
        return KafkaCluster.parse(kafkaBootstrapServers, kafkaClientProperties);
    }

    SchemaRegistry registry() {
        return new SchemaRegistry(schemaRegistryUrl, mindfulRegisterSchemas);
    }

    KeyEncryptionKey keyEncryptionKey() {
        return KeyEncryptionKey.parse(encryptionKey, encryptionKeyPrevious);
    }

    InetSocketAddress management() {
        return ManagementServer.address(managementAddress, managementPort);
    }

    /** Returns no values: some are secret. */
    @Override
    public String toString() {
        return "ProjectionSettings";
    }

    private static void requireSet(String variable, String value, String example) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set; set it, for example to " + example);
        }
    }
}
