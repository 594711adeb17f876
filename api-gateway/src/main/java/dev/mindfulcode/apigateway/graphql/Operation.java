package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.webkit.json.JsonFields;
import graphql.language.Document;
import graphql.language.OperationDefinition;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.parser.ParserEnvironment;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operation request, in the form of GraphQL over HTTP.
 *
 * @param document operations and fragments
 * @param name name of the operation; null if there is one only
 */
record Operation(String document, @Nullable String name, Map<String, @Nullable Object> variables) {

    /** Five times the longest introspection query in use. */
    static final int DOCUMENT_LENGTH_MAX = 10_000;

    static final String[] FIELDS = {"query", "operationName", "variables", "extensions"};

    private static final int NAME_LENGTH_MAX = 128;

    /** Reads the members of the specification; ignores `extensions`. */
    static Operation read(JsonFields body) {
        return new Operation(
                body.requiredLines("query", DOCUMENT_LENGTH_MAX),
                body.text("operationName", NAME_LENGTH_MAX),
                body.members("variables"));
    }

    /** Whether this is a subscription; false for an invalid document. */
    boolean isSubscription() {
        try {
            Document parsed = new Parser()
                    .parseDocument(ParserEnvironment.newParserEnvironment()
                            .document(document)
                            .parserOptions(DocumentLimits.PARSER)
                            .build());
            return parsed.getDefinitionsOfType(OperationDefinition.class).stream()
                    .filter(operation -> name == null || name.equals(operation.getName()))
                    .anyMatch(operation -> operation.getOperation() == OperationDefinition.Operation.SUBSCRIPTION);
        } catch (InvalidSyntaxException e) {
            return false;
        }
    }

    /** Without the document, which is personal. */
    @Override
    public String toString() {
        return "Operation";
    }
}
