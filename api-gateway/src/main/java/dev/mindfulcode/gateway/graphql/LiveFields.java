package dev.mindfulcode.gateway.graphql;

import dev.mindfulcode.gateway.live.LiveUpdate;
import graphql.schema.DataFetcher;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import java.time.Instant;
import java.util.UUID;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Flux;

/** Subscriptions. */
final class LiveFields implements Fields {

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        DataFetcher<Instant> at =
                asked -> Instant.ofEpochMilli(Asked.of(asked, LiveUpdate.class).at());
        DataFetcher<Instant> receivedAt = asked ->
                Instant.ofEpochMilli(Asked.of(asked, LiveUpdate.FlowState.class).receivedAt());
        DataFetcher<String> status =
                asked -> Asked.of(asked, LiveUpdate.Session.class).session().status();
        wiring.type(
                        "Subscription",
                        subscription -> subscription
                                .dataFetcher("flowState", LiveFields::flowStates)
                                .dataFetcher("session", LiveFields::sessions))
                .type("FlowStateUpdate", update -> update.dataFetcher("at", at).dataFetcher("receivedAt", receivedAt))
                .type("SessionUpdate", update -> update.dataFetcher("at", at).dataFetcher("status", status));
    }

    private static Flux<LiveUpdate.FlowState> flowStates(DataFetchingEnvironment asked) {
        boolean any = Asked.text(asked, "sessionId") == null;
        UUID only = Asked.id(asked, "sessionId");
        return Asked.connection(asked)
                .updates()
                .ofType(LiveUpdate.FlowState.class)
                .filter(update -> any || update.sessionId().equals(only));
    }

    private static Flux<LiveUpdate.Session> sessions(DataFetchingEnvironment asked) {
        boolean any = Asked.text(asked, "id") == null;
        UUID only = Asked.id(asked, "id");
        return Asked.connection(asked)
                .updates()
                .ofType(LiveUpdate.Session.class)
                .filter(update -> any || update.sessionId().equals(only));
    }
}
