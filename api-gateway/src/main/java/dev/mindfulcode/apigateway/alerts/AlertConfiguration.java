package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.GroupListenerContainer;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.webhooks.DeliveryQueue;
import dev.mindfulcode.webhooks.WebhookDelivery;
import dev.mindfulcode.webhooks.WebhookSettings;
import dev.mindfulcode.webhooks.WebhookTargets;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires alerts and their webhooks. */
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
    WebhookTargets gatewayWebhookTargets(KeyEncryptionKey keyEncryptionKey, WebhookSettings settings) {
        return new WebhookTargets(keyEncryptionKey, settings, new SecureRandom());
    }

    @Bean
    WebhookDelivery gatewayWebhookDelivery(
            DeliveryQueue deliveries, WebhookTargets targets, WebhookSettings settings, GatewayMetrics metrics) {
        return WebhookDelivery.create(deliveries, targets, settings, metrics.registry());
    }

    @Bean
    GroupListenerContainer<byte[], byte[]> gatewayAlertInbox(
            KafkaConnection kafka, Database database, EventPublisher publisher, WebhookDelivery delivery) {
        AlertInbox inbox =
                new AlertInbox(kafka.registry(), database.blocking(), publisher, delivery::wake, Clock.systemUTC());
        return AlertInbox.container(kafka, inbox);
    }

    @Bean
    EndpointGroup gatewayAlertRoutes(
            Alerts alerts, WebhookTargets targets, WebhookDelivery delivery, RateLimits limits) {
        return new AlertRoutes(alerts, targets, delivery, limits)::addTo;
    }
}
