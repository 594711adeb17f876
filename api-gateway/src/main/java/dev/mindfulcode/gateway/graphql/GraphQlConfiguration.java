package dev.mindfulcode.gateway.graphql;

import dev.mindfulcode.access.Credentials;
import dev.mindfulcode.gateway.flow.SpanReads;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.live.LiveUpdates;
import dev.mindfulcode.gateway.sessions.ReadAfter;
import dev.mindfulcode.gateway.sessions.SessionReads;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** Wires {@code /graphql}. */
@Configuration(value = "gatewayGraphQlConfiguration", proxyBeanMethods = false)
public class GraphQlConfiguration {

    @Bean
    RouteGroup gatewayGraphQlRoutes(
            SessionReads sessions, SpanReads spans, ReadAfter readAfter, LiveUpdates live, Credentials credentials) {
        Clock clock = Clock.systemUTC();
        Graph graph =
                new Graph(List.of(new SessionFields(sessions, clock), new FlowFields(spans, clock), new LiveFields()));
        GraphSocket socket = new GraphSocket(
                graph,
                live,
                token -> Mono.fromFuture(() -> credentials.check(token)).map(Caller::signedIn));
        return new GraphRoutes(graph, new GraphEvents(graph, live), socket, readAfter)::addTo;
    }
}
