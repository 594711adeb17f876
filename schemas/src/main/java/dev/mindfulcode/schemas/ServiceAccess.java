package dev.mindfulcode.schemas;

import static dev.mindfulcode.schemas.Topics.ACCOUNTS;
import static dev.mindfulcode.schemas.Topics.DEAD_LETTERS;
import static dev.mindfulcode.schemas.Topics.FLOW_FEATURES;
import static dev.mindfulcode.schemas.Topics.FLOW_FEEDBACK;
import static dev.mindfulcode.schemas.Topics.FLOW_MINUTES;
import static dev.mindfulcode.schemas.Topics.FLOW_MODELS;
import static dev.mindfulcode.schemas.Topics.FLOW_PERIODS;
import static dev.mindfulcode.schemas.Topics.FLOW_STATES;
import static dev.mindfulcode.schemas.Topics.KEYSTROKES;
import static dev.mindfulcode.schemas.Topics.SESSIONS;
import static dev.mindfulcode.schemas.Topics.TEAM_ALERTS;
import static dev.mindfulcode.schemas.Topics.TEAM_ALERT_RULES;
import static dev.mindfulcode.schemas.Topics.TEAM_CONTRIBUTIONS;
import static dev.mindfulcode.schemas.Topics.TEAM_FLOW;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/**
 * The access of one service to Kafka: no more than it needs. A cluster with an authorizer refuses
 * everything else.
 *
 * @param user of the service on Kafka
 * @param writes topics to which it may write
 * @param reads topics that it may read
 * @param describes further topics whose ends it may ask for
 * @param groups prefixes of the consumer groups in which it may read
 * @param describedGroups further groups whose offsets it may ask for
 * @param ownPrefix empty, or the group of a Kafka Streams application, whose internal topics and transactions begin
 *     with its name
 */
public record ServiceAccess(
        String user,
        List<Topic<?>> writes,
        List<Topic<?>> reads,
        List<Topic<?>> describes,
        List<String> groups,
        List<String> describedGroups,
        String ownPrefix) {

    /** Any host: where a service runs is not Kafka's to know. */
    private static final String ANY_HOST = "*";

    private static final ServiceAccess INGEST = new ServiceAccess(
            "ingest-service", List.of(KEYSTROKES, FLOW_FEATURES), List.of(), List.of(), List.of(), List.of(), "");

    private static final ServiceAccess FLOW_STREAM = new ServiceAccess(
            "flow-stream",
            List.of(FLOW_STATES, FLOW_PERIODS, FLOW_MINUTES, TEAM_CONTRIBUTIONS, TEAM_FLOW, TEAM_ALERTS, DEAD_LETTERS),
            List.of(
                    KEYSTROKES,
                    FLOW_FEATURES,
                    SESSIONS,
                    ACCOUNTS,
                    FLOW_FEEDBACK,
                    FLOW_MODELS,
                    TEAM_CONTRIBUTIONS,
                    TEAM_FLOW,
                    TEAM_ALERT_RULES),
            List.of(),
            List.of(),
            List.of(),
            Topics.FLOW_STREAM_GROUP);

    private static final ServiceAccess PROJECTION = new ServiceAccess(
            "projection-service",
            List.of(DEAD_LETTERS),
            List.of(KEYSTROKES, SESSIONS, ACCOUNTS, FLOW_STATES, FLOW_PERIODS, FLOW_MINUTES, TEAM_FLOW),
            List.of(),
            List.of(Topics.PROJECTION_GROUP_PREFIX),
            List.of(),
            "");

    /** It imports and exports users' own history, hence their keystrokes, and redrives dead letters. */
    private static final ServiceAccess GATEWAY = new ServiceAccess(
            "api-gateway",
            List.of(
                    SESSIONS,
                    ACCOUNTS,
                    FLOW_FEEDBACK,
                    FLOW_MODELS,
                    TEAM_ALERT_RULES,
                    KEYSTROKES,
                    FLOW_FEATURES,
                    DEAD_LETTERS),
            List.of(
                    SESSIONS,
                    ACCOUNTS,
                    FLOW_FEEDBACK,
                    FLOW_MODELS,
                    KEYSTROKES,
                    FLOW_FEATURES,
                    FLOW_STATES,
                    TEAM_ALERTS,
                    DEAD_LETTERS),
            List.of(FLOW_PERIODS, FLOW_MINUTES, TEAM_FLOW, TEAM_CONTRIBUTIONS),
            List.of(Topics.TEAM_ALERT_GROUP),
            List.of(Topics.FLOW_STREAM_GROUP),
            "");

    private static final List<ServiceAccess> ALL = List.of(GATEWAY, INGEST, FLOW_STREAM, PROJECTION);

    public static List<ServiceAccess> all() {
        return ALL;
    }

    /** Returns the access-control entries of the service. */
    public List<AclBinding> acls() {
        List<AclBinding> acls = new ArrayList<>();
        for (Topic<?> topic : writes) {
            acls.add(allow(ResourceType.TOPIC, topic.name(), PatternType.LITERAL, AclOperation.WRITE));
        }
        for (Topic<?> topic : reads) {
            acls.add(allow(ResourceType.TOPIC, topic.name(), PatternType.LITERAL, AclOperation.READ));
        }
        for (Topic<?> topic : describes) {
            acls.add(allow(ResourceType.TOPIC, topic.name(), PatternType.LITERAL, AclOperation.DESCRIBE));
        }
        for (String group : groups) {
            acls.add(allow(ResourceType.GROUP, group, PatternType.PREFIXED, AclOperation.READ));
        }
        for (String group : describedGroups) {
            acls.add(allow(ResourceType.GROUP, group, PatternType.LITERAL, AclOperation.DESCRIBE));
        }
        if (!ownPrefix.isEmpty()) {
            String prefix = ownPrefix + "-";
            // Delete: Kafka Streams deletes what it has read of its repartition topics.
            Stream.of(
                            AclOperation.CREATE,
                            AclOperation.READ,
                            AclOperation.WRITE,
                            AclOperation.DELETE,
                            AclOperation.DESCRIBE_CONFIGS)
                    .forEach(operation -> acls.add(allow(ResourceType.TOPIC, prefix, PatternType.PREFIXED, operation)));
            acls.add(allow(ResourceType.GROUP, ownPrefix, PatternType.LITERAL, AclOperation.READ));
            acls.add(allow(ResourceType.TRANSACTIONAL_ID, prefix, PatternType.PREFIXED, AclOperation.WRITE));
        }
        return acls;
    }

    private AclBinding allow(ResourceType type, String name, PatternType pattern, AclOperation operation) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + user, ANY_HOST, operation, AclPermissionType.ALLOW));
    }
}
