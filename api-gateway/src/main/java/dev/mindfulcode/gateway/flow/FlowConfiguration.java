package dev.mindfulcode.gateway.flow;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.log.LogAddress;
import dev.mindfulcode.gateway.sessions.ReadAfter;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires flow on demand and in the past. */
@Configuration(value = "gatewayFlowConfiguration", proxyBeanMethods = false)
public class FlowConfiguration {

    @Bean
    ModelFeed gatewayModelFeed(LogAddress log) {
        return new ModelFeed(log);
    }

    @Bean
    RouteGroup gatewayDetectRoutes(ModelFeed models) {
        return new DetectRoutes(models::detector)::addTo;
    }

    @Bean
    RouteGroup gatewayPastRoutes(Database database, ReadAfter readAfter) {
        return new PastRoutes(database, readAfter, Clock.systemUTC())::addTo;
    }
}
