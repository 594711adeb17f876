package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.identity.teams.TeamTable;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the operator's endpoints. */
@Configuration(value = "gatewayAdminConfiguration", proxyBeanMethods = false)
public class AdminConfiguration {

    @Bean
    ModelTopic gatewayModelTopic(KafkaConnection kafka, EventPublisher publisher, Database database) {
        return new ModelTopic(kafka, publisher, database.blocking());
    }

    @Bean
    EndpointGroup gatewayModelRoutes(ModelTopic topic) {
        return new ModelRoutes(topic, Clock.systemUTC())::addTo;
    }

    @Bean
    EndpointGroup gatewayTeamPlanRoutes(Database database) {
        return new TeamPlanRoutes(new TeamTable(database))::addTo;
    }
}
