package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.flowengine.team.TeamAggregate;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.nio.file.Path;
import java.time.Duration;
import org.springframework.core.env.Environment;

/** What the environment says; refused at start where it is missing or weak. */
record FlowStreamSettings(
        PostgresUrl database,
        SchemaRegistry registry,
        KeyEncryptionKey keyEncryptionKey,
        StreamSettings stream,
        int teamMembersMin) {

    /** Seldom enough that its stall leaves the 99th percentile alone; see tools/benchmarks/results/flow-stream.md. */
    static final long COMMIT_INTERVAL_MS_DEFAULT = 5_000;

    static final int THREADS_DEFAULT = 2;

    FlowStreamSettings {
        if (teamMembersMin < TeamAggregate.MEMBERS_MIN_LEAST) {
            throw new IllegalArgumentException("MINDFUL_TEAM_MEMBERS_MIN is " + teamMembersMin + "; must be at least "
                    + TeamAggregate.MEMBERS_MIN_LEAST + ", since figures of fewer give single members away");
        }
    }

    static FlowStreamSettings of(Environment environment) {
        StreamSettings stream = new StreamSettings(
                required(environment, "KAFKA_BOOTSTRAP_SERVERS", "localhost:9092"),
                Path.of(required(
                        environment,
                        "MINDFUL_STATE_DIR",
                        "/var/lib/mindful/flow-stream, a folder of this process alone")),
                Duration.ofMillis(
                        environment.getProperty("MINDFUL_COMMIT_INTERVAL_MS", Long.class, COMMIT_INTERVAL_MS_DEFAULT)),
                environment.getProperty("MINDFUL_STREAM_THREADS", Integer.class, THREADS_DEFAULT),
                environment.getProperty("MINDFUL_INSTANCE_ID"));
        return new FlowStreamSettings(
                PostgresUrl.parse(
                        required(environment, "DATABASE_URL", "postgresql://user:password@host:5432/database")),
                new SchemaRegistry(
                        required(environment, "SCHEMA_REGISTRY_URL", "http://localhost:8081/apis/registry/v3"),
                        environment.getProperty("MINDFUL_REGISTER_SCHEMAS", Boolean.class, false)),
                KeyEncryptionKey.parse(environment.getProperty("ENCRYPTION_KEY")),
                stream,
                environment.getProperty("MINDFUL_TEAM_MEMBERS_MIN", Integer.class, TeamAggregate.MEMBERS_MIN_DEFAULT));
    }

    private static String required(Environment environment, String name, String example) {
        String value = environment.getProperty(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is not set. It looks like " + example);
        }
        return value;
    }
}
