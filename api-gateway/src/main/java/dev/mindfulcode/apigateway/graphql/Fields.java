package dev.mindfulcode.apigateway.graphql;

import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;

/** Fields that belong together, and what loads them in batches. */
interface Fields {

    void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders);
}
