package dev.mindfulcode.gateway.graphql;

import dev.mindfulcode.access.Credentials;
import dev.mindfulcode.gateway.accounts.Accounts;
import dev.mindfulcode.gateway.flow.FlowHistory;
import dev.mindfulcode.gateway.flow.SpanReads;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.live.LiveUpdates;
import dev.mindfulcode.gateway.sessions.ReadAfter;
import dev.mindfulcode.gateway.sessions.SessionReads;
import dev.mindfulcode.gateway.teams.Invitations;
import dev.mindfulcode.gateway.teams.Teams;
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
            SessionReads sessions,
            SpanReads spans,
            FlowHistory history,
            Accounts accounts,
            Teams teams,
            Invitations invitations,
            ReadAfter readAfter,
            LiveUpdates live,
            Credentials credentials) {
        Clock clock = Clock.systemUTC();
        Graph graph = new Graph(List.of(
                new AccountFields(accounts),
                new SessionFields(sessions, clock),
                new FlowFields(spans, clock),
                new HistoryFields(history),
                new TeamFields(teams, invitations),
                new LiveFields(teams)));
        GraphSocket socket = new GraphSocket(
                graph,
                live,
                token -> Mono.fromFuture(() -> credentials.check(token)).map(Caller::signedIn));
        return new GraphRoutes(graph, new GraphEvents(graph, live), socket, readAfter)::addTo;
    }
}
