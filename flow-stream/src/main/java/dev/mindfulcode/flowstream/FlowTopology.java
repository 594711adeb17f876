package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.flowengine.team.TeamAggregate;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
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
 * Keystrokes, sessions and accounts in; flow states, flow periods, flow minutes and team windows out. Sub-topologies: one in which all is
 * keyed by user id, and one for teams, with a topic of the catalogue between them; {@link TeamAlertTopology} follows.
 *
 * <pre>
 * keystrokes ─► read-batches ──┐                   ┌─► flow-states
 * sessions ───► read-sessions ─┼─► track-sessions ─┼─► flow-periods
 * accounts ───► read-accounts ─┤                   ├─► flow-minutes
 * flow-feedback ► read-feedback ┘                  └─► team-contributions ─► keep-team-windows ─► team-flow
 * </pre>
 *
 * Beside it, on each instance whole and read to its end before anything else is: flow-models ─► keep-models.
 *
 * <p>What cannot be processed goes to dead-letters by way of the exception handlers, in the same transaction.
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
    static final String CONTRIBUTIONS_STORE = "contributions";
    static final String TEAM_WINDOWS_STORE = "team-windows";
    static final String PROGRESS_STORE = "progress";

    static final String FLOW_STATES_OUT = "flow-states-out";
    static final String FLOW_PERIODS_OUT = "flow-periods-out";
    static final String FLOW_MINUTES_OUT = "flow-minutes-out";
    static final String TEAM_CONTRIBUTIONS_OUT = "team-contributions-out";
    static final String TEAM_FLOW_OUT = "team-flow-out";

    private static final String KEYSTROKES_IN = "keystrokes-in";
    private static final String SESSIONS_IN = "sessions-in";
    private static final String ACCOUNTS_IN = "accounts-in";
    private static final String MODELS_IN = "models-in";
    private static final String UPDATE_MODELS = "update-models";
    private static final String FEEDBACK_IN = "feedback-in";
    private static final String READ_BATCHES = "read-batches";
    private static final String READ_SESSIONS = "read-sessions";
    private static final String READ_ACCOUNTS = "read-accounts";
    private static final String READ_FEEDBACK = "read-feedback";
    private static final String TRACK_SESSIONS = "track-sessions";
    private static final String TEAM_CONTRIBUTIONS_IN = "team-contributions-in";
    private static final String RELEASE_TEAM_WINDOWS = "release-team-windows";

    private final KeyLookup keys;
    private final SchemaRegistry registry;
    private final StreamMeters meters;
    private final ClampedTimestampExtractor timestamps;
    private final int teamMembersMin;

    FlowTopology(UserKeys keys, SchemaRegistry registry, MeterRegistry meters, InstantSource clock) {
        this(
                KeyLookup.of(keys),
                registry,
                new StreamMeters(meters),
                new ClampedTimestampExtractor(clock),
                TeamAggregate.MEMBERS_MIN_DEFAULT);
    }

    /** @param teamMembersMin the smallest group of which anything is said */
    FlowTopology(
            KeyLookup keys,
            SchemaRegistry registry,
            StreamMeters meters,
            ClampedTimestampExtractor timestamps,
            int teamMembersMin) {
        this.teamMembersMin = teamMembersMin;
        this.keys = keys;
        this.registry = registry;
        this.meters = meters;
        this.timestamps = timestamps;
    }

    @Override
    public Topology get() {
        Topology topology = new Topology();
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(MODELS_STORE), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                MODELS_IN,
                Serdes.Bytes().deserializer(),
                Serdes.ByteArray().deserializer(),
                Topics.FLOW_MODELS.name(),
                UPDATE_MODELS,
                () -> new GlobalStoreUpdater(MODELS_STORE));
        source(topology, KEYSTROKES_IN, Topics.KEYSTROKES);
        source(topology, SESSIONS_IN, Topics.SESSIONS);
        source(topology, ACCOUNTS_IN, Topics.ACCOUNTS);
        source(topology, FEEDBACK_IN, Topics.FLOW_FEEDBACK);

        PayloadReader payloads = new PayloadReader(keys);
        CommitRounds rounds = new CommitRounds();
        topology.addProcessor(READ_BATCHES, () -> new BatchReader(payloads, meters, rounds), KEYSTROKES_IN);
        topology.addProcessor(READ_SESSIONS, () -> new EventReader<>(FlowInput.SessionChanged::new), SESSIONS_IN);
        topology.addProcessor(READ_ACCOUNTS, () -> new EventReader<>(FlowInput.AccountChanged::new), ACCOUNTS_IN);
        topology.addProcessor(READ_FEEDBACK, () -> new EventReader<>(FlowInput.FeedbackGiven::new), FEEDBACK_IN);
        topology.addProcessor(
                TRACK_SESSIONS,
                () -> new SessionTracker(payloads, registry, meters, rounds),
                READ_BATCHES,
                READ_SESSIONS,
                READ_ACCOUNTS,
                READ_FEEDBACK);
        for (String store : new String[] {
            SESSIONS_STORE,
            SESSION_TIMERS_STORE,
            MINUTES_STORE,
            USERS_STORE,
            PERSONAL_LAYERS_STORE,
            REORDER_BUFFER_STORE,
            BATCH_IDS_STORE,
            MEMBERSHIPS_STORE,
            PENDING_CONTRIBUTIONS_STORE
        }) {
            topology.addStateStore(store(store), TRACK_SESSIONS);
        }
        topology.addStateStore(store(PROGRESS_STORE), READ_BATCHES, TRACK_SESSIONS);

        markedSink(topology, FLOW_STATES_OUT, Topics.FLOW_STATES, TRACK_SESSIONS);
        markedSink(topology, FLOW_PERIODS_OUT, Topics.FLOW_PERIODS, TRACK_SESSIONS);
        markedSink(topology, FLOW_MINUTES_OUT, Topics.FLOW_MINUTES, TRACK_SESSIONS);
        sink(topology, TEAM_CONTRIBUTIONS_OUT, Topics.TEAM_CONTRIBUTIONS, TRACK_SESSIONS);

        source(topology, TEAM_CONTRIBUTIONS_IN, Topics.TEAM_CONTRIBUTIONS);
        topology.addProcessor(
                RELEASE_TEAM_WINDOWS, () -> new TeamWindowProcessor(teamMembersMin, meters), TEAM_CONTRIBUTIONS_IN);
        topology.addStateStore(store(CONTRIBUTIONS_STORE), RELEASE_TEAM_WINDOWS);
        topology.addStateStore(store(TEAM_WINDOWS_STORE), RELEASE_TEAM_WINDOWS);
        sink(topology, TEAM_FLOW_OUT, Topics.TEAM_FLOW, RELEASE_TEAM_WINDOWS);
        TeamAlertTopology.addTo(topology, registry, meters, timestamps);
        return topology;
    }

    private <V extends SpecificRecord> void source(Topology topology, String name, Topic<V> topic) {
        topology.addSource(
                AutoOffsetReset.earliest(),
                name,
                timestamps,
                topic.keySerde().deserializer(),
                topic.valueSerde(registry).deserializer(),
                topic.name());
    }

    private <V extends SpecificRecord> void sink(Topology topology, String name, Topic<V> topic, String parent) {
        topology.addSink(
                name,
                topic.name(),
                topic.keySerde().serializer(),
                topic.valueSerde(registry).serializer(),
                parent);
    }

    /** A sink that takes progress markers as well, which go to the partition that they are about. */
    private <V extends SpecificRecord> void markedSink(Topology topology, String name, Topic<V> topic, String parent) {
        StreamPartitioner<UUID, @Nullable V> partitioner = (unused, key, value, partitions) ->
                value == null ? Optional.of(Set.of(ProgressMarker.partition(key))) : Optional.empty();
        topology.addSink(
                name,
                topic.name(),
                topic.keySerde().serializer(),
                topic.valueSerde(registry).serializer(),
                partitioner,
                parent);
    }

    /** Cached: what a session's batches change between two commits reaches RocksDB and the changelog once. */
    static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingEnabled();
    }
}
