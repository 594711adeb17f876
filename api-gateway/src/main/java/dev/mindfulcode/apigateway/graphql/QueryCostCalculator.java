package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.flow.FlowHistory;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries;
import dev.mindfulcode.apigateway.teams.TeamStatistics;
import graphql.analysis.FieldComplexityCalculator;
import graphql.analysis.FieldComplexityEnvironment;
import graphql.schema.GraphQLNamedType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The cost of a field: one per value in the response, with the requested or typical length of lists, plus
 * {@link #STATEMENT} per database statement. So {@link #COST_MAX} bounds both the response and the statements of a
 * request.
 */
final class QueryCostCalculator implements FieldComplexityCalculator {

    /** A page of 200 sessions with all their fields and flow periods. */
    static final int COST_MAX = 25_000;

    static final int STATEMENT = 1_000;

    private static final int CURRENT_SESSIONS = 10;
    private static final int PERIODS_OF_SESSION = 10;
    private static final int PERIODS_OF_DAY = 40;
    private static final int TEAMS = 5;
    private static final int MEMBERS = 20;
    private static final int INVITATIONS = 5;
    private static final long HOURS_OF_DAY = 24;
    private static final long HOURS_OF_WEEK = 168;
    private static final long WEEKS = 52;
    private static final long FINDINGS = 20;
    private static final long TEAM_DAY_STATEMENTS = 2;
    private static final long HISTORY_STATEMENTS = 4;
    private static final long INSIGHT_STATEMENTS = 11;

    @Override
    public int calculate(FieldComplexityEnvironment field, int children) {
        Map<String, Object> arguments = field.getArguments();
        String parent = field.getParentType() instanceof GraphQLNamedType type ? type.getName() : "";
        long cost = switch (parent + "." + field.getField().getName()) {
            case "Query.session" -> STATEMENT + 1L + children;
            case "Query.currentSessions" -> STATEMENT + 1L + CURRENT_SESSIONS * (long) children;
            case "Query.sessions" -> STATEMENT + 1L + pageSize(arguments) * children;
            case "Query.flowPeriods" ->
                STATEMENT
                        + 1L
                        + (long) PERIODS_OF_DAY
                                * (1
                                        + span(arguments, TimeRangeQueries.PERIODS_RANGE_MAX)
                                                .toDays())
                                * children;
            case "Query.flowMinutes" ->
                STATEMENT
                        + 1L
                        + span(arguments, TimeRangeQueries.MINUTES_RANGE_MAX).toMinutes() * children;
            case "Query.me", "Query.team" -> STATEMENT + 1L + children;
            case "Query.teams" -> STATEMENT + 1L + TEAMS * (long) children;
            case "Query.invitations" -> STATEMENT + 1L + INVITATIONS * (long) children;
            case "Team.members" -> 1L + MEMBERS * (long) children;
            case "Team.days" -> TEAM_DAY_STATEMENTS * STATEMENT + 1L + TeamStatistics.RECENT_DAYS_MAX * (long) children;
            case "Query.analytics", "Query.patterns" -> HISTORY_STATEMENTS * STATEMENT + 1L + children;
            case "Query.insights" -> INSIGHT_STATEMENTS * STATEMENT + 1L + children;
            case "Analytics.daily" -> 1L + days(field.getParentEnvironment()) * children;
            case "DayDistribution.hours", "PeakHours.hours" -> 1L + HOURS_OF_DAY * children;
            case "DayDistribution.weekHours" -> 1L + HOURS_OF_WEEK * children;
            case "WeeklyTrend.weeks" -> 1L + WEEKS * children;
            case "LanguageFlow.languages", "Insights.insights", "Insights.missing" -> 1L + FINDINGS * children;
            case "Session.flowPeriods" -> 1L + (long) PERIODS_OF_SESSION * children;
            default -> 1L + children;
        };
        return (int) Math.min(cost, Integer.MAX_VALUE / 4);
    }

    private static long pageSize(Map<String, Object> arguments) {
        return arguments.get("first") instanceof Integer first
                ? Math.clamp(first, 1, SessionFields.PAGE_SIZE_MAX)
                : SessionFields.PAGE_SIZE_MAX;
    }

    private static long days(@Nullable FieldComplexityEnvironment parent) {
        return parent != null && parent.getArguments().get("days") instanceof Integer days
                ? Math.clamp(days, 1, FlowHistory.DAYS_MAX)
                : FlowHistory.DAYS_MAX;
    }

    private static Duration span(Map<String, Object> arguments, Duration max) {
        if (arguments.get("from") instanceof Instant from && arguments.get("to") instanceof Instant to) {
            Duration span = Duration.between(from, to).abs();
            return span.compareTo(max) < 0 ? span : max;
        }
        return Duration.ofDays(1);
    }
}
