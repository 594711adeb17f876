package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The stream, without a web server. It starts with its context and stops with it; {@link FlowStream} tells how it is
 * doing. Metrics go to the context's MeterRegistry where there is one.
 */
@Configuration(proxyBeanMethods = false)
public class FlowStreamConfiguration {

    @Bean
    FlowStream flowStream(Environment environment, ObjectProvider<MeterRegistry> meters) {
        return new FlowStream(
                FlowStreamSettings.of(environment),
                meters.getIfAvailable(SimpleMeterRegistry::new),
                InstantSource.system(),
                ClockStepWatch.ofSystem());
    }
}
