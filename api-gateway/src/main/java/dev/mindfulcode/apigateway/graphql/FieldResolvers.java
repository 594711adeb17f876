package dev.mindfulcode.apigateway.graphql;

import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;

/** Fields that belong together, and what loads them in batches. */
interface FieldResolvers {

    void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders);
}
