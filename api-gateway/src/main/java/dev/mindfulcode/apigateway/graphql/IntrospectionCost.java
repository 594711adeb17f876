package dev.mindfulcode.apigateway.graphql;

import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An upper bound of the values in a response to an introspection query. Documents up to {@link #SMALL_MAX} are always
 * executed; larger ones must pass the library's good-faith check, which accepts the queries of tools.
 */
final class IntrospectionCost {

    /** A fifth of the cost of GraphiQL's query. */
    static final long SMALL_MAX = 5_000;

    /** Size of the schema, rounded up; checked by a test. */
    static final int TYPES_MAX = 100;

    static final int FIELDS_MAX = 30;
    static final int ARGUMENTS_MAX = 10;
    static final int ENUM_VALUES_MAX = 40;
    static final int DIRECTIVES_MAX = 10;
    static final int LOCATIONS_MAX = 20;

    private final Map<String, FragmentDefinition> fragments = new HashMap<>();
    private final Map<String, Long> costs = new HashMap<>();

    IntrospectionCost(List<FragmentDefinition> definitions) {
        definitions.forEach(definition -> fragments.put(definition.getName(), definition));
    }

    boolean isSmall(List<OperationDefinition> operations) {
        long cost = 0;
        for (OperationDefinition operation : operations) {
            cost = bounded(cost + cost(operation.getSelectionSet()));
        }
        return cost <= SMALL_MAX;
    }

    private long cost(@Nullable SelectionSet set) {
        long cost = 0;
        for (Selection<?> selection : set == null ? List.<Selection<?>>of() : DocumentLimits.selectionsOf(set)) {
            cost = bounded(cost
                    + switch (selection) {
                        case Field field -> count(field.getName()) * (1 + cost(field.getSelectionSet()));
                        case InlineFragment fragment -> cost(fragment.getSelectionSet());
                        case FragmentSpread spread -> ofFragment(spread.getName());
                        default -> 1;
                    });
        }
        return cost;
    }

    private static long bounded(long cost) {
        return Math.min(cost, SMALL_MAX + 1);
    }

    private static int count(String field) {
        return switch (field) {
            case "types", "possibleTypes", "interfaces" -> TYPES_MAX;
            case "fields", "inputFields" -> FIELDS_MAX;
            case "args" -> ARGUMENTS_MAX;
            case "enumValues" -> ENUM_VALUES_MAX;
            case "directives" -> DIRECTIVES_MAX;
            case "locations" -> LOCATIONS_MAX;
            default -> 1;
        };
    }

    /** Returns 0 for a cycle, which validation rejects later. */
    private long ofFragment(String name) {
        Long known = costs.putIfAbsent(name, 0L);
        FragmentDefinition fragment = fragments.get(name);
        if (known != null || fragment == null) {
            return known == null ? 0 : known;
        }
        long cost = cost(fragment.getSelectionSet());
        costs.put(name, cost);
        return cost;
    }
}
