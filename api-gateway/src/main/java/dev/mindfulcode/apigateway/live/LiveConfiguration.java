package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.alerts.Alerts;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.feedback.Prompts;
import dev.mindfulcode.apigateway.flow.DetectionListener;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.TopicTailer;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.operations.LiveConnections;
import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.problems.ProblemType;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** Wires live updates: feed, hub, clients. */
@Configuration(value = "gatewayLiveConfiguration", proxyBeanMethods = false)
public class LiveConfiguration {

    private static final Logger log = LoggerFactory.getLogger(LiveConfiguration.class);

    private static final int SNAPSHOT_THREADS_MAX = 4;

    @Bean
    LiveHub gatewayLiveHub(
            KafkaConnection kafka, UserKeys keys, Prompts prompts, Alerts alerts, ConnectionLimits rules) {
        Scheduler blocking =
                Schedulers.newBoundedElastic(SNAPSHOT_THREADS_MAX, LiveHub.CONNECTIONS_MAX, "gateway-live-snapshots");
        return new LiveHub(flowStates(kafka, keys), blocking, prompts::momentToRate, alerts::recipients, rules);
    }

    @Bean
    TopicTailer<UUID> gatewayLiveFeed(KafkaConnection kafka, UserKeys keys, LiveHub hub, GatewayMetrics metrics) {
        return LiveFeed.tailer(kafka, new LiveFeed(kafka.registry(), keys::find, hub, metrics.registry()));
    }

    @Bean
    LiveConnections gatewayLiveConnections(LiveHub hub) {
        return hub::connections;
    }

    @Bean
    LiveUpdates gatewayLiveUpdates(LiveHub hub, CredentialExpiry ends) {
        return new LiveUpdates(hub, ends);
    }

    @Bean
    DetectionListener gatewayDetectionListener(LiveHub hub) {
        return new DetectedFlow(hub, Clock.systemUTC());
    }

    @Bean
    LiveTickets gatewayLiveTickets(Database database, RevocationTable revocations) {
        return new LiveTickets(database, revocations, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayLiveRoutes(LiveHub hub, CredentialExpiry ends, LiveTickets tickets, GatewayMetrics metrics) {
        Gauge.builder("mindful.gateway.live.connections", hub, LiveHub::connections)
                .description("Open WebSockets and event streams of clients")
                .register(metrics.registry());
        conflated("replaced", hub.conflation(), Conflation::replaced, metrics);
        conflated("dropped", hub.conflation(), Conflation::dropped, metrics);
        LiveWebSocket webSocket = new LiveWebSocket(hub, ends, Clock.systemUTC());
        LiveEventStream events = new LiveEventStream(hub, ends);
        return endpoints -> endpoints
                .add(
                        Endpoint.get("/ws")
                                .with(Feature.TICKET_PARAMETER)
                                .with(Feature.TOKEN_PARAMETER)
                                .problems(ProblemType.TOO_MANY_CONNECTIONS, ProblemType.INVALID_REQUEST),
                        webSocket::open)
                .add(
                        Endpoint.get("/api/flow/stream")
                                .with(Feature.TICKET_PARAMETER)
                                .problems(ProblemType.TOO_MANY_CONNECTIONS),
                        events::open)
                .add(Endpoint.post("/api/live/tickets"), tickets::create);
    }

    private static void conflated(
            String outcome, Conflation counts, ToDoubleFunction<Conflation> count, GatewayMetrics metrics) {
        FunctionCounter.builder("mindful.gateway.live.conflated", counts, count)
                .tag("outcome", outcome)
                .description("Messages that slow clients did not get: replaced by newer ones, or dropped")
                .register(metrics.registry());
    }

    /** Reads flow states; null for one that is not readable, which the projection stores as a dead letter. */
    private static LiveHub.FlowStateReader flowStates(KafkaConnection kafka, UserKeys keys) {
        SealedEvents<FlowState> states = new SealedEvents<>(Topics.FLOW_STATES, kafka.registry());
        return (userId, value) -> {
            try {
                Optional<UserCipher> cipher = keys.find(userId);
                synchronized (states) {
                    return states.open(userId, value, _ -> cipher) instanceof Opened.Event<FlowState>(FlowState state)
                            ? state
                            : null;
                }
            } catch (RuntimeException e) {
                LiveConfiguration.log.warn(
                        "Flow state not readable; skipped: error={}",
                        e.getClass().getName());
                return null;
            }
        };
    }
}
