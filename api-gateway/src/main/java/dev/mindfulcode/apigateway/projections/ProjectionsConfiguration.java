package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.RouteGroup;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.webkit.ConnectionRules;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Builds}. */
@Configuration(value = "gatewayProjectionsConfiguration", proxyBeanMethods = false)
public class ProjectionsConfiguration {

    @Bean
    TopicEnds gatewayTopicEnds(KafkaConnection log) {
        return new TopicEnds(log.bootstrapServers());
    }

    @Bean
    RouteGroup gatewayProjectionRoutes(Database database, TopicEnds ends, ConnectionRules rules) {
        return new ProjectionRoutes(new Builds(database, ends), rules)::addTo;
    }
}
