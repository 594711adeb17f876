package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/** The topic catalogue: names, value types and retention of all topics. */
public final class Topics {

    /** The consumer group of flow-stream, whose committed offsets say what it has processed. */
    public static final String FLOW_STREAM_GROUP = "mindful-flow";

    /** The consumer group in which gateways store alerts. */
    public static final String TEAM_ALERT_GROUP = "mindful-team-alerts";

    /** The consumer groups of the projections begin with this; they store no offsets. */
    public static final String PROJECTION_GROUP_PREFIX = "mindful-projection-";

    /** The longest time for which a compacted topic, or a changelog, retains a value after its key was overwritten. */
    public static final Duration COMPACTION_LAG_MAX = Duration.ofDays(1);

    public static final Topic<KeystrokeBatch> KEYSTROKES = Topic.sealed("keystrokes", KeystrokeBatch.class);

    /** Reports of clients that keep their keystrokes. */
    public static final Topic<FlowFeatures> FLOW_FEATURES = Topic.sealed("flow-features", FlowFeatures.class);

    public static final Topic<SessionEvent> SESSIONS = Topic.sealed("sessions", SessionEvent.class);
    public static final Topic<AccountEvent> ACCOUNTS = Topic.sealed("accounts", AccountEvent.class);

    // Retained for ever, since read models are rebuilt from the first record. The stream's output depends on the models
    // and ratings of its day, so it cannot be recomputed.

    public static final Topic<FlowState> FLOW_STATES = Topic.sealed("flow-states", FlowState.class);
    public static final Topic<FlowPeriod> FLOW_PERIODS = Topic.sealed("flow-periods", FlowPeriod.class);
    public static final Topic<FlowMinute> FLOW_MINUTES = Topic.sealed("flow-minutes", FlowMinute.class);

    public static final Topic<FlowFeedback> FLOW_FEEDBACK = Topic.sealed("flow-feedback", FlowFeedback.class);

    /**
     * Keyed by model id in UTF-8: all published models. {@link #ACTIVE_MODEL} has a copy of the active one, so that a
     * switch is a single record.
     */
    public static final Topic<PublishedModel> FLOW_MODELS =
            new Topic<>("flow-models", PublishedModel.class, null, true, false);

    /** The key of the active model in {@link #FLOW_MODELS}; not a valid model id. */
    public static final String ACTIVE_MODEL = "active";

    /** Keyed by team id: the members' contributions to windows, from the members' partitions to the team's. */
    public static final Topic<TeamContribution> TEAM_CONTRIBUTIONS =
            new Topic<>("team-contributions", TeamContribution.class, Duration.ofDays(7));

    /** Keyed by team id: released windows. */
    public static final Topic<TeamWindow> TEAM_FLOW = new Topic<>("team-flow", TeamWindow.class, null);

    /**
     * Keyed by the ids of team and rule as text, {@code team:rule}, in UTF-8: alert rules. A deleted rule has a
     * tombstone.
     */
    public static final Topic<TeamAlertRule> TEAM_ALERT_RULES =
            new Topic<>("team-alert-rules", TeamAlertRule.class, null, true, false);

    /** Keyed by team id: alerts. */
    public static final Topic<TeamAlert> TEAM_ALERTS = new Topic<>("team-alerts", TeamAlert.class, Duration.ofDays(90));

    /** Keyed by the bytes of the original key. */
    public static final Topic<DeadLetter> DEAD_LETTERS =
            new Topic<>("dead-letters", DeadLetter.class, Duration.ofDays(28));

    private static final List<Topic<?>> ALL = List.of(
            KEYSTROKES,
            SESSIONS,
            ACCOUNTS,
            FLOW_STATES,
            FLOW_PERIODS,
            FLOW_MINUTES,
            FLOW_MODELS,
            FLOW_FEEDBACK,
            TEAM_CONTRIBUTIONS,
            TEAM_FLOW,
            TEAM_ALERT_RULES,
            TEAM_ALERTS,
            DEAD_LETTERS,
            FLOW_FEATURES);

    private Topics() {}

    public static List<Topic<?>> all() {
        return ALL;
    }

    /**
     * Creates missing topics and waits until all are usable. Services may call it concurrently. Existing topics do not
     * change, except that a retention is removed where the catalogue has none, and that compacted ones, changelogs of
     * the stream included, get the longest time until compaction.
     *
     * @param partitions for each topic but compacted ones, which have one; topics keyed by user must all have the same
     *     number
     * @param replication at most the number of brokers; writes need all replicas but one (at least one) in sync
     * @throws IllegalStateException where a topic keyed by user is there with another number of partitions
     * @throws org.apache.kafka.common.KafkaException where the cluster refuses or does not answer
     */
    public static void createMissing(Admin admin, int partitions, short replication) {
        new TopicCreation(admin, TopicLayout.of(partitions, replication)).createMissing(ALL);
    }

    /** Returns whether a topic is a changelog of flow-stream. */
    static boolean isChangelog(String topic) {
        return topic.startsWith(FLOW_STREAM_GROUP + "-") && topic.endsWith("-changelog");
    }

    /**
     * Registers the schema of each topic's values, as a release does before its services start: these then find their
     * schemas with {@link SchemaRegistry#registersOnWrite} off. Harmless when repeated, and when several do it at once.
     *
     * @throws IllegalStateException where the registry refuses or does not answer
     */
    public static void registerSchemas(SchemaRegistry registry) {
        try (SchemaRegistration registration = new SchemaRegistration(registry)) {
            registration.register(ALL);
        }
    }

    /**
     * Returns the artifacts whose schema of this release the registry does not have, sorted.
     *
     * @throws IllegalStateException where the registry refuses or does not answer
     */
    public static List<String> missingSchemas(SchemaRegistry registry) {
        try (SchemaRegistration registration = new SchemaRegistration(registry)) {
            return registration.missing(ALL);
        }
    }
}
