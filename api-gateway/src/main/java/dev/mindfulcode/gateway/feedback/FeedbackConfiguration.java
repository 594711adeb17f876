package dev.mindfulcode.gateway.feedback;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.database.UserCiphers;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.log.EventLog;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires labels, and when to ask for one. */
@Configuration(value = "gatewayFeedbackConfiguration", proxyBeanMethods = false)
public class FeedbackConfiguration {

    @Bean
    Prompts gatewayPrompts(Database database) {
        return new Prompts(database, InstantSource.system());
    }

    @Bean
    RouteGroup gatewayFeedbackRoutes(Database database, UserCiphers ciphers, EventLog log, Prompts prompts) {
        Feedback feedback = new Feedback(database, ciphers, log, new SecureRandom(), Clock.systemUTC());
        return new FeedbackRoutes(feedback, prompts)::addTo;
    }
}
