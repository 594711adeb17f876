package dev.mindfulcode.projectionservice;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.schemas.SchemaRegistry;
import org.jspecify.annotations.Nullable;
import org.springframework.core.env.Environment;

/**
 * What the environment says; refused at start where it is missing or weak.
 *
 * @param instanceId MINDFUL_INSTANCE_ID: a lasting name that no other instance has. With it, an instance that is
 *     started again after a crash goes on at once; without it, when the group has noticed that the one before is dead.
 * @param pluginRunsMax MINDFUL_PLUGIN_RUNS: plugins' guests at once, each of at most 16 MiB
 */
record ProjectionSettings(
        PostgresUrl database,
        String bootstrapServers,
        SchemaRegistry registry,
        KeyEncryptionKey keyEncryptionKey,
        @Nullable String instanceId,
        int pluginRunsMax) {

    private static final int PLUGIN_RUNS_USUAL_MAX = 16;

    static ProjectionSettings of(Environment environment) {
        return new ProjectionSettings(
                PostgresUrl.parse(
                        required(environment, "DATABASE_URL", "postgresql://user:password@host:5432/database")),
                required(environment, "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
                new SchemaRegistry(
                        required(environment, "SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/registry/v3"),
                        environment.getProperty("MINDFUL_REGISTER_SCHEMAS", Boolean.class, false)),
                KeyEncryptionKey.parse(environment.getProperty("ENCRYPTION_KEY")),
                environment.getProperty("MINDFUL_INSTANCE_ID"),
                pluginRunsMax(environment));
    }

    private static int pluginRunsMax(Environment environment) {
        Integer max = environment.getProperty("MINDFUL_PLUGIN_RUNS", Integer.class, PLUGIN_RUNS_USUAL_MAX);
        if (max < 1 || max > 1_000) {
            throw new IllegalArgumentException("MINDFUL_PLUGIN_RUNS must be 1 to 1000: each may take 16 MiB");
        }
        return max;
    }

    private static String required(Environment environment, String name, String example) {
        String value = environment.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set. It looks like " + example);
        }
        return value;
    }
}
