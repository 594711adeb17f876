package dev.mindfulcode.projectionservice;

import dev.mindfulcode.projectionservice.analytics.AnalyticsService;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The projection service, without a web server. It starts and stops with its context; {@link ProjectionService} reports
 * its state. Metrics go to the context's MeterRegistry, if it has one.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(ProjectionSettings.class)
public class ProjectionConfiguration {

    @Bean
    ProjectionService projectionService(ProjectionSettings settings, ObjectProvider<MeterRegistry> meters) {
        return new ProjectionService(
                settings, Projections.ALL, meters.getIfAvailable(SimpleMeterRegistry::new), ClockStepWatch.ofSystem());
    }

    @Bean
    AnalyticsService projectionAnalytics(ProjectionSettings settings, ObjectProvider<MeterRegistry> meters) {
        return new AnalyticsService(new AnalyticsService.Settings(
                settings.postgres(),
                settings.kafka(),
                settings.registry(),
                settings.keyEncryptionKey(),
                settings.mindfulPluginRuns(),
                meters.getIfAvailable(SimpleMeterRegistry::new)));
    }
}
