package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KafkaClusterTest {

    private static final String LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule required"
            + " username=\"gateway\" password=\"hunter22\";";

    @TempDir
    private Path folder;

    @Test
    void readsSecuritySettingsFromTheFile() throws IOException {
        Path file = file("security.protocol=SASL_SSL\nsasl.mechanism=SCRAM-SHA-512\nsasl.jaas.config=" + LOGIN);

        KafkaCluster cluster = KafkaCluster.parse(" kafka-1:9092,kafka-2:9092 ", file.toString());

        assertThat(cluster.clientConfig(Map.of("acks", "all")))
                .isEqualTo(Map.of(
                        "bootstrap.servers", "kafka-1:9092,kafka-2:9092",
                        "security.protocol", "SASL_SSL",
                        "sasl.mechanism", "SCRAM-SHA-512",
                        "sasl.jaas.config", LOGIN,
                        "acks", "all"));
        assertThat(cluster).hasToString("kafka-1:9092,kafka-2:9092");
    }

    @Test
    void needsNoFile() {
        assertThat(KafkaCluster.parse("localhost:9092", " ")).isEqualTo(KafkaCluster.of("localhost:9092"));
        assertThat(KafkaCluster.parse("localhost:9092", null).clientConfig(Map.of()))
                .isEqualTo(Map.of("bootstrap.servers", "localhost:9092"));
    }

    @Test
    void rejectsMissingServers() {
        assertThatThrownBy(() -> KafkaCluster.parse(" ", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("KAFKA_BOOTSTRAP_SERVERS is not set");
    }

    @Test
    void rejectsSettingsThatBelongToTheServices() throws IOException {
        Path file = file("sasl.jaas.config=" + LOGIN + "\nacks=0\n");

        assertThatThrownBy(() -> KafkaCluster.parse("localhost:9092", file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("KAFKA_CLIENT_PROPERTIES is " + file + ", which sets acks;")
                .hasMessageNotContaining("hunter22");
    }

    @Test
    void rejectsAFileThatCannotBeRead() {
        Path missing = folder.resolve("missing.properties");

        assertThatThrownBy(() -> KafkaCluster.parse("localhost:9092", missing.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("KAFKA_CLIENT_PROPERTIES is " + missing + ", which cannot be read");
    }

    @Test
    void rejectsAHugeFile() throws IOException {
        Path file = file("ssl.x=" + "x".repeat(65_536));

        assertThatThrownBy(() -> KafkaCluster.parse("localhost:9092", file.toString()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than 65536 bytes");
    }

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("client.properties"), content);
    }
}
