package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.identity.teams.InvitationTable;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Teams}. */
@Configuration(value = "gatewayTeamConfiguration", proxyBeanMethods = false)
public class TeamConfiguration {

    @Bean
    TeamEvents gatewayTeamEvents(EventPublisher log, Outbox outbox) {
        return new TeamEvents(log, outbox);
    }

    @Bean
    Teams gatewayTeams(
            Database database,
            InvitationTable invitations,
            AsyncUserCiphers ciphers,
            TeamEvents events,
            SettingsHistory history) {
        return new Teams(database, invitations, ciphers, events, history, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    InvitationTable gatewayInvitationTable(Database database, AsyncUserCiphers ciphers, ProtectionSecrets secrets) {
        return new InvitationTable(database, ciphers, BlindIndex.ofEmails(secrets));
    }

    @Bean
    Invitations gatewayInvitations(Database database, InvitationTable table, Teams teams, TeamEvents events) {
        return new Invitations(database, table, teams, events, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    TeamStatistics gatewayTeamFigures(Database database, Teams teams, FlowHistory history) {
        return new TeamStatistics(database, teams, history::modelChangedAt, Clock.systemUTC());
    }

    @Bean
    EndpointGroup gatewayTeamRoutes(Teams teams, Invitations invitations, TeamStatistics figures) {
        TeamRoutes members = new TeamRoutes(teams);
        InvitationRoutes joining = new InvitationRoutes(invitations);
        TeamStatisticsRoutes windows = new TeamStatisticsRoutes(figures, Clock.systemUTC());
        return routes -> {
            members.addTo(routes);
            joining.addTo(routes);
            windows.addTo(routes);
        };
    }
}
