package dev.mindfulcode.apigateway.graphql;

import graphql.schema.idl.RuntimeWiring;
import org.springframework.graphql.execution.BatchLoaderRegistry;

/** A group of fields with their batch loaders. */
interface FieldResolvers {

    void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders);
}
