package dev.mindfulcode.gateway.teams;

import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.RouteGroup;
import dev.mindfulcode.gateway.log.EventLog;
import dev.mindfulcode.gateway.log.Outbox;
import java.security.SecureRandom;
import java.time.Clock;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link Teams}. */
@Configuration(value = "gatewayTeamConfiguration", proxyBeanMethods = false)
public class TeamConfiguration {

    @Bean
    Teams gatewayTeams(Database database, EventLog log, Outbox outbox) {
        return new Teams(database, new TeamEvents(log, outbox), new SecureRandom(), Clock.systemUTC());
    }

    @Bean
    TeamFigures gatewayTeamFigures(Database database, Teams teams) {
        return new TeamFigures(database, teams, Clock.systemUTC());
    }

    @Bean
    RouteGroup gatewayTeamRoutes(Teams teams, TeamFigures figures) {
        TeamRoutes members = new TeamRoutes(teams);
        FigureRoutes windows = new FigureRoutes(figures, Clock.systemUTC());
        return routes -> {
            members.addTo(routes);
            windows.addTo(routes);
        };
    }
}
