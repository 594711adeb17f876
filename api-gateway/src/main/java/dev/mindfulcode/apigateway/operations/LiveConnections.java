package dev.mindfulcode.apigateway.operations;

/** Counts the live connections. */
@FunctionalInterface
public interface LiveConnections {

    int count();
}
