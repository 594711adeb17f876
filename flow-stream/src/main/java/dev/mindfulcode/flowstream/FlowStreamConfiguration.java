package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.InstantSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The flow stream, without a web server. {@link FlowStreamSettings} lists the environment variables; a
 * {@link MeterRegistry} is used if the context has one.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(FlowStreamSettings.class)
public class FlowStreamConfiguration {

    @Bean
    FlowStream flowStream(FlowStreamSettings settings, ObjectProvider<MeterRegistry> meters) {
        return new FlowStream(
                settings,
                meters.getIfAvailable(SimpleMeterRegistry::new),
                InstantSource.system(),
                ClockStepWatch.ofSystem());
    }
}
