package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.live.LiveUpdate;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import java.time.Instant;
import java.util.UUID;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Flux;

/** Subscriptions. */
final class LiveFields implements FieldResolvers {

    private final Teams teams;

    LiveFields(Teams teams) {
        this.teams = teams;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        DataFetcher<Instant> at = asked ->
                Instant.ofEpochMilli(FetchArguments.of(asked, LiveUpdate.class).at());
        DataFetcher<Instant> receivedAt = asked -> Instant.ofEpochMilli(
                FetchArguments.of(asked, LiveUpdate.FlowState.class).receivedAt());
        DataFetcher<String> status = asked ->
                FetchArguments.of(asked, LiveUpdate.Session.class).session().status();
        wiring.type(
                        "Subscription",
                        subscription -> subscription
                                .dataFetcher("flowState", LiveFields::flowStates)
                                .dataFetcher("session", LiveFields::sessions)
                                .dataFetcher("teamAlert", this::teamAlerts))
                .type("FlowStateUpdate", update -> update.dataFetcher("at", at).dataFetcher("receivedAt", receivedAt))
                .type("SessionUpdate", update -> update.dataFetcher("at", at).dataFetcher("status", status))
                .type("TeamAlert", alert -> alert.dataFetcher("at", at));
    }

    private static Flux<LiveUpdate.FlowState> flowStates(DataFetchingEnvironment asked) {
        boolean any = FetchArguments.text(asked, "sessionId") == null;
        UUID only = FetchArguments.id(asked, "sessionId");
        return FetchArguments.connection(asked)
                .updates()
                .ofType(LiveUpdate.FlowState.class)
                .filter(update -> any || update.sessionId().equals(only));
    }

    private static Flux<LiveUpdate.Session> sessions(DataFetchingEnvironment asked) {
        boolean any = FetchArguments.text(asked, "id") == null;
        UUID only = FetchArguments.id(asked, "id");
        return FetchArguments.connection(asked)
                .updates()
                .ofType(LiveUpdate.Session.class)
                .filter(update -> any || update.sessionId().equals(only));
    }

    /** Who subscribes for a team that they do not lead is told so, and not left waiting. */
    private Flux<LiveUpdate.TeamAlert> teamAlerts(DataFetchingEnvironment asked) {
        Flux<LiveUpdate.TeamAlert> alerts =
                FetchArguments.connection(asked).updates().ofType(LiveUpdate.TeamAlert.class);
        if (FetchArguments.text(asked, "teamId") == null) {
            return alerts;
        }
        UUID only = FetchArguments.id(asked, "teamId");
        return only == null
                ? Flux.error(ProblemType.NOT_FOUND.withDetail("There is no such team."))
                : teams.requireLeadOnPremium(FetchArguments.userId(asked), only)
                        .thenMany(alerts.filter(alert -> alert.teamId().equals(only)));
    }
}
