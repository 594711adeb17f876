package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Builds}. */
@Configuration(value = "gatewayProjectionsConfiguration", proxyBeanMethods = false)
public class ProjectionsConfiguration {

    @Bean
    TopicEnds gatewayTopicEnds(KafkaConnection log) {
        return new TopicEnds(log);
    }

    @Bean
    EndpointGroup gatewayProjectionRoutes(Database database, TopicEnds ends, ConnectionLimits rules) {
        return new ProjectionRoutes(new Builds(database, ends), rules)::addTo;
    }
}
