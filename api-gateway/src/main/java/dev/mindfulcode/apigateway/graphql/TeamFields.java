package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.teams.Invitations;
import dev.mindfulcode.apigateway.teams.TeamStatistics;
import dev.mindfulcode.apigateway.teams.Teams;
import dev.mindfulcode.identity.teams.Member;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.schema.DataFetchingEnvironment;
import graphql.schema.idl.RuntimeWiring;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.dataloader.DataLoader;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.execution.BatchLoaderRegistry;
import reactor.core.publisher.Mono;

/** Teams, their members and released days, and invitations. */
final class TeamFields implements FieldResolvers {

    private static final String MEMBERS_OF_TEAMS = "membersOfTeams";

    private final Teams teams;
    private final TeamStatistics statistics;
    private final Invitations invitations;

    TeamFields(Teams teams, TeamStatistics statistics, Invitations invitations) {
        this.teams = teams;
        this.statistics = statistics;
        this.invitations = invitations;
    }

    @Override
    public void addTo(RuntimeWiring.Builder wiring, BatchLoaderRegistry loaders) {
        loaders.<UUID, List<Member>>forName(MEMBERS_OF_TEAMS)
                .registerMappedBatchLoader(
                        (ids, environment) -> teams.membersOf(FetchArguments.userId(environment), ids));
        wiring.type(
                        "Query",
                        query -> query.dataFetcher(
                                        "teams", environment -> teams.ofUser(FetchArguments.userId(environment)))
                                .dataFetcher("team", this::team)
                                .dataFetcher(
                                        "invitations",
                                        environment -> invitations.receivedBy(FetchArguments.userId(environment))))
                .type(
                        "Team",
                        team -> team.dataFetcher(
                                        "memberCount",
                                        environment -> FetchArguments.of(environment, Team.class)
                                                .members())
                                .dataFetcher("members", TeamFields::members)
                                .dataFetcher("days", this::days));
    }

    private Mono<List<TeamStatistics.Window>> days(DataFetchingEnvironment environment) {
        return statistics
                .recentDays(
                        FetchArguments.userId(environment),
                        FetchArguments.of(environment, Team.class).teamId())
                .onErrorResume(
                        ProblemException.class,
                        e -> e.type() == ProblemType.PLAN_NEEDED ? Mono.empty() : Mono.error(e));
    }

    private Mono<Team> team(DataFetchingEnvironment environment) {
        UUID id = FetchArguments.id(environment, "id");
        return id == null
                ? Mono.empty()
                : teams.find(FetchArguments.userId(environment), id)
                        .onErrorResume(
                                ProblemException.class,
                                e -> e.type() == ProblemType.NOT_FOUND ? Mono.empty() : Mono.error(e));
    }

    private static @Nullable CompletableFuture<List<Member>> members(DataFetchingEnvironment environment) {
        DataLoader<UUID, List<Member>> members = environment.getDataLoader(MEMBERS_OF_TEAMS);
        return members == null
                ? null
                : members.load(FetchArguments.of(environment, Team.class).teamId());
    }
}
