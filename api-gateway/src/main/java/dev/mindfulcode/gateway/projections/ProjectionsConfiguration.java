package dev.mindfulcode.gateway.projections;

import dev.mindfulcode.edge.ConnectionRules;
import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.log.LogAddress;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Builds}. */
@Configuration(value = "gatewayProjectionsConfiguration", proxyBeanMethods = false)
public class ProjectionsConfiguration {

    @Bean
    TopicEnds gatewayTopicEnds(LogAddress log) {
        return new TopicEnds(log.bootstrapServers());
    }

    @Bean
    RouteGroup gatewayProjectionRoutes(Database database, TopicEnds ends, ConnectionRules rules) {
        return new ProjectionRoutes(new Builds(database, ends), rules)::addTo;
    }
}
