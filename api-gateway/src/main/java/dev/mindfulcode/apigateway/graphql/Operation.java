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
 * What a client asks to be executed, as GraphQL over HTTP has it, and the other protocols after it.
 *
 * @param document one or more operations, and the fragments they use
 * @param name which of them; null where there is one
 */
record Operation(String document, @Nullable String name, Map<String, @Nullable Object> variables) {

    /** Five times what the longest introspection query in use has. */
    static final int DOCUMENT_LENGTH_MAX = 10_000;

    static final String[] FIELDS = {"query", "operationName", "variables", "extensions"};

    private static final int NAME_LENGTH_MAX = 128;

    /** Reads the members that the specification names; `extensions` may be there and says nothing to us. */
    static Operation read(JsonFields body) {
        return new Operation(
                body.requiredLines("query", DOCUMENT_LENGTH_MAX),
                body.text("operationName", NAME_LENGTH_MAX),
                body.members("variables"));
    }

    /** Whether this asks for a subscription; false for a document that cannot be read. */
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

    /** Without what the user asks about. */
    @Override
    public String toString() {
        return "Operation";
    }
}
