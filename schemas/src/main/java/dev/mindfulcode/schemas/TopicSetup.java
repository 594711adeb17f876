package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/** Compares the topics of a cluster with the catalogue, and creates and corrects them. */
public final class TopicSetup {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Admin admin;

    /** A topic of the cluster. */
    record Actual(int partitions, int replication, Map<String, String> settings) {}

    public TopicSetup(Admin admin) {
        this.admin = admin;
    }

    /** Returns the number of partitions of the topic {@code keystrokes}, if it exists. */
    public OptionalInt partitions() {
        Actual keystrokes = read(List.of(Topics.KEYSTROKES.name())).get(Topics.KEYSTROKES.name());
        return keystrokes == null ? OptionalInt.empty() : OptionalInt.of(keystrokes.partitions());
    }

    /**
     * Returns what differs from the catalogue.
     *
     * @throws KafkaException if the cluster refuses or does not answer
     */
    public List<TopicDifference> differences(TopicLayout layout) {
        List<String> names = new ArrayList<>();
        Topics.all().forEach(topic -> names.add(topic.name()));
        List<String> changelogs = names().stream().filter(Topics::isChangelog).toList();
        names.addAll(changelogs);
        return compare(layout, read(names));
    }

    /**
     * Creates missing topics and corrects settings, without touching what cannot be corrected.
     *
     * @throws KafkaException if the cluster refuses or does not answer
     */
    public void correct(TopicLayout layout, List<TopicDifference> differences) {
        List<Topic<?>> missing = new ArrayList<>();
        Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
        for (TopicDifference difference : differences) {
            switch (difference) {
                case TopicDifference.Missing found ->
                    Topics.all().stream()
                            .filter(topic -> topic.name().equals(found.topic()))
                            .forEach(missing::add);
                case TopicDifference.Setting found ->
                    changes.computeIfAbsent(resource(found.topic()), _ -> new ArrayList<>())
                            .add(new AlterConfigOp(
                                    new ConfigEntry(found.name(), found.wanted()), AlterConfigOp.OpType.SET));
                case TopicDifference.Partitions _, TopicDifference.Replication _ -> {}
            }
        }
        new TopicCreation(admin, layout).create(missing);
        if (!changes.isEmpty()) {
            get(admin.incrementalAlterConfigs(changes).all());
        }
    }

    /** Compares the catalogue with topics of a cluster, among which may be changelogs of the stream. */
    static List<TopicDifference> compare(TopicLayout layout, Map<String, Actual> actual) {
        List<TopicDifference> differences = new ArrayList<>();
        for (Topic<?> topic : Topics.all()) {
            Map<String, String> settings = layout.settings(topic);
            Actual found = actual.get(topic.name());
            if (found == null) {
                differences.add(new TopicDifference.Missing(
                        topic.name(), layout.partitionsOf(topic), layout.replication(), settings));
                continue;
            }
            if (found.partitions() != layout.partitionsOf(topic)) {
                differences.add(
                        new TopicDifference.Partitions(topic.name(), found.partitions(), layout.partitionsOf(topic)));
            }
            if (found.replication() != layout.replication()) {
                differences.add(
                        new TopicDifference.Replication(topic.name(), found.replication(), layout.replication()));
            }
            addSettings(topic.name(), found, settings, differences);
        }
        new TreeMap<>(actual).forEach((name, found) -> {
            if (Topics.isChangelog(name)) {
                Map<String, String> lag =
                        Map.of(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, TopicLayout.COMPACTION_LAG_MAX_MS);
                addSettings(name, found, lag, differences);
            }
        });
        return differences;
    }

    private static void addSettings(
            String topic, Actual found, Map<String, String> wanted, List<TopicDifference> differences) {
        wanted.forEach((name, value) -> {
            @Nullable String actual = found.settings().get(name);
            if (!value.equals(actual)) {
                differences.add(new TopicDifference.Setting(topic, name, actual, value));
            }
        });
    }

    private Collection<String> names() {
        return get(admin.listTopics().names());
    }

    /** Returns those of the topics that exist, by name. */
    private Map<String, Actual> read(Collection<String> names) {
        List<String> existing = new ArrayList<>(names);
        existing.retainAll(names());
        Map<ConfigResource, Config> configs = get(admin.describeConfigs(
                        existing.stream().map(TopicSetup::resource).toList())
                .all());
        Map<String, Actual> topics = new HashMap<>();
        for (TopicDescription topic :
                get(admin.describeTopics(existing).allTopicNames()).values()) {
            Map<String, String> settings = new HashMap<>();
            Config config = configs.get(resource(topic.name()));
            if (config != null) {
                config.entries().forEach(entry -> settings.put(entry.name(), entry.value()));
            }
            int replication = topic.partitions().stream()
                    .mapToInt(partition -> partition.replicas().size())
                    .min()
                    .orElse(0);
            topics.put(topic.name(), new Actual(topic.partitions().size(), replication, settings));
        }
        return topics;
    }

    private static ConfigResource resource(String topic) {
        return new ConfigResource(ConfigResource.Type.TOPIC, topic);
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
            throw new KafkaException("Kafka refused: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new KafkaException("Kafka did not respond within " + TIMEOUT.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while waiting for Kafka", e);
        }
    }
}
