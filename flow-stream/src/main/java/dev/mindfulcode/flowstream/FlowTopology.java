package dev.mindfulcode.flowstream;

import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The topology: keystrokes, features, sessions, accounts and feedback in; flow states, flow periods, flow minutes and
 * team windows out. One sub-topology is keyed by user id and one by team id, with a topic of the catalogue between
 * them; {@link TeamAlertTopology} adds the third.
 *
 * <pre>
 * keystrokes ─► read-batches ──┐
 * flow-features ► read-reports ┤                   ┌─► flow-states
 * sessions ───► read-sessions ─┼─► track-sessions ─┼─► flow-periods
 * accounts ───► read-accounts ─┤                   ├─► flow-minutes
 * flow-feedback ► read-feedback ┘                  └─► team-contributions ─► release-team-windows ─► team-flow
 * </pre>
 *
 * The topic flow-models fills a global store, which each instance reads to its end before it processes any record.
 *
 * <p>The exception handlers send what cannot be processed to dead-letters, in the same transaction.
 */
final class FlowTopology implements Supplier<Topology> {

    static final String SESSIONS_STORE = "sessions";
    static final String SESSION_TIMERS_STORE = "session-timers";
    static final String MINUTES_STORE = "minutes";
    static final String USERS_STORE = "users";
    static final String MODELS_STORE = "models";
    static final String PERSONAL_LAYERS_STORE = "personal-layers";
    static final String REORDER_BUFFER_STORE = "reorder-buffer";
    static final String BATCH_IDS_STORE = "batch-ids";
    static final String MEMBERSHIPS_STORE = "memberships";
    static final String PENDING_CONTRIBUTIONS_STORE = "pending-contributions";
    static final String PROGRESS_STORE = "progress";
    static final String CONTRIBUTIONS_STORE = "contributions";
    static final String TEAM_MEMBERS_STORE = "team-members";
    static final String TEAM_LEDGERS_STORE = "team-ledgers";
    static final String TEAM_CLOCKS_STORE = "team-clocks";

    static final String FLOW_STATES_OUT = "flow-states-out";
    static final String FLOW_PERIODS_OUT = "flow-periods-out";
    static final String FLOW_MINUTES_OUT = "flow-minutes-out";
    static final String TEAM_CONTRIBUTIONS_OUT = "team-contributions-out";
    static final String TEAM_FLOW_OUT = "team-flow-out";

    private static final String KEYSTROKES_IN = "keystrokes-in";
    private static final String FEATURES_IN = "features-in";
    private static final String SESSIONS_IN = "sessions-in";
    private static final String ACCOUNTS_IN = "accounts-in";
    private static final String FEEDBACK_IN = "feedback-in";
    private static final String TEAM_CONTRIBUTIONS_IN = "team-contributions-in";
    private static final String READ_BATCHES = "read-batches";
    private static final String READ_REPORTS = "read-reports";
    private static final String READ_SESSIONS = "read-sessions";
    private static final String READ_ACCOUNTS = "read-accounts";
    private static final String READ_FEEDBACK = "read-feedback";
    private static final String TRACK_SESSIONS = "track-sessions";
    private static final String RELEASE_TEAM_WINDOWS = "release-team-windows";

    private final KeyLookup keys;
    private final SchemaRegistry registry;
    private final StreamMeters meters;
    private final ClampedTimestampExtractor timestamps;
    private final TeamPrivacy teamPrivacy;
    private final Tracing tracing;

    FlowTopology(
            KeyLookup keys,
            SchemaRegistry registry,
            StreamMeters meters,
            ClampedTimestampExtractor timestamps,
            TeamPrivacy teamPrivacy,
            Tracing tracing) {
        this.keys = keys;
        this.registry = registry;
        this.meters = meters;
        this.timestamps = timestamps;
        this.teamPrivacy = teamPrivacy;
        this.tracing = tracing;
    }

    @Override
    public Topology get() {
        Topology topology = new Topology();
        globalStore(topology, MODELS_STORE, Topics.FLOW_MODELS);
        readInputs(topology);
        trackSessions(topology);
        publishSessions(topology);
        releaseTeamWindows(topology);
        new TeamAlertTopology(this, registry, meters).addTo(topology);
        return topology;
    }

    private void readInputs(Topology topology) {
        sealedSource(topology, KEYSTROKES_IN, Topics.KEYSTROKES);
        sealedSource(topology, FEATURES_IN, Topics.FLOW_FEATURES);
        sealedSource(topology, SESSIONS_IN, Topics.SESSIONS);
        sealedSource(topology, ACCOUNTS_IN, Topics.ACCOUNTS);
        sealedSource(topology, FEEDBACK_IN, Topics.FLOW_FEEDBACK);
        topology.addProcessor(
                READ_SESSIONS,
                () -> new EventReader<>(
                        Topics.SESSIONS, registry, keys, FlowInput.SessionChanged::new, meters.eventsOfErased),
                SESSIONS_IN);
        topology.addProcessor(
                READ_ACCOUNTS,
                () -> new EventReader<>(
                        Topics.ACCOUNTS, registry, keys, FlowInput.AccountChanged::new, meters.eventsOfErased),
                ACCOUNTS_IN);
        topology.addProcessor(
                READ_FEEDBACK,
                () -> new EventReader<>(
                        Topics.FLOW_FEEDBACK, registry, keys, FlowInput.FeedbackGiven::new, meters.feedbackOfErased),
                FEEDBACK_IN);
    }

    private void trackSessions(Topology topology) {
        UserEventPublisher.Seals seals = UserEventPublisher.Seals.of(registry);
        CommitRounds rounds = new CommitRounds();
        topology.addProcessor(READ_BATCHES, () -> new BatchReader(keys, registry, meters, rounds), KEYSTROKES_IN);
        topology.addProcessor(READ_REPORTS, () -> new FeatureReader(keys, registry, meters, rounds), FEATURES_IN);
        topology.addProcessor(
                TRACK_SESSIONS,
                () -> new SessionTracker(keys, seals, registry, meters, rounds, tracing),
                READ_BATCHES,
                READ_REPORTS,
                READ_SESSIONS,
                READ_ACCOUNTS,
                READ_FEEDBACK);
        topology.addStateStore(keyValueStore(SESSIONS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(SESSION_TIMERS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(USERS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(PERSONAL_LAYERS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(REORDER_BUFFER_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(BATCH_IDS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(MEMBERSHIPS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(PENDING_CONTRIBUTIONS_STORE), TRACK_SESSIONS);
        topology.addStateStore(keyValueStore(PROGRESS_STORE), READ_BATCHES, READ_REPORTS, TRACK_SESSIONS);
        topology.addStateStore(ExpiringStore.builder(MINUTES_STORE, MinuteStore.RETENTION), TRACK_SESSIONS);
    }

    private void publishSessions(Topology topology) {
        sealedSink(topology, FLOW_STATES_OUT, Topics.FLOW_STATES);
        sealedSink(topology, FLOW_PERIODS_OUT, Topics.FLOW_PERIODS);
        sealedSink(topology, FLOW_MINUTES_OUT, Topics.FLOW_MINUTES);
        sink(topology, TEAM_CONTRIBUTIONS_OUT, Topics.TEAM_CONTRIBUTIONS, TRACK_SESSIONS);
    }

    private void releaseTeamWindows(Topology topology) {
        source(topology, TEAM_CONTRIBUTIONS_IN, Topics.TEAM_CONTRIBUTIONS);
        topology.addProcessor(
                RELEASE_TEAM_WINDOWS, () -> new TeamWindowProcessor(keys, teamPrivacy, meters), TEAM_CONTRIBUTIONS_IN);
        topology.addStateStore(
                ExpiringStore.builder(CONTRIBUTIONS_STORE, TeamWindowStore.RETENTION), RELEASE_TEAM_WINDOWS);
        topology.addStateStore(keyValueStore(TEAM_MEMBERS_STORE), RELEASE_TEAM_WINDOWS);
        topology.addStateStore(keyValueStore(TEAM_LEDGERS_STORE), RELEASE_TEAM_WINDOWS);
        topology.addStateStore(keyValueStore(TEAM_CLOCKS_STORE), RELEASE_TEAM_WINDOWS);
        sink(topology, TEAM_FLOW_OUT, Topics.TEAM_FLOW, RELEASE_TEAM_WINDOWS);
    }

    /** Adds a store that each instance fills with a whole compacted topic. */
    static void globalStore(Topology topology, String store, Topic<?> topic) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                store + "-in",
                Serdes.Bytes().deserializer(),
                Serdes.ByteArray().deserializer(),
                topic.name(),
                "update-" + store,
                () -> new GlobalStoreUpdater(store));
    }

    <V extends SpecificRecord> void source(Topology topology, String name, Topic<V> topic) {
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                timestamps,
                topic.keySerde().deserializer(),
                topic.valueSerde(registry).deserializer(),
                topic.name());
    }

    /** Adds a source of values that its reader opens. */
    private void sealedSource(Topology topology, String name, Topic<?> topic) {
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                timestamps,
                topic.keySerde().deserializer(),
                Serdes.ByteArray().deserializer(),
                topic.name());
    }

    <V extends SpecificRecord> void sink(Topology topology, String name, Topic<V> topic, String parent) {
        topology.addSink(
                name,
                topic.name(),
                topic.keySerde().serializer(),
                topic.valueSerde(registry).serializer(),
                parent);
    }

    /**
     * Adds a sink of values from a {@link UserEventPublisher}, which sends each progress marker to the partition that
     * the marker is about.
     */
    private static void sealedSink(Topology topology, String name, Topic<?> topic) {
        StreamPartitioner<UUID, byte @Nullable []> partitioner = (_, key, value, _) ->
                value == null ? Optional.of(Set.of(ProgressMarker.partition(key))) : Optional.empty();
        topology.addSink(
                name,
                topic.name(),
                topic.keySerde().serializer(),
                Serdes.ByteArray().serializer(),
                partitioner,
                TRACK_SESSIONS);
    }

    /** Cached: the changes of a row between two commits reach RocksDB and the changelog once. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> keyValueStore(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled();
    }
}
