package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class TopicSetupTest {

    private static final TopicLayout LAYOUT = TopicLayout.of(12, 3);

    private final Map<String, TopicSetup.Actual> cluster = new HashMap<>();

    TopicSetupTest() {
        Topics.all()
                .forEach(topic -> cluster.put(
                        topic.name(), new TopicSetup.Actual(LAYOUT.partitionsOf(topic), 3, LAYOUT.settings(topic))));
    }

    @Test
    void findsNothingOnAClusterLikeTheCatalogue() {
        assertThat(TopicSetup.compare(LAYOUT, cluster)).isEmpty();
    }

    @Test
    void listsEachTopicOfAnEmptyCluster() {
        List<TopicDifference> differences = TopicSetup.compare(LAYOUT, Map.of());

        assertThat(differences).hasSameSizeAs(Topics.all()).allMatch(TopicDifference::isCorrectable);
        assertThat(differences.getFirst())
                .hasToString("keystrokes does not exist; to create with 12 partitions, 3 replicas,"
                        + " {cleanup.policy=delete, message.timestamp.after.max.ms=9223372036854775807,"
                        + " min.insync.replicas=2, retention.bytes=-1, retention.ms=-1}");
    }

    @Test
    void namesASettingThatDiffers() {
        Map<String, String> settings = new HashMap<>(LAYOUT.settings(Topics.KEYSTROKES));
        settings.put("retention.ms", "604800000");
        settings.put("compression.type", "zstd");
        cluster.put("keystrokes", new TopicSetup.Actual(12, 3, settings));

        assertThat(TopicSetup.compare(LAYOUT, cluster))
                .singleElement()
                .hasToString("keystrokes has retention.ms=604800000; to set to -1");
    }

    @Test
    void cannotCorrectPartitionsAndReplicas() {
        cluster.put("sessions", new TopicSetup.Actual(6, 1, LAYOUT.settings(Topics.SESSIONS)));

        assertThat(TopicSetup.compare(LAYOUT, cluster))
                .containsExactly(
                        new TopicDifference.Partitions("sessions", 6, 12),
                        new TopicDifference.Replication("sessions", 1, 3))
                .noneMatch(TopicDifference::isCorrectable);
    }

    @Test
    void limitsTheCompactionLagOfChangelogs() {
        cluster.put("mindful-flow-users-changelog", new TopicSetup.Actual(12, 3, Map.of()));
        cluster.put("someone-elses-changelog", new TopicSetup.Actual(1, 1, Map.of()));

        assertThat(TopicSetup.compare(LAYOUT, cluster))
                .containsExactly(new TopicDifference.Setting(
                        "mindful-flow-users-changelog", "max.compaction.lag.ms", null, "86400000"));
    }

    @Test
    void rejectsImpossibleLayouts() {
        assertThatThrownBy(() -> new TopicLayout(12, 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("min.insync.replicas is 3; must be between 1 and 2");
        assertThatThrownBy(() -> TopicLayout.of(0, 1)).hasMessage("partitions is 0; must be between 1 and 10000");
        assertThat(TopicLayout.of(1, 1).minInSyncReplicas()).isEqualTo(1);
    }
}
