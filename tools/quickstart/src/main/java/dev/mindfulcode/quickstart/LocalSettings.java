package dev.mindfulcode.quickstart;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.UserErrorException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of {@code run} that a person may choose, read from {@code settings.properties} in the data folder, and
 * from nowhere else. Variables of the shell may belong to another project, so they do not count; {@link #ignored} names
 * those that would have.
 */
final class LocalSettings {

    /** Settings that the file may contain. */
    static final Set<String> NAMES = Set.of(
            "CORS_ORIGINS",
            "MINDFUL_INGEST_IN_FLIGHT_BYTES",
            "MINDFUL_PLUGIN_RUNS",
            "MINDFUL_STREAM_THREADS",
            "MINDFUL_TEAM_MEMBERS_MIN",
            "OIDC_AUDIENCE",
            "OIDC_ISSUER_URI",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "OTEL_TRACES_SAMPLER_ARG",
            "RATE_LIMIT_ACCOUNT",
            "RATE_LIMIT_ADDRESS",
            "RATE_LIMIT_REGISTER",
            "RATE_LIMIT_SIGN_IN",
            "RATE_LIMIT_USER",
            "REDIS_URL",
            "SMTP_FROM",
            "SMTP_URL",
            "TEAM_PRIVACY_RHO_PER_DAY",
            "TEAM_PRIVACY_RHO_PER_MONTH",
            "TRUSTED_PROXIES",
            "WEBHOOK_ALLOWED_NETWORKS",
            "WEBHOOK_ALLOW_HTTP");

    /** Settings that {@code run} sets itself or stores among its secrets. */
    static final Set<String> DECIDED_BY_RUN = Set.of(
            "DATABASE_REPLICA_URL",
            "DATABASE_URL",
            "ENCRYPTION_KEY",
            "ENCRYPTION_KEY_PREVIOUS",
            "JWT_SECRET",
            "KAFKA_BOOTSTRAP_SERVERS",
            "KAFKA_CLIENT_PROPERTIES",
            "MAX_CONNECTIONS",
            "MINDFUL_COMMIT_INTERVAL_MS",
            "MINDFUL_INSTANCE_ID",
            "MINDFUL_REGISTER_SCHEMAS",
            "MINDFUL_STATE_DIR",
            "MINDFUL_STREAM_STANDBYS",
            "OPERATOR_TOKEN",
            "PORT",
            "RATE_LIMIT_EXEMPT",
            "SCHEMA_REGISTRY_URL");

    /** Of Spring Boot and of the schema registry. */
    private static final List<String> FRAMEWORK_PREFIXES =
            List.of("APICURIO_", "LOGGING_", "MANAGEMENT_", "QUARKUS_", "SERVER_", "SPRING_");

    private LocalSettings() {}

    /**
     * Reads the file; a file that does not exist is empty.
     *
     * @throws UserErrorException where the file holds a name that is no setting
     */
    static Map<String, String> read(Path file) {
        Properties properties = Files.exists(file) ? DataFolder.read(file) : new Properties();
        Map<String, String> settings = new TreeMap<>();
        for (String name : properties.stringPropertyNames()) {
            if (!NAMES.contains(name)) {
                throw new UserErrorException(
                        file + " sets " + name + ", which run does not take from it. Remove it; the"
                                + " names that it may contain: " + String.join(", ", new TreeSet<>(NAMES)) + ".");
            }
            settings.put(name, properties.getProperty(name));
        }
        return settings;
    }

    /**
     * Returns which of these names of variables and system properties a service on its own would read, sorted.
     *
     * @param systemProperties such as {@code server.port}, which is SERVER_PORT in another spelling
     */
    static List<String> ignored(Collection<String> variables, Collection<String> systemProperties) {
        Set<String> ignored = new TreeSet<>();
        variables.stream().filter(LocalSettings::isRead).forEach(ignored::add);
        systemProperties.stream().filter(LocalSettings::isRead).forEach(ignored::add);
        return List.copyOf(ignored);
    }

    private static boolean isRead(String name) {
        String variable = name.replace('.', '_').replace('-', '_').toUpperCase(Locale.ROOT);
        return NAMES.contains(variable)
                || DECIDED_BY_RUN.contains(variable)
                || FRAMEWORK_PREFIXES.stream().anyMatch(variable::startsWith);
    }
}
