package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.accounts.Accounts;
import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;

/** The field {@code me}. */
final class AccountFields implements FieldResolvers {

    private final Accounts accounts;

    AccountFields(Accounts accounts) {
        this.accounts = accounts;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        wiring.type(
                "Query",
                query -> query.dataFetcher("me", environment -> accounts.find(FetchArguments.userId(environment))));
    }
}
