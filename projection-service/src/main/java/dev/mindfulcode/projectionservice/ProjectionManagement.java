package dev.mindfulcode.projectionservice;

import dev.mindfulcode.management.Health;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.projectionservice.loop.LoopState;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Predicate;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The management port of the projection service as a process of its own. */
@Configuration(value = "projectionManagementConfiguration", proxyBeanMethods = false)
class ProjectionManagement {

    @Bean
    ServiceMetrics projectionMetrics() {
        return new ServiceMetrics();
    }

    @Bean(destroyMethod = "")
    MeterRegistry projectionMeterRegistry(ServiceMetrics metrics) {
        return metrics.registry();
    }

    /** A loop whose thread has ended does not recover; one without partitions or database does. */
    @Bean
    ManagementServer projectionManagement(
            ProjectionSettings settings, ProjectionService service, ServiceMetrics metrics) {
        return new ManagementServer(
                settings.management(),
                () -> health(service, LoopState::isAlive),
                () -> health(service, LoopState::isFollowing).and("projections", service.isFollowing()),
                metrics,
                InstantSource.system());
    }

    private static Health health(ProjectionService service, Predicate<LoopState> isHealthy) {
        Health health = Health.OK;
        for (Map.Entry<String, LoopState> loop : service.loops().entrySet()) {
            health = health.and(loop.getKey(), isHealthy.test(loop.getValue()));
        }
        return health;
    }
}
