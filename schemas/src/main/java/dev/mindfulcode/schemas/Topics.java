package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.admin.Admin;

/** The topic catalogue: the only place that knows the names of topics, what they carry and how long that is kept. */
public final class Topics {

    public static final Topic<KeystrokeBatch> KEYSTROKES = new Topic<>("keystrokes", KeystrokeBatch.class, null);
    public static final Topic<SessionEvent> SESSIONS = new Topic<>("sessions", SessionEvent.class, null);
    public static final Topic<AccountEvent> ACCOUNTS = new Topic<>("accounts", AccountEvent.class, null);
    // What read models are made of is kept for ever, as they are built anew from the first record: what the stream
    // makes of keystrokes
    // depends on the models and answers of its day, and would not come out the same again.

    public static final Topic<FlowState> FLOW_STATES = new Topic<>("flow-states", FlowState.class, null);
    public static final Topic<FlowPeriod> FLOW_PERIODS = new Topic<>("flow-periods", FlowPeriod.class, null);
    public static final Topic<FlowMinute> FLOW_MINUTES = new Topic<>("flow-minutes", FlowMinute.class, null);

    public static final Topic<FlowFeedback> FLOW_FEEDBACK = new Topic<>("flow-feedback", FlowFeedback.class, null);

    /**
     * Keyed by model id in UTF-8: every model that was published. Under {@link #ACTIVE_MODEL} lies the one to be used,
     * once more and whole, so that a switch is one record: there is no moment in which a name leads nowhere.
     */
    public static final Topic<PublishedModel> FLOW_MODELS =
            new Topic<>("flow-models", PublishedModel.class, null, true);

    /** The key in {@link #FLOW_MODELS} of the model that is to be used; no model may be called so. */
    public static final String ACTIVE_MODEL = "active";

    /** Keyed by team id: what each member adds to each window, on its way from the member's partition to the team's. */
    public static final Topic<TeamContribution> TEAM_CONTRIBUTIONS =
            new Topic<>("team-contributions", TeamContribution.class, Duration.ofDays(7));

    /** Keyed by team id: the windows of teams that are large enough. */
    public static final Topic<TeamWindow> TEAM_FLOW = new Topic<>("team-flow", TeamWindow.class, null);

    /** Keyed by plugin id: the versions of plugins that may be installed. One that was removed has a tombstone. */
    public static final Topic<PluginRelease> PLUGINS = new Topic<>("plugins", PluginRelease.class, null, true);

    /**
     * Keyed by the ids of team and rule as text, {@code team:rule}, in UTF-8: what the leads of teams want to be told
     * of. A rule that was deleted has a tombstone.
     */
    public static final Topic<TeamAlertRule> TEAM_ALERT_RULES =
            new Topic<>("team-alert-rules", TeamAlertRule.class, null, true);

    /** Keyed by team id: what was to be told. */
    public static final Topic<TeamAlert> TEAM_ALERTS = new Topic<>("team-alerts", TeamAlert.class, Duration.ofDays(90));

    /** Keyed by the original key's bytes, whatever they are. */
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
            PLUGINS,
            TEAM_CONTRIBUTIONS,
            TEAM_FLOW,
            TEAM_ALERT_RULES,
            TEAM_ALERTS,
            DEAD_LETTERS);

    private Topics() {}

    public static List<Topic<?>> all() {
        return ALL;
    }

    /**
     * Creates the topics that the cluster lacks, with the catalogue's retention, and returns when all of them can be
     * used. May be called by several services at once; topics that are there are left as they are, but for those that
     * lose records which the catalogue keeps for ever.
     *
     * @param partitions for each topic but compacted ones, which have one; topics keyed by user must all have the same
     *     number
     * @param replication at most the number of brokers; writes need all replicas but one (at least one) in sync
     * @throws IllegalStateException where a topic keyed by user is there with another number of partitions
     * @throws org.apache.kafka.common.KafkaException where the cluster refuses or does not answer
     */
    public static void createMissing(Admin admin, int partitions, short replication) {
        new TopicCreation(admin, partitions, replication).createMissing(ALL);
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
}
