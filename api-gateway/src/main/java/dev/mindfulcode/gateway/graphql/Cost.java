package dev.mindfulcode.gateway.graphql;

import dev.mindfulcode.gateway.flow.SpanReads;
import graphql.analysis.FieldComplexityCalculator;
import graphql.analysis.FieldComplexityEnvironment;
import graphql.schema.GraphQLNamedType;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/**
 * What a field costs: one for each value that it puts into the answer, lists as long as was asked for or else as is usual, and
 * {@link #STATEMENT} more where it asks the database. So {@link #COST_MAX} bounds the answer's size as well as how many statements one
 * request runs.
 */
final class Cost implements FieldComplexityCalculator {

    /** A page of 200 sessions with all that there is to know of them and their flow periods. */
    static final int COST_MAX = 25_000;

    static final int STATEMENT = 1_000;

    private static final int CURRENT_SESSIONS = 10;
    private static final int PERIODS_OF_SESSION = 10;
    private static final int PERIODS_OF_DAY = 40;

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
                                        + span(arguments, SpanReads.PERIODS_SPAN_MAX)
                                                .toDays())
                                * children;
            case "Query.flowMinutes" ->
                STATEMENT + 1L + span(arguments, SpanReads.MINUTES_SPAN_MAX).toMinutes() * children;
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

    private static Duration span(Map<String, Object> arguments, Duration max) {
        if (arguments.get("from") instanceof Instant from && arguments.get("to") instanceof Instant to) {
            Duration span = Duration.between(from, to).abs();
            return span.compareTo(max) < 0 ? span : max;
        }
        return Duration.ofDays(1);
    }
}
