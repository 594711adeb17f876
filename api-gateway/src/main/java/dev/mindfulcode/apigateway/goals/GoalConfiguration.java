package dev.mindfulcode.apigateway.goals;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires personal goals. */
@Configuration(value = "gatewayGoalConfiguration", proxyBeanMethods = false)
public class GoalConfiguration {

    @Bean
    EndpointGroup gatewayGoalRoutes(Database database, FlowHistory history) {
        return new GoalRoutes(new Goals(database, history))::addTo;
    }
}
