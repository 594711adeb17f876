package dev.mindfulcode.apigateway.graphql;

import graphql.execution.AbortExecutionException;
import graphql.execution.instrumentation.DocumentAndVariables;
import graphql.execution.instrumentation.InstrumentationState;
import graphql.execution.instrumentation.SimplePerformantInstrumentation;
import graphql.execution.instrumentation.parameters.InstrumentationExecutionParameters;
import graphql.introspection.GoodFaithIntrospection;
import graphql.language.Field;
import graphql.language.FragmentDefinition;
import graphql.language.FragmentSpread;
import graphql.language.InlineFragment;
import graphql.language.OperationDefinition;
import graphql.language.Selection;
import graphql.language.SelectionSet;
import graphql.parser.ParserOptions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits of a document, in addition to its length ({@link Operation}). */
final class DocumentLimits extends SimplePerformantInstrumentation {

    /** Six times those of the longest introspection query in use. */
    static final int TOKENS_MAX = 2_000;

    static final int OPERATIONS_MAX = 10;

    /**
     * Maximum selections with fragments expanded: nested fragments can grow exponentially.
     */
    static final int SELECTIONS_MAX = 5_000;

    private static final int WHITESPACE_TOKENS_MAX = 10_000;
    private static final int RULE_DEPTH_MAX = 200;

    /** Parser limits, passed in the context of an execution. */
    static final ParserOptions PARSER = ParserOptions.newParserOptions()
            .captureIgnoredChars(false)
            .captureLineComments(false)
            .maxCharacters(Operation.DOCUMENT_LENGTH_MAX)
            .maxTokens(TOKENS_MAX)
            .maxWhitespaceTokens(WHITESPACE_TOKENS_MAX)
            .maxRuleDepth(RULE_DEPTH_MAX)
            .build();

    @Override
    public DocumentAndVariables instrumentDocumentAndVariables(
            DocumentAndVariables environment,
            InstrumentationExecutionParameters parameters,
            @Nullable InstrumentationState state) {
        List<OperationDefinition> operations =
                environment.getDocument().getDefinitionsOfType(OperationDefinition.class);
        if (operations.size() > OPERATIONS_MAX) {
            throw new AbortExecutionException("A document may have " + OPERATIONS_MAX + " operations.");
        }
        List<FragmentDefinition> fragments = environment.getDocument().getDefinitionsOfType(FragmentDefinition.class);
        Selections selections = new Selections(fragments);
        long count = 0;
        for (OperationDefinition operation : operations) {
            count += selections.count(operation.getSelectionSet());
        }
        if (count > SELECTIONS_MAX) {
            throw new AbortExecutionException(
                    "A document may have " + SELECTIONS_MAX + " selections with fragments expanded.");
        }
        if (new IntrospectionCost(fragments).isSmall(operations)) {
            parameters.getGraphQLContext().put(GoodFaithIntrospection.GOOD_FAITH_INTROSPECTION_DISABLED, true);
        }
        return environment;
    }

    @SuppressWarnings({"rawtypes", "unchecked"}) // the library's own signature is raw
    static List<Selection<?>> selectionsOf(SelectionSet set) {
        return (List<Selection<?>>) (List) set.getSelections();
    }

    /** Counts selections with fragments expanded, visiting each fragment once. */
    private static final class Selections {

        private final Map<String, FragmentDefinition> fragments = new HashMap<>();
        private final Map<String, Long> counts = new HashMap<>();

        Selections(List<FragmentDefinition> definitions) {
            definitions.forEach(definition -> fragments.put(definition.getName(), definition));
        }

        long count(@Nullable SelectionSet set) {
            long count = 0;
            for (Selection<?> selection : set == null ? List.<Selection<?>>of() : selectionsOf(set)) {
                count += switch (selection) {
                    case Field field -> 1 + count(field.getSelectionSet());
                    case InlineFragment fragment -> 1 + count(fragment.getSelectionSet());
                    case FragmentSpread spread -> 1 + ofFragment(spread.getName());
                    default -> 1;
                };
            }
            return Math.min(count, SELECTIONS_MAX + 1L);
        }

        /** Returns 0 for a cycle, which validation rejects later. */
        private long ofFragment(String name) {
            Long known = counts.putIfAbsent(name, 0L);
            FragmentDefinition fragment = fragments.get(name);
            if (known != null || fragment == null) {
                return known == null ? 0 : known;
            }
            long count = count(fragment.getSelectionSet());
            counts.put(name, count);
            return count;
        }
    }
}
