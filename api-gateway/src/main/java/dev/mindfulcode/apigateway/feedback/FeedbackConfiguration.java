package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Beans of flow ratings and their prompts. */
@Configuration(value = "gatewayFeedbackConfiguration", proxyBeanMethods = false)
public class FeedbackConfiguration {

    @Bean
    Prompts gatewayPrompts(Database database) {
        return new Prompts(database, InstantSource.system(), new SecureRandom());
    }

    @Bean
    EndpointGroup gatewayFeedbackRoutes(
            Database database, CollectionSettingsTable settings, EventPublisher log, Prompts prompts) {
        Feedback feedback = new Feedback(database, settings, prompts, log, new SecureRandom(), Clock.systemUTC());
        return new FeedbackRoutes(feedback, prompts)::addTo;
    }
}
