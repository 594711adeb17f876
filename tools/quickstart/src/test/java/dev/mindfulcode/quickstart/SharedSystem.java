package dev.mindfulcode.quickstart;

import dev.mindfulcode.cli.DataFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The real composition, started once for all tests of this JVM, on data that are thrown away. */
final class SharedSystem {

    private static @Nullable SharedSystem instance;

    private final DataFolder folder;
    private final QuickstartSystem system;
    private final URI origin;

    private SharedSystem(DataFolder folder, QuickstartSystem system, URI origin) {
        this.folder = folder;
        this.system = system;
        this.origin = origin;
    }

    static synchronized SharedSystem get() {
        SharedSystem running = instance;
        if (running == null) {
            running = start();
            instance = running;
        }
        return running;
    }

    private static SharedSystem start() {
        try {
            Path data = Files.createTempDirectory("mindful-system-");
            DataFolder folder = DataFolder.at(data);
            folder.create();
            QuickstartSystem system = new QuickstartSystem(
                    folder,
                    new QuickstartOptions(ForkedRun.freePort(), Duration.ofMillis(500)),
                    StartProgress.silent());
            URI origin = URI.create(system.start());
            Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(() -> {
                system.close();
                delete(data);
            }));
            return new SharedSystem(folder, system, origin);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    DataFolder folder() {
        return folder;
    }

    /** Returns DATABASE_URL. */
    String databaseUrl() {
        return system.platform().databaseUrl();
    }

    String operatorToken() {
        return folder.secrets().orElseThrow().operatorToken();
    }

    /** Creates a data folder whose secrets are this system's operator token only. */
    DataFolder operatorFolder(Path path) throws IOException {
        DataFolder created = DataFolder.at(path);
        created.create();
        Files.writeString(created.secretsFile(), "OPERATOR_TOKEN=" + operatorToken());
        return created;
    }

    /** Announces this system's URL on a data folder; Kafka and Postgres cannot be reached through it. */
    void announceUrl(DataFolder.Lock lock) {
        lock.announce(origin.toString(), "127.0.0.1:9", "postgresql://nobody@127.0.0.1:9/none");
    }

    URI origin() {
        return origin;
    }

    String bootstrapServers() {
        return system.platform().bootstrapServers();
    }

    String registryUrl() {
        return system.platform().registryUrl();
    }

    /** Returns how many records were ever written to a topic, transaction markers included. */
    long written(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers()))) {
            int partitions = Objects.requireNonNull(admin.describeTopics(List.of(topic))
                            .allTopicNames()
                            .get()
                            .get(topic))
                    .partitions()
                    .size();
            Map<TopicPartition, OffsetSpec> latest = IntStream.range(0, partitions)
                    .boxed()
                    .collect(Collectors.toMap(
                            partition -> new TopicPartition(topic, partition), partition -> OffsetSpec.latest()));
            return admin.listOffsets(latest).all().get().values().stream()
                    .mapToLong(ListOffsetsResult.ListOffsetsResultInfo::offset)
                    .sum();
        }
    }

    private static void delete(Path folder) {
        try (var files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            System.err.println(folder + " is left behind: " + e.getMessage());
        }
    }
}
