package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import org.apache.kafka.streams.Topology;

/**
 * The sub-topology that evaluates alert rules: released team windows in, alerts out, keyed by team id. It reads no
 * member's row.
 *
 * <pre>
 * team-flow ─► evaluate-alerts ─► team-alerts
 * </pre>
 *
 * The topic team-alert-rules fills a global store.
 */
record TeamAlertTopology(FlowTopology flow, SchemaRegistry registry, StreamMeters meters) {

    static final String RULES_STORE = "alert-rules";
    static final String WINDOWS_STORE = "alert-windows";
    static final String STATES_STORE = "alert-states";

    private static final String TEAM_FLOW_IN = "team-flow-in";
    private static final String EVALUATE_ALERTS = "evaluate-alerts";
    private static final String ALERTS_OUT = "team-alerts-out";

    void addTo(Topology topology) {
        FlowTopology.globalStore(topology, RULES_STORE, Topics.TEAM_ALERT_RULES);
        flow.source(topology, TEAM_FLOW_IN, Topics.TEAM_FLOW);
        topology.addProcessor(EVALUATE_ALERTS, () -> new TeamAlertEvaluator(registry, meters), TEAM_FLOW_IN);
        topology.addStateStore(FlowTopology.keyValueStore(WINDOWS_STORE), EVALUATE_ALERTS);
        topology.addStateStore(FlowTopology.keyValueStore(STATES_STORE), EVALUATE_ALERTS);
        flow.sink(topology, ALERTS_OUT, Topics.TEAM_ALERTS, EVALUATE_ALERTS);
    }
}
