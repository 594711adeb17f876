package dev.mindfulcode.flowstream;

import dev.mindfulcode.management.Health;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The management port of the stream as a process of its own. */
@Configuration(value = "streamManagementConfiguration", proxyBeanMethods = false)
class FlowStreamManagement {

    @Bean
    ServiceMetrics streamMetrics() {
        return new ServiceMetrics();
    }

    @Bean(destroyMethod = "")
    MeterRegistry streamMeterRegistry(ServiceMetrics metrics) {
        return metrics.registry();
    }

    /** A stream that gave up does not recover; one that restores its state or waits for Kafka does. */
    @Bean
    ManagementServer streamManagement(FlowStreamSettings settings, FlowStream stream, ServiceMetrics metrics) {
        return new ManagementServer(
                settings.management(),
                () -> Health.of("stream", !stream.hasFailed()),
                () -> Health.of("stream", stream.isReady()),
                metrics,
                InstantSource.system());
    }
}
