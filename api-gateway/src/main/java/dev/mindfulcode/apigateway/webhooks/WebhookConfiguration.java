package dev.mindfulcode.apigateway.webhooks;

import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** Wires webhooks. */
@Configuration(value = "gatewayWebhookConfiguration", proxyBeanMethods = false)
public class WebhookConfiguration {

    @Bean
    WebhookSettings gatewayWebhookSettings(Environment environment) {
        return WebhookSettings.read(environment);
    }

    @Bean
    WebhookTargets gatewayWebhookTargets(KeyEncryptionKey keyEncryptionKey, WebhookSettings settings) {
        return new WebhookTargets(keyEncryptionKey, settings, new SecureRandom());
    }

    @Bean
    WebhookDelivery gatewayWebhookDelivery(
            DeliveryQueue deliveries, WebhookTargets targets, WebhookSettings settings, GatewayMetrics metrics) {
        return new WebhookDelivery(
                deliveries,
                targets,
                new WebhookSender(settings.addresses(), Clock.systemUTC()),
                new SecureRandom(),
                metrics.registry());
    }
}
