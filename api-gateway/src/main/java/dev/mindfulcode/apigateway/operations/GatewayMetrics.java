package dev.mindfulcode.apigateway.operations;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The registry that this gateway measures into and shows under {@code /metrics}. */
public record GatewayMetrics(PrometheusMeterRegistry registry) {}
