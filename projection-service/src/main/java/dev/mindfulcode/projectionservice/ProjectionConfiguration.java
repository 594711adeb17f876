package dev.mindfulcode.projectionservice;

import dev.mindfulcode.projectionservice.analytics.AnalyticsService;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * The projection service, without a web server. It starts with its context and stops with it; {@link ProjectionService}
 * tells how it is doing. Metrics go to the context's MeterRegistry where there is one.
 */
@Configuration(proxyBeanMethods = false)
public class ProjectionConfiguration {

    @Bean
    ProjectionService projectionService(Environment environment, ObjectProvider<MeterRegistry> meters) {
        return new ProjectionService(
                ProjectionSettings.of(environment),
                Projections.ALL,
                meters.getIfAvailable(SimpleMeterRegistry::new),
                ClockStepWatch.ofSystem());
    }

    @Bean
    AnalyticsService projectionAnalytics(Environment environment) {
        ProjectionSettings settings = ProjectionSettings.of(environment);
        return new AnalyticsService(new AnalyticsService.Settings(
                settings.database(),
                settings.bootstrapServers(),
                settings.registry(),
                settings.keyEncryptionKey(),
                settings.pluginRunsMax()));
    }
}
