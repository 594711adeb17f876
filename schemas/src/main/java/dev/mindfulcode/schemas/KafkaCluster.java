package dev.mindfulcode.schemas;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka cluster as a client sees it: its addresses, and how to authenticate. {@code toString} shows no secret.
 *
 * @param bootstrapServers such as {@code kafka-1:9092,kafka-2:9092}
 * @param security client settings whose names begin with {@code security.}, {@code sasl.} or {@code ssl.}; empty for a
 *     cluster without authentication
 */
public record KafkaCluster(String bootstrapServers, Map<String, String> security) {

    private static final long FILE_BYTES_MAX = 64 * 1024;

    public KafkaCluster {
        security = Map.copyOf(security);
    }

    /** Returns a cluster without authentication. */
    public static KafkaCluster of(String bootstrapServers) {
        return new KafkaCluster(bootstrapServers, Map.of());
    }

    /**
     * Reads the values of KAFKA_BOOTSTRAP_SERVERS and KAFKA_CLIENT_PROPERTIES.
     *
     * @param propertiesFile path of a file as Kafka's own tools read it with {@code --command-config}; blank for none
     * @throws IllegalArgumentException if the servers are missing, or the file cannot be read or sets anything but
     *     security; the message repeats no value
     */
    public static KafkaCluster parse(@Nullable String bootstrapServers, @Nullable String propertiesFile) {
        String servers = RequiredSetting.of("KAFKA_BOOTSTRAP_SERVERS", bootstrapServers, "localhost:9092");
        return propertiesFile == null || propertiesFile.isBlank()
                ? of(servers)
                : new KafkaCluster(servers, read(Path.of(propertiesFile.strip())));
    }

    private static Map<String, String> read(Path file) {
        Properties properties = new Properties();
        try {
            if (Files.size(file) > FILE_BYTES_MAX) {
                throw new IllegalArgumentException("KAFKA_CLIENT_PROPERTIES is " + file + ", a file of more than "
                        + FILE_BYTES_MAX + " bytes; must be a properties file of a Kafka client");
            }
            try (Reader reader = Files.newBufferedReader(file)) {
                properties.load(reader);
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "KAFKA_CLIENT_PROPERTIES is " + file
                            + ", which cannot be read; must be a properties file that this user may read",
                    e);
        }
        Map<String, String> security = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (!name.startsWith("security.") && !name.startsWith("sasl.") && !name.startsWith("ssl.")) {
                throw new IllegalArgumentException("KAFKA_CLIENT_PROPERTIES is " + file + ", which sets " + name
                        + "; it may set only security.*, sasl.* and ssl.*. Remove it");
            }
            security.put(name, properties.getProperty(name));
        }
        return security;
    }

    /** Returns the configuration of a client of this cluster with these settings of its own. */
    public Map<String, Object> clientConfig(Map<String, ?> settings) {
        Map<String, Object> config = new HashMap<>(security);
        config.putAll(settings);
        config.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        return config;
    }

    @Override
    public String toString() {
        return bootstrapServers;
    }
}
