package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.tracing.TracingSettings;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
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
 * @param mindfulStreamStandbys how many other instances have a copy of the state: with one, the replacement of an
 *     instance reads only what the copy lacks (docs/adr/0068)
 * @param mindfulInstanceId a stable name that no other instance has: with it, a restarted instance gets its
 *     partitions back at once (static membership, KIP-345); without it, the partitions of a dead instance wait for the
 *     session timeout
 * @param mindfulTeamMembersMin the smallest number of consenting members of which figures are released
 * @param teamPrivacyRhoPerDay what a released day of a team may reveal of one member, see docs/team-privacy.md
 * @param teamPrivacyRhoPerMonth beyond it the days of a month are withheld; enough for each day by default
 */
@ConfigurationProperties
record FlowStreamSettings(
        @DefaultValue("") String databaseUrl,
        @DefaultValue("") String kafkaBootstrapServers,
        @Nullable String kafkaClientProperties,
        @DefaultValue("") String schemaRegistryUrl,
        @Nullable String encryptionKey,
        @Nullable String encryptionKeyPrevious,
        @DefaultValue("false") boolean mindfulRegisterSchemas,
        @DefaultValue("") String mindfulStateDir,
        @DefaultValue("5000") long mindfulCommitIntervalMs,
        @DefaultValue("2") int mindfulStreamThreads,
        @DefaultValue("0") int mindfulStreamStandbys,
        @Nullable String mindfulInstanceId,
        @DefaultValue("5") int mindfulTeamMembersMin,
        @DefaultValue("0.5") BigDecimal teamPrivacyRhoPerDay,
        @Nullable BigDecimal teamPrivacyRhoPerMonth,
        @DefaultValue("9464") int managementPort,
        @Nullable String managementAddress,
        @DefaultValue TracingSettings otel) {

    private static final int COMMIT_INTERVAL_MS_MAX = 30_000;
    private static final int THREADS_MAX = 64;
    private static final int STANDBYS_MAX = 2;
    private static final long DAYS_PER_MONTH = 31;
    private static final int RHO_DECIMALS = 6;

    FlowStreamSettings {
        requireSet("DATABASE_URL", databaseUrl, "postgresql://user:password@host:5432/database");
        KafkaCluster.parse(kafkaBootstrapServers, kafkaClientProperties);
        requireSet("SCHEMA_REGISTRY_URL", schemaRegistryUrl, "http://localhost:8081/apis/registry/v3");
        requireSet(
                "MINDFUL_STATE_DIR", mindfulStateDir, "/var/lib/mindful/flow-stream, a folder of this process alone");
        PostgresUrl.parse(databaseUrl);
        KeyEncryptionKey.parse(encryptionKey, encryptionKeyPrevious);
        ManagementServer.address(managementAddress, managementPort);
        requireBetween("MINDFUL_COMMIT_INTERVAL_MS", mindfulCommitIntervalMs, 1, COMMIT_INTERVAL_MS_MAX);
        requireBetween("MINDFUL_STREAM_THREADS", mindfulStreamThreads, 1, THREADS_MAX);
        requireBetween("MINDFUL_STREAM_STANDBYS", mindfulStreamStandbys, 0, STANDBYS_MAX);
        if (mindfulTeamMembersMin < TeamDayRelease.MEMBERS_MIN_LEAST) {
            throw new IllegalArgumentException(
                    "MINDFUL_TEAM_MEMBERS_MIN is " + mindfulTeamMembersMin + "; must be at least "
                            + TeamDayRelease.MEMBERS_MIN_LEAST + ", since figures of fewer reveal single members");
        }
        requireRho(
                "TEAM_PRIVACY_RHO_PER_DAY",
                teamPrivacyRhoPerDay,
                PrivacyBudget.DAY_MICROS_MIN,
                PrivacyBudget.DAY_MICROS_MAX);
        if (teamPrivacyRhoPerMonth != null) {
            long dayMicros = micros(teamPrivacyRhoPerDay);
            requireRho("TEAM_PRIVACY_RHO_PER_MONTH", teamPrivacyRhoPerMonth, dayMicros, DAYS_PER_MONTH * dayMicros);
        }
    }

    PrivacyBudget teamPrivacyBudget() {
        long dayMicros = micros(teamPrivacyRhoPerDay);
        return new PrivacyBudget(
                dayMicros,
                teamPrivacyRhoPerMonth == null ? DAYS_PER_MONTH * dayMicros : micros(teamPrivacyRhoPerMonth));
    }

    PostgresUrl database() {
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

    StreamSettings stream() {
        return new StreamSettings(
                kafka(),
                Path.of(mindfulStateDir),
                Duration.ofMillis(mindfulCommitIntervalMs),
                mindfulStreamThreads,
                mindfulStreamStandbys,
                mindfulInstanceId);
    }

    InetSocketAddress management() {
        return ManagementServer.address(managementAddress, managementPort);
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

    private static void requireRho(String variable, BigDecimal value, long minMicros, long maxMicros) {
        BigDecimal min = BigDecimal.valueOf(minMicros, RHO_DECIMALS).stripTrailingZeros();
        BigDecimal max = BigDecimal.valueOf(maxMicros, RHO_DECIMALS).stripTrailingZeros();
        if (value.compareTo(min) < 0
                || value.compareTo(max) > 0
                || value.stripTrailingZeros().scale() > RHO_DECIMALS) {
            throw new IllegalArgumentException(variable + " is " + value.toPlainString() + "; must be between "
                    + min.toPlainString() + " and " + max.toPlainString() + ", with at most " + RHO_DECIMALS
                    + " decimals");
        }
    }

    private static long micros(BigDecimal rho) {
        return rho.movePointRight(RHO_DECIMALS).longValueExact();
    }
}
