package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.management.Health;

/** Checks whether the gateway can serve: database and Kafka, not the registry. May block for the time of a check. */
@FunctionalInterface
public interface Readiness {

    Health health();
}
