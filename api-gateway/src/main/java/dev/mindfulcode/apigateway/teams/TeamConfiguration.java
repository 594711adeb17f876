package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.collection.SettingsHistory;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.Outbox;
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
    Teams gatewayTeams(Database database, TeamEvents events, SettingsHistory history) {
        return new Teams(database, events, history, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    Invitations gatewayInvitations(Database database, Teams teams, TeamEvents events) {
        return new Invitations(database, teams, events, new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    TeamStatistics gatewayTeamFigures(Database database, Teams teams) {
        return new TeamStatistics(database, teams, Clock.systemUTC());
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
