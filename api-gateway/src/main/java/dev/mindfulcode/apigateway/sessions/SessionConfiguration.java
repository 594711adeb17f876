package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Sessions} and their reads. */
@Configuration(value = "gatewaySessionConfiguration", proxyBeanMethods = false)
public class SessionConfiguration {

    @Bean
    ProjectionProgress gatewayProjectionProgress(Database database) {
        return new ProjectionProgress(database);
    }

    @Bean
    ReadAfter gatewayReadAfter(ProjectionProgress progress) {
        return new ReadAfter(progress);
    }

    @Bean
    SessionQueries gatewaySessionReads(Database database, AsyncUserCiphers ciphers) {
        return new SessionQueries(database, ciphers);
    }

    @Bean
    SessionExclusions gatewaySessionExclusions(
            Database database, AsyncUserCiphers ciphers, CollectionSettingsTable settings) {
        return new SessionExclusions(database, ciphers, settings);
    }

    @Bean
    EndpointGroup gatewaySessionRoutes(
            Database database,
            AsyncUserCiphers ciphers,
            SessionExclusions exclusions,
            CollectionSettingsTable settings,
            EventPublisher log,
            SessionQueries reads,
            ProjectionProgress progress) {
        Clock clock = Clock.systemUTC();
        Sessions sessions = new Sessions(database, ciphers, exclusions, settings, log, clock);
        return new SessionRoutes(sessions, reads, progress, new SecureRandom(), clock)::addTo;
    }

    @Bean
    EndpointGroup gatewayBreakdownRoutes(Database database, AsyncUserCiphers ciphers) {
        return new BreakdownRoutes(database, ciphers, Clock.systemUTC())::addTo;
    }
}
