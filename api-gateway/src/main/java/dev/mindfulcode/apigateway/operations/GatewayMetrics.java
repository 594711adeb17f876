package dev.mindfulcode.apigateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.observation.ObservationRegistry;

/** The registry of this gateway's metrics. */
public record GatewayMetrics(MeterRegistry registry, ObservationRegistry observations) {

    /** Observations become timers. Not a bean: Spring would then observe each filter of each request as well. */
    static GatewayMetrics in(MeterRegistry registry) {
        ObservationRegistry observations = ObservationRegistry.create();
        observations.observationConfig().observationHandler(new DefaultMeterObservationHandler(registry));
        return new GatewayMetrics(registry, observations);
    }
}
