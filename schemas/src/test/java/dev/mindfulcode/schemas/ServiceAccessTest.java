package dev.mindfulcode.schemas;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

final class ServiceAccessTest {

    @Test
    void letsIngestWriteItsTwoTopicsAndNothingElse() {
        assertThat(inWords("ingest-service"))
                .containsExactlyInAnyOrder("WRITE TOPIC keystrokes", "WRITE TOPIC flow-features");
    }

    @Test
    void letsProjectionsWriteDeadLettersOnly() {
        assertThat(inWords("projection-service").filter(acl -> acl.startsWith("WRITE")))
                .containsExactly("WRITE TOPIC dead-letters");
    }

    @Test
    void letsOnlyTheStreamCreateAndDeleteAndOnlyItsOwnTopics() {
        assertThat(all().filter(acl -> acl.entry().operation() == AclOperation.CREATE
                        || acl.entry().operation() == AclOperation.DELETE))
                .hasSize(2)
                .allSatisfy(acl -> {
                    assertThat(acl.entry().principal()).isEqualTo("User:flow-stream");
                    assertThat(acl.pattern().resourceType()).isEqualTo(ResourceType.TOPIC);
                    assertThat(acl.pattern().patternType()).isEqualTo(PatternType.PREFIXED);
                    assertThat(acl.pattern().name()).isEqualTo("mindful-flow-");
                });
    }

    @Test
    void givesNobodyAccessToTheClusterOrToEverything() {
        assertThat(all()).isNotEmpty().allSatisfy(acl -> {
            assertThat(acl.pattern().resourceType()).isNotEqualTo(ResourceType.CLUSTER);
            assertThat(acl.pattern().name()).isNotEqualTo("*");
            assertThat(acl.entry().operation()).isNotEqualTo(AclOperation.ALL);
            assertThat(acl.entry().permissionType()).isEqualTo(AclPermissionType.ALLOW);
        });
    }

    @Test
    void letsOneServiceWriteEachResult() {
        Set<String> results =
                Set.of("flow-states", "flow-periods", "flow-minutes", "team-contributions", "team-flow", "team-alerts");

        assertThat(all().filter(acl -> acl.entry().operation() == AclOperation.WRITE
                        && results.contains(acl.pattern().name())))
                .hasSameSizeAs(results)
                .allMatch(acl -> acl.entry().principal().equals("User:flow-stream"));
    }

    @Test
    void leavesNoTopicWithoutAReaderOrAWriter() {
        Set<String> written = names(AclOperation.WRITE);
        Set<String> read = names(AclOperation.READ);

        assertThat(Topics.all()).allSatisfy(topic -> {
            assertThat(written).contains(topic.name());
            assertThat(read).contains(topic.name());
        });
    }

    @Test
    void letsOnlyTheGatewayReadDeadLetters() {
        assertThat(all().filter(acl -> acl.entry().operation() == AclOperation.READ
                        && acl.pattern().name().equals(Topics.DEAD_LETTERS.name())))
                .singleElement()
                .matches(acl -> acl.entry().principal().equals("User:api-gateway"));
    }

    private static Set<String> names(AclOperation operation) {
        return all().filter(acl ->
                        acl.entry().operation() == operation && acl.pattern().resourceType() == ResourceType.TOPIC)
                .map(acl -> acl.pattern().name())
                .collect(Collectors.toSet());
    }

    private static Stream<AclBinding> all() {
        return ServiceAccess.all().stream().map(ServiceAccess::acls).flatMap(List::stream);
    }

    private static Stream<String> inWords(String user) {
        return all().filter(acl -> acl.entry().principal().equals("User:" + user))
                .map(acl -> acl.entry().operation() + " " + acl.pattern().resourceType() + " "
                        + acl.pattern().name());
    }
}
