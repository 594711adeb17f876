package dev.mindfulcode.apigateway.operations;

/** How many clients are connected for live updates. */
@FunctionalInterface
public interface LiveConnections {

    int count();
}
