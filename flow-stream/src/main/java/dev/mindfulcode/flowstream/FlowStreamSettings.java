package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.flowengine.team.TeamAggregate;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the flow stream, each bound from the environment variable of its name ({@code databaseUrl} from
 * DATABASE_URL) and validated at start.
 *
 * @param mindfulStateDir the folder for RocksDB, of this process alone; the stream can refill it from Kafka
 * @param mindfulCommitIntervalMs how often results become visible to read_committed readers at high load; the default
 *     is rare enough that the stall of a commit leaves the 99th percentile alone, see
 *     tools/benchmarks/results/flow-stream.md
 * @param mindfulStreamThreads more threads than partitions have no effect
 * @param mindfulInstanceId a stable name that no other instance has: with it, a restarted instance gets its
 *     partitions back at once (static membership, KIP-345); without it, the partitions of a dead instance wait for the
 *     session timeout
 * @param mindfulTeamMembersMin the smallest group of which figures are released
 */
@ConfigurationProperties
record FlowStreamSettings(
        @DefaultValue("") String databaseUrl,
        @DefaultValue("") String kafkaBootstrapServers,
        @DefaultValue("") String schemaRegistryUrl,
        @Nullable String encryptionKey,
        @DefaultValue("false") boolean mindfulRegisterSchemas,
        @DefaultValue("") String mindfulStateDir,
        @DefaultValue("5000") long mindfulCommitIntervalMs,
        @DefaultValue("2") int mindfulStreamThreads,
        @Nullable String mindfulInstanceId,
        @DefaultValue("5") int mindfulTeamMembersMin) {

    private static final int COMMIT_INTERVAL_MS_MAX = 30_000;
    private static final int THREADS_MAX = 64;

    FlowStreamSettings {
        requireSet("DATABASE_URL", databaseUrl, "postgresql://user:password@host:5432/database");
        requireSet("KAFKA_BOOTSTRAP_SERVERS", kafkaBootstrapServers, "localhost:9092");
        requireSet("SCHEMA_REGISTRY_URL", schemaRegistryUrl, "http://localhost:8081/apis/registry/v3");
        requireSet(
                "MINDFUL_STATE_DIR", mindfulStateDir, "/var/lib/mindful/flow-stream, a folder of this process alone");
        PostgresUrl.parse(databaseUrl);
        KeyEncryptionKey.parse(encryptionKey);
        requireBetween("MINDFUL_COMMIT_INTERVAL_MS", mindfulCommitIntervalMs, 1, COMMIT_INTERVAL_MS_MAX);
        requireBetween("MINDFUL_STREAM_THREADS", mindfulStreamThreads, 1, THREADS_MAX);
        if (mindfulTeamMembersMin < TeamAggregate.MEMBERS_MIN_LEAST) {
            throw new IllegalArgumentException(
                    "MINDFUL_TEAM_MEMBERS_MIN is " + mindfulTeamMembersMin + "; must be at least "
                            + TeamAggregate.MEMBERS_MIN_LEAST + ", since figures of fewer reveal single members");
        }
    }

    PostgresUrl database() {
        return PostgresUrl.parse(databaseUrl);
    }

    SchemaRegistry registry() {
        return new SchemaRegistry(schemaRegistryUrl, mindfulRegisterSchemas);
    }

    KeyEncryptionKey keyEncryptionKey() {
        return KeyEncryptionKey.parse(encryptionKey);
    }

    StreamSettings stream() {
        return new StreamSettings(
                kafkaBootstrapServers,
                Path.of(mindfulStateDir),
                Duration.ofMillis(mindfulCommitIntervalMs),
                mindfulStreamThreads,
                mindfulInstanceId);
    }

    /** Returns no values: some are secret. */
    @Override
    public String toString() {
        return "FlowStreamSettings";
    }

    private static void requireSet(String variable, String value, String example) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(variable + " is not set; set it, for example to " + example);
        }
    }

    private static void requireBetween(String variable, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(variable + " is " + value + "; must be between " + min + " and " + max);
        }
    }
}
