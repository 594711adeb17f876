package dev.mindfulcode.embeddedplatform;

/** A running Kafka broker, Postgres server and schema registry. Thread-safe. */
public interface Platform extends AutoCloseable {

    /** Returns the value for KAFKA_BOOTSTRAP_SERVERS. */
    String bootstrapServers();

    /** Returns the value for SCHEMA_REGISTRY_URL, such as {@code http://127.0.0.1:8081/apis/registry/v3}. */
    String registryUrl();

    /** Returns the value for DATABASE_URL. Never print it: it contains the password. */
    String databaseUrl();

    /** Creates an empty database and returns its DATABASE_URL. */
    String freshDatabase();

    /** Stops the servers. */
    @Override
    void close();
}
