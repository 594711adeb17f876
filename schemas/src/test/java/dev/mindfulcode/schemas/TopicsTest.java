package dev.mindfulcode.schemas;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class TopicsTest {

    private static final int PARTITIONS = 3;

    private Admin admin;

    @BeforeEach
    void connect() {
        admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                TestPlatform.shared().bootstrapServers()));
    }

    @AfterEach
    void disconnect() {
        admin.close();
    }

    @Test
    void createsTopicsConcurrentlyAndRepeatedly() throws Exception {
        try (ExecutorService services = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> creations = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                creations.add(services.submit(() -> Topics.createMissing(admin, PARTITIONS, (short) 1)));
            }
            for (Future<?> creation : creations) {
                creation.get(60, TimeUnit.SECONDS);
            }
        }
        Topics.createMissing(admin, PARTITIONS, (short) 1);

        assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS))
                .containsAll(Topics.all().stream().map(Topic::name).toList());
    }

    @Test
    void appliesTheRetentionOfTheCatalogue() throws Exception {
        Topics.createMissing(admin, PARTITIONS, (short) 1);

        assertThat(setting(Topics.KEYSTROKES, "retention.ms")).isEqualTo("-1");
        assertThat(setting(Topics.KEYSTROKES, "retention.bytes")).isEqualTo("-1");
        assertThat(setting(Topics.KEYSTROKES, "cleanup.policy")).isEqualTo("delete");
        assertThat(setting(Topics.KEYSTROKES, "message.timestamp.type")).isEqualTo("CreateTime");
        assertThat(setting(Topics.TEAM_ALERTS, "retention.ms")).isEqualTo(Long.toString(TimeUnit.DAYS.toMillis(90)));
        assertThat(setting(Topics.TEAM_ALERTS, "message.timestamp.type")).isEqualTo("LogAppendTime");
        assertThat(setting(Topics.DEAD_LETTERS, "max.message.bytes")).isEqualTo("2097152");
    }

    @Test
    void removesTheRetentionOfAnExistingTopic() throws Exception {
        Topics.createMissing(admin, PARTITIONS, (short) 1);
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.FLOW_MINUTES.name()),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("retention.ms", "604800000"), AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);

        Topics.createMissing(admin, PARTITIONS, (short) 1);

        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!"-1".equals(setting(Topics.FLOW_MINUTES, "retention.ms"))) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
        }
    }

    @Test
    void limitsTheCompactionLagOfExistingTopicsAndChangelogs() throws Exception {
        String changelog = Topics.FLOW_STREAM_GROUP + "-test-changelog";
        Topics.createMissing(admin, PARTITIONS, (short) 1);
        admin.createTopics(List.of(new NewTopic(changelog, 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                .all()
                .get(30, TimeUnit.SECONDS);
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.TEAM_ALERT_RULES.name()),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("max.compaction.lag.ms", "604800000"), AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);

        Topics.createMissing(admin, PARTITIONS, (short) 1);

        String day = Long.toString(TimeUnit.DAYS.toMillis(1));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!day.equals(setting(Topics.TEAM_ALERT_RULES.name(), "max.compaction.lag.ms"))
                || !day.equals(setting(changelog, "max.compaction.lag.ms"))) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
        }
        assertThat(setting(Topics.KEYSTROKES, "max.compaction.lag.ms")).isEqualTo(Long.toString(Long.MAX_VALUE));
    }

    @Test
    void reportsAndCorrectsDifferencesFromTheCatalogue() throws Exception {
        TopicSetup setup = new TopicSetup(admin);
        TopicLayout layout = TopicLayout.of(PARTITIONS, 1);
        Topics.createMissing(admin, PARTITIONS, (short) 1);
        admin.deleteTopics(List.of(Topics.TEAM_FLOW.name())).all().get(30, TimeUnit.SECONDS);
        long deletedBeforeNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (admin.listTopics().names().get(30, TimeUnit.SECONDS).contains(Topics.TEAM_FLOW.name())) {
            assertThat(System.nanoTime()).isLessThan(deletedBeforeNs);
        }
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, Topics.SESSIONS.name()),
                        List.of(new AlterConfigOp(
                                new ConfigEntry("retention.bytes", "1000000"), AlterConfigOp.OpType.SET))))
                .all()
                .get(30, TimeUnit.SECONDS);

        TopicDifference changed = new TopicDifference.Setting("sessions", "retention.bytes", "1000000", "-1");
        List<TopicDifference> differences = setup.differences(layout);
        // The broker that answers may learn of the changes later than the controller that acknowledged them.
        long changedBeforeNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!differences.contains(changed) || differences.size() < 2) {
            assertThat(System.nanoTime()).as(differences.toString()).isLessThan(changedBeforeNs);
            differences = setup.differences(layout);
        }
        setup.correct(layout, differences);

        assertThat(differences)
                .contains(changed)
                .anySatisfy(difference -> assertThat(difference)
                        .isInstanceOf(TopicDifference.Missing.class)
                        .extracting(TopicDifference::topic)
                        .isEqualTo("team-flow"));
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!setup.differences(layout).isEmpty()) {
            assertThat(System.nanoTime()).isLessThan(deadlineNs);
        }
        assertThat(setup.partitions()).hasValue(PARTITIONS);
    }

    @Test
    void createsCompactedTopicsWithOnePartition() throws Exception {
        Topics.createMissing(admin, PARTITIONS, (short) 1);

        assertThat(setting(Topics.FLOW_MODELS, "cleanup.policy")).isEqualTo("compact");
        assertThat(setting(Topics.FLOW_MODELS, "retention.ms")).isEqualTo("-1");
        assertThat(requireNonNull(admin.describeTopics(List.of("flow-models"))
                                .allTopicNames()
                                .get(30, TimeUnit.SECONDS)
                                .get("flow-models"))
                        .partitions())
                .hasSize(1);
    }

    @Test
    void rejectsTopicsThatAreNotCopartitioned() {
        Topics.createMissing(admin, PARTITIONS, (short) 1);

        assertThatThrownBy(() -> Topics.createMissing(admin, PARTITIONS + 1, (short) 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("keystrokes has 3")
                .hasMessageContaining("4 are configured")
                .hasMessageNotContaining("dead-letters");
    }

    @Test
    void reportsTooManyReplicas() {
        try (Admin other = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                TestPlatform.shared().bootstrapServers()))) {
            Topic<KeystrokeBatch> topic = new Topic<>("not-to-be-had", KeystrokeBatch.class, null);

            assertThatThrownBy(() -> new TopicCreation(other, new TopicLayout(1, 3, 2)).createMissing(List.of(topic)))
                    .isInstanceOf(KafkaException.class)
                    .hasRootCauseInstanceOf(InvalidReplicationFactorException.class);
        }
    }

    private String setting(Topic<?> topic, String name) throws Exception {
        return setting(topic.name(), name);
    }

    private String setting(String topic, String name) throws Exception {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<ConfigResource, Config> described =
                admin.describeConfigs(List.of(resource)).all().get(30, TimeUnit.SECONDS);
        return requireNonNull(described.get(resource)).get(name).value();
    }
}
