package dev.mindfulcode.embeddedplatform;

import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.common.utils.AppInfoParser;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A platform of containers, for tests: Kafka and Postgres run from their official images. The schema registry stays a
 * process of this JVM, on that Postgres. Thread-safe.
 */
final class ContainerPlatform implements Platform {

    static final String POSTGRES_IMAGE = "postgres:" + PostgresBinaries.MAJOR_VERSION;

    private final KafkaContainer kafka;
    private final PostgreSQLContainer postgres;
    private final PostgresAddress address;
    private final EmbeddedRegistry registry;

    private ContainerPlatform(
            KafkaContainer kafka, PostgreSQLContainer postgres, PostgresAddress address, EmbeddedRegistry registry) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.address = address;
        this.registry = registry;
    }

    /** Returns the image of the Kafka version whose client is on the class path. */
    static String kafkaImage() {
        return "apache/kafka:" + AppInfoParser.getVersion();
    }

    static boolean isEngineAvailable() {
        return DockerClientFactory.instance().isDockerAvailable();
    }

    /**
     * Starts the containers, then the registry.
     *
     * @param folder of the registry's log
     */
    static ContainerPlatform start(Path folder) {
        KafkaContainer kafka = new KafkaContainer(kafkaImage());
        EmbeddedKafka.BROKER_SETTINGS.forEach((name, value) ->
                kafka.withEnv("KAFKA_" + name.toUpperCase(Locale.ROOT).replace('.', '_'), value));
        PostgreSQLContainer postgres = new PostgreSQLContainer(POSTGRES_IMAGE)
                .withDatabaseName(EmbeddedPostgresServer.DATABASE)
                .withUsername(EmbeddedPostgresServer.SUPERUSER)
                .withPassword(UUID.randomUUID().toString());
        postgres.setCommand("postgres", "-c", "fsync=off", "-c", "max_connections=100");
        try {
            kafka.start();
            postgres.start();
            PostgresAddress address = new PostgresAddress(
                    postgres.getHost(),
                    postgres.getMappedPort(PostgreSQLContainer.POSTGRESQL_PORT),
                    postgres.getUsername(),
                    postgres.getPassword());
            EmbeddedRegistry registry = EmbeddedRegistry.start(address, folder.resolve("registry.log"), 0);
            return new ContainerPlatform(kafka, postgres, address, registry);
        } catch (RuntimeException e) {
            kafka.stop();
            postgres.stop();
            throw e;
        }
    }

    @Override
    public String bootstrapServers() {
        return kafka.getBootstrapServers();
    }

    @Override
    public String registryUrl() {
        return registry.url();
    }

    @Override
    public String databaseUrl() {
        return address.url(EmbeddedPostgresServer.DATABASE);
    }

    @Override
    public String freshDatabase() {
        return address.freshDatabase();
    }

    @Override
    public void close() {
        registry.close();
        kafka.stop();
        postgres.stop();
    }
}
