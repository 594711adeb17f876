package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** Creates the catalogue's topics on a cluster; services may do so concurrently. */
final class TopicCreation {

    /** Timeout of a request, and of the propagation of new topics. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final long POLL_INTERVAL_MS = 50;

    private final Admin admin;
    private final TopicLayout layout;

    TopicCreation(Admin admin, TopicLayout layout) {
        this.admin = admin;
        this.layout = layout;
    }

    void createMissing(List<Topic<?>> topics) {
        requireCopartitioned(topics, create(topics));
        correctSettings(topics);
    }

    /** Creates those of the topics that are missing, and waits until all are usable. */
    Map<String, TopicDescription> create(List<Topic<?>> topics) {
        admin.createTopics(topics.stream().map(layout::newTopic).toList())
                .values()
                .forEach((name, future) -> awaitCreation(future));
        return awaitLeaders(topics);
    }

    /** Corrects the settings of existing topics on which it depends what is retained. */
    private void correctSettings(List<Topic<?>> topics) {
        Map<ConfigResource, Map<String, String>> wanted = new HashMap<>();
        for (Topic<?> topic : topics) {
            Map<String, String> settings = new HashMap<>();
            if (topic.retention() == null) {
                settings.put(TopicConfig.RETENTION_MS_CONFIG, TopicLayout.UNLIMITED);
            }
            if (topic.compacted()) {
                settings.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, TopicLayout.COMPACTION_LAG_MAX_MS);
            }
            wanted.put(new ConfigResource(ConfigResource.Type.TOPIC, topic.name()), settings);
        }
        try {
            for (String changelog : changelogs()) {
                wanted.put(
                        new ConfigResource(ConfigResource.Type.TOPIC, changelog),
                        Map.of(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, TopicLayout.COMPACTION_LAG_MAX_MS));
            }
            Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
            get(admin.describeConfigs(wanted.keySet()).all()).forEach((topic, config) -> {
                List<AlterConfigOp> operations = operations(config, wanted.getOrDefault(topic, Map.of()));
                if (!operations.isEmpty()) {
                    changes.put(topic, operations);
                }
            });
            if (!changes.isEmpty()) {
                get(admin.incrementalAlterConfigs(changes).all());
            }
        } catch (ExecutionException e) {
            throw new KafkaException("Kafka rejected settings of a topic", e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (TimeoutException e) {
            throw timedOut(e);
        }
    }

    private List<String> changelogs() throws ExecutionException, InterruptedException, TimeoutException {
        return get(admin.listTopics().names()).stream()
                .filter(Topics::isChangelog)
                .toList();
    }

    private static List<AlterConfigOp> operations(Config present, Map<String, String> wanted) {
        List<AlterConfigOp> operations = new ArrayList<>();
        wanted.forEach((name, value) -> {
            ConfigEntry entry = present.get(name);
            if (entry == null || !value.equals(entry.value())) {
                operations.add(new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET));
            }
        });
        return operations;
    }

    private static <T> T get(KafkaFuture<T> future) throws ExecutionException, InterruptedException, TimeoutException {
        return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }

    private static void awaitCreation(KafkaFuture<Void> future) {
        try {
            future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new KafkaException("Kafka rejected the creation of a topic", e.getCause());
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (TimeoutException e) {
            throw timedOut(e);
        }
    }

    /** Waits until each partition of new topics has a leader. */
    private Map<String, TopicDescription> awaitLeaders(List<Topic<?>> topics) {
        List<String> names = topics.stream().map(Topic::name).toList();
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        try {
            while (true) {
                Map<String, TopicDescription> described = describe(names);
                if (described.size() == names.size() && allHaveLeaders(described.values())) {
                    return described;
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new KafkaException(
                            "Topics have no leader after " + TIMEOUT.toSeconds() + " s; check that all brokers are up");
                }
                TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
            }
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private Map<String, TopicDescription> describe(List<String> names) throws InterruptedException {
        try {
            return admin.describeTopics(names).allTopicNames().get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Map.of();
            }
            throw new KafkaException("Kafka could not describe topics", e.getCause());
        } catch (TimeoutException e) {
            throw timedOut(e);
        }
    }

    private static boolean allHaveLeaders(Collection<TopicDescription> described) {
        return described.stream()
                .flatMap(topic -> topic.partitions().stream())
                .map(TopicPartitionInfo::leader)
                .allMatch(leader -> leader != null && !leader.isEmpty());
    }

    private void requireCopartitioned(List<Topic<?>> topics, Map<String, TopicDescription> described) {
        List<String> different = new ArrayList<>();
        for (Topic<?> topic : topics) {
            TopicDescription description = described.get(topic.name());
            if (description != null
                    && topic.isCopartitioned()
                    && description.partitions().size() != layout.partitions()) {
                different.add(topic.name() + " has " + description.partitions().size());
            }
        }
        if (!different.isEmpty()) {
            throw new IllegalStateException("Topics keyed by user must all have the same number of partitions, "
                    + layout.partitions() + " are configured, but " + String.join(", ", different)
                    + ". Configure the number they have; to change it, replay them into new topics.");
        }
    }

    private static KafkaException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new KafkaException("interrupted while topics were being created", e);
    }

    private static KafkaException timedOut(TimeoutException e) {
        return new KafkaException(
                "Kafka did not respond within " + TIMEOUT.toSeconds() + " s; check KAFKA_BOOTSTRAP_SERVERS", e);
    }
}
