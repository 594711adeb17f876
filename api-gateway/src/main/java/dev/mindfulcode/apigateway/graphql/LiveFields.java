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
        DataFetcher<Instant> at = environment -> Instant.ofEpochMilli(
                FetchArguments.of(environment, LiveUpdate.class).at());
        DataFetcher<Instant> receivedAt = environment -> Instant.ofEpochMilli(
                FetchArguments.of(environment, LiveUpdate.FlowState.class).receivedAt());
        DataFetcher<String> status = environment -> FetchArguments.of(environment, LiveUpdate.Session.class)
                .session()
                .status();
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

    private static Flux<LiveUpdate.FlowState> flowStates(DataFetchingEnvironment environment) {
        boolean any = FetchArguments.text(environment, "sessionId") == null;
        UUID only = FetchArguments.id(environment, "sessionId");
        return FetchArguments.connection(environment)
                .updates(FetchArguments.time(environment, "since"))
                .ofType(LiveUpdate.FlowState.class)
                .filter(update -> any || update.sessionId().equals(only));
    }

    private static Flux<LiveUpdate.Session> sessions(DataFetchingEnvironment environment) {
        boolean any = FetchArguments.text(environment, "id") == null;
        UUID only = FetchArguments.id(environment, "id");
        return FetchArguments.connection(environment)
                .updates(null)
                .ofType(LiveUpdate.Session.class)
                .filter(update -> any || update.sessionId().equals(only));
    }

    /** Fails for a team that the caller does not lead. */
    private Flux<LiveUpdate.TeamAlert> teamAlerts(DataFetchingEnvironment environment) {
        Flux<LiveUpdate.TeamAlert> alerts =
                FetchArguments.connection(environment).updates(null).ofType(LiveUpdate.TeamAlert.class);
        if (FetchArguments.text(environment, "teamId") == null) {
            return alerts;
        }
        UUID only = FetchArguments.id(environment, "teamId");
        return only == null
                ? Flux.error(ProblemType.NOT_FOUND.withDetail("Unknown team."))
                : teams.requireLeadOnPremium(FetchArguments.userId(environment), only)
                        .thenMany(alerts.filter(alert -> alert.teamId().equals(only)));
    }
}
