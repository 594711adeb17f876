package dev.mindfulcode.apigateway.operations;

import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;

/** The registry of this gateway's metrics, shown under {@code /metrics}. */
public record GatewayMetrics(PrometheusMeterRegistry registry, ObservationRegistry observations) {

    /** Observations become timers. Not a bean: Spring would then observe each filter of each request as well. */
    static GatewayMetrics in(PrometheusMeterRegistry registry) {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        return new GatewayMetrics(registry, observations);
    }
}
