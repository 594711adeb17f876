package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;

/**
 * Windows of teams and rules in, alerts out. A sub-topology of its own, keyed by team id.
 *
 * <pre>
 * team-flow ─► watch-teams ─► team-alerts
 * </pre>
 *
 * Beside it, on each instance whole: team-alert-rules ─► keep-alert-rules. It sees what was released of a team and nothing else.
 */
final class TeamAlertTopology {

    static final String RULES_STORE = "alert-rules";
    static final String WINDOWS_STORE = "alert-windows";
    static final String STATES_STORE = "alert-states";

    private static final String RULES_IN = "alert-rules-in";
    private static final String UPDATE_RULES = "update-alert-rules";
    private static final String TEAM_FLOW_IN = "team-flow-in";
    private static final String EVALUATE_ALERTS = "evaluate-alerts";
    private static final String ALERTS_OUT = "team-alerts-out";

    private TeamAlertTopology() {}

    static void addTo(
            Topology topology, SchemaRegistry registry, StreamMeters meters, ClampedTimestampExtractor timestamps) {
        topology.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(RULES_STORE), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                RULES_IN,
                Serdes.Bytes().deserializer(),
                Serdes.ByteArray().deserializer(),
                Topics.TEAM_ALERT_RULES.name(),
                UPDATE_RULES,
                () -> new GlobalStoreUpdater(RULES_STORE));
        topology.addSource(
                AutoOffsetReset.earliest(),
                TEAM_FLOW_IN,
                timestamps,
                Topics.TEAM_FLOW.keySerde().deserializer(),
                Topics.TEAM_FLOW.valueSerde(registry).deserializer(),
                Topics.TEAM_FLOW.name());
        topology.addProcessor(EVALUATE_ALERTS, () -> new TeamAlertEvaluator(registry, meters), TEAM_FLOW_IN);
        topology.addStateStore(FlowTopology.store(WINDOWS_STORE), EVALUATE_ALERTS);
        topology.addStateStore(FlowTopology.store(STATES_STORE), EVALUATE_ALERTS);
        topology.addSink(
                ALERTS_OUT,
                Topics.TEAM_ALERTS.name(),
                Topics.TEAM_ALERTS.keySerde().serializer(),
                Topics.TEAM_ALERTS.valueSerde(registry).serializer(),
                EVALUATE_ALERTS);
    }
}
