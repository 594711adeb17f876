/** GraphQL queries and subscriptions at {@code /graphql}, over HTTP, server-sent events and WebSocket. */
@NullMarked
package dev.mindfulcode.apigateway.graphql;

import org.jspecify.annotations.NullMarked;
