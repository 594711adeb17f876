package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.collection.CollectionSettingsTable;
import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.sessions.SessionExclusions;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.time.Clock;
import java.time.InstantSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link PrivacySettings}. */
@Configuration(value = "gatewayPrivacySettingsConfiguration", proxyBeanMethods = false)
public class PrivacySettingsConfiguration {

    @Bean
    EndpointGroup gatewayPrivacySettingsRoutes(
            Database database,
            CollectionSettingsTable table,
            SettingsHistory history,
            SessionExclusions sessions,
            Teams teams,
            EventPublisher publisher,
            Outbox outbox) {
        PrivacySettings settings =
                new PrivacySettings(database, table, history, sessions, teams, publisher, outbox, Clock.systemUTC());
        return new PrivacySettingsRoutes(settings, history)::addTo;
    }

    @Bean
    ActivityRecorder gatewayActivityRecorder() {
        return new ActivityRecorder();
    }

    @Bean
    RetentionJob gatewayRetentionJob(
            Database database,
            ActivityRecorder recorder,
            SettingsHistory history,
            Purge purge,
            SmtpSettings smtp,
            AccountDetails accounts,
            GatewayMetrics metrics) {
        NoticeMail mail = NoticeMail.of(smtp);
        return new RetentionJob(
                database.blocking(),
                recorder,
                history,
                purge::beginIf,
                mail == null ? null : new RetentionJob.Mailing(mail::send, accounts),
                InstantSource.system(),
                metrics.registry());
    }
}
