package dev.mindfulcode.gateway.alerts;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.limits.RateLimits;
import dev.mindfulcode.gateway.log.EventLog;
import dev.mindfulcode.gateway.log.LogAddress;
import dev.mindfulcode.gateway.log.Outbox;
import dev.mindfulcode.gateway.teams.Teams;
import dev.mindfulcode.gateway.webhooks.Deliveries;
import dev.mindfulcode.gateway.webhooks.WebhookDelivery;
import dev.mindfulcode.gateway.webhooks.WebhookTargets;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Alerts}. */
@Configuration(value = "gatewayAlertConfiguration", proxyBeanMethods = false)
public class AlertConfiguration {

    @Bean
    Alerts gatewayAlerts(Database database, Teams teams, EventLog log, Outbox outbox, WebhookTargets targets) {
        return new Alerts(database, teams, log, outbox, targets, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    Deliveries gatewayAlertDeliveries(Database database, EventLog log, Outbox outbox) {
        return new AlertDeliveries(database, log, outbox, Clock.systemUTC());
    }

    @Bean
    AlertInbox gatewayAlertInbox(LogAddress address, Database database, EventLog log, WebhookDelivery delivery) {
        return new AlertInbox(address, database.blocking(), log, delivery::wake, Clock.systemUTC());
    }

    @Bean
    RouteGroup gatewayAlertRoutes(Alerts alerts, WebhookTargets targets, WebhookDelivery delivery, RateLimits limits) {
        return new AlertRoutes(alerts, targets, delivery, limits)::addTo;
    }
}
