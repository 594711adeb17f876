package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.accounts.Accounts;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.live.LiveUpdates;
import dev.mindfulcode.apigateway.sessions.SessionQueries;
import dev.mindfulcode.apigateway.teams.Invitations;
import dev.mindfulcode.apigateway.teams.TeamStatistics;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.publisher.Mono;

/** Beans of {@code /graphql}. */
@Configuration(value = "gatewayGraphQlConfiguration", proxyBeanMethods = false)
public class GraphQlConfiguration {

    @Bean
    EndpointGroup gatewayGraphQlRoutes(
            SessionQueries sessions,
            TimeRangeQueries spans,
            FlowHistory history,
            Accounts accounts,
            Teams teams,
            TeamStatistics teamStatistics,
            Invitations invitations,
            LiveUpdates live,
            CredentialVerifier credentials) {
        Clock clock = Clock.systemUTC();
        GraphQlExecutor graph = new GraphQlExecutor(List.of(
                new AccountFields(accounts),
                new SessionFields(sessions, clock),
                new FlowFields(spans, clock),
                new HistoryFields(history),
                new TeamFields(teams, teamStatistics, invitations),
                new LiveFields(teams)));
        GraphQlWebSocketHandler socket = new GraphQlWebSocketHandler(
                graph,
                live,
                token -> Mono.fromFuture(() -> credentials.verify(token)).map(Caller::signedIn));
        return new GraphQlRoutes(graph, new GraphQlSseHandler(graph, live), socket)::addTo;
    }
}
