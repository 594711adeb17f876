package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.operations.Readiness;
import dev.mindfulcode.management.Health;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The management port of the gateway as a process of its own. */
@Configuration(value = "gatewayManagementConfiguration", proxyBeanMethods = false)
class GatewayManagement {

    @Bean
    ManagementServer gatewayManagement(GatewaySettings settings, Readiness readiness, ServiceMetrics metrics) {
        return new ManagementServer(
                settings.management(), () -> Health.OK, readiness::health, metrics, InstantSource.system());
    }
}
