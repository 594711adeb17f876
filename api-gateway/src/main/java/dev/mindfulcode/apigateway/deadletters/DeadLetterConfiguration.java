package dev.mindfulcode.apigateway.deadletters;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the operator's endpoints for dead letters. */
@Configuration(value = "gatewayDeadLetterConfiguration", proxyBeanMethods = false)
public class DeadLetterConfiguration {

    @Bean
    DeadLetterTopic gatewayDeadLetterTopic(KafkaConnection kafka) {
        return new DeadLetterTopic(kafka);
    }

    @Bean
    EndpointGroup gatewayDeadLetterRoutes(
            DeadLetterTopic topic, Database database, Outbox outbox, AsyncUserCiphers ciphers, GatewayMetrics metrics) {
        DeadLetterRedrive redrive = new DeadLetterRedrive(database, outbox, ciphers, metrics.registry());
        return new DeadLetterRoutes(topic, redrive, Clock.systemUTC())::addTo;
    }
}
