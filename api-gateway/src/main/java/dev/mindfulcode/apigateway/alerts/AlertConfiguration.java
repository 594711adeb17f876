package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.apigateway.webhooks.DeliveryQueue;
import dev.mindfulcode.apigateway.webhooks.WebhookDelivery;
import dev.mindfulcode.apigateway.webhooks.WebhookTargets;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Alerts}. */
@Configuration(value = "gatewayAlertConfiguration", proxyBeanMethods = false)
public class AlertConfiguration {

    @Bean
    Alerts gatewayAlerts(Database database, Teams teams, EventPublisher log, Outbox outbox, WebhookTargets targets) {
        return new Alerts(database, teams, log, outbox, targets, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    DeliveryQueue gatewayAlertDeliveries(Database database, EventPublisher log, Outbox outbox) {
        return new AlertDeliveries(database, log, outbox, Clock.systemUTC());
    }

    @Bean
    AlertInbox gatewayAlertInbox(
            KafkaConnection address, Database database, EventPublisher log, WebhookDelivery delivery) {
        return new AlertInbox(address, database.blocking(), log, delivery::wake, Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayAlertRoutes(
            Alerts alerts, WebhookTargets targets, WebhookDelivery delivery, RateLimits limits) {
        return new AlertRoutes(alerts, targets, delivery, limits)::addTo;
    }
}
