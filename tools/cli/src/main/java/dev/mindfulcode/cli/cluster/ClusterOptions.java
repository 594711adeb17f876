package dev.mindfulcode.cli.cluster;

import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.schemas.KafkaCluster;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that select a Kafka cluster, with the environment variables of the services as defaults. */
final class ClusterOptions {

    private static final int REQUEST_TIMEOUT_MS = 20_000;
    private static final int API_TIMEOUT_MS = 60_000;

    @Option(
            names = "--kafka",
            paramLabel = "SERVERS",
            description = "Bootstrap servers. Default: the variable KAFKA_BOOTSTRAP_SERVERS.")
    private @Nullable String servers;

    @Option(
            names = "--client-properties",
            paramLabel = "FILE",
            description = {
                "Properties file with security.*, sasl.* and ssl.* of a client that may administer the cluster.",
                "Default: the variable KAFKA_CLIENT_PROPERTIES."
            })
    private @Nullable String propertiesFile;

    /** Calls with a client for the cluster; its failures become messages. */
    <T> T call(Function<Admin, T> operation) {
        KafkaCluster cluster;
        try {
            cluster = KafkaCluster.parse(
                    servers == null ? System.getenv("KAFKA_BOOTSTRAP_SERVERS") : servers,
                    propertiesFile == null ? System.getenv("KAFKA_CLIENT_PROPERTIES") : propertiesFile);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()), e);
        }
        try (Admin admin = Admin.create(cluster.clientConfig(Map.of(
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, REQUEST_TIMEOUT_MS,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, API_TIMEOUT_MS)))) {
            return operation.apply(admin);
        } catch (KafkaException e) {
            throw new UserErrorException("Kafka at " + cluster + ": " + e.getMessage(), e);
        }
    }
}
