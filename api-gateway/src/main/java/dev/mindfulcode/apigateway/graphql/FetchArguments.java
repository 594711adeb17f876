package dev.mindfulcode.apigateway.graphql;

import static java.util.Objects.requireNonNull;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.NormalForm;
import dev.mindfulcode.apigateway.live.LiveConnection;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.GraphQLContext;
import graphql.schema.DataFetchingEnvironment;
import java.time.Instant;
import java.util.UUID;
import org.dataloader.BatchLoaderEnvironment;
import org.jspecify.annotations.Nullable;

/** Who asks for a field, over what, and with which arguments; a refusal names the argument. */
final class FetchArguments {

    private FetchArguments() {}

    static UUID userId(DataFetchingEnvironment asked) {
        return userId(asked.getGraphQlContext());
    }

    static UUID userId(BatchLoaderEnvironment asked) {
        return asked.getContext() instanceof GraphQLContext context ? userId(context) : unknown();
    }

    private static UUID userId(GraphQLContext context) {
        return context.get(Caller.class) instanceof Caller caller ? caller.userId() : unknown();
    }

    private static UUID unknown() {
        throw ProblemType.UNAUTHENTICATED.withDetail("Sign in first.");
    }

    /** The connection that a subscription is served over. */
    static LiveConnection connection(DataFetchingEnvironment asked) {
        if (asked.getGraphQlContext().get(LiveConnection.class) instanceof LiveConnection connection) {
            return connection;
        }
        throw GraphQlExecutor.notStreaming();
    }

    /** What the field is of, which the schema makes sure of. */
    static <T> T of(DataFetchingEnvironment asked, Class<T> type) {
        return type.cast(requireNonNull(asked.getSource()));
    }

    static int integer(DataFetchingEnvironment asked, String name, int min, int max) {
        int value = asked.getArgument(name) instanceof Integer given ? given : Integer.MIN_VALUE;
        if (value < min || value > max) {
            throw ProblemType.INVALID_REQUEST.forField(name, "An integer from " + min + " to " + max + " is expected.");
        }
        return value;
    }

    static @Nullable Instant time(DataFetchingEnvironment asked, String name) {
        return asked.getArgument(name) instanceof Instant time ? time : null;
    }

    static @Nullable String text(DataFetchingEnvironment asked, String name) {
        return asked.getArgument(name) instanceof String text ? text : null;
    }

    /** Text of at most {@code lengthMax} UTF-16 units in NFC, such as the database can compare with. */
    static @Nullable String text(DataFetchingEnvironment asked, String name, int lengthMax) {
        String text = text(asked, name);
        if (text != null && (text.length() > lengthMax || !JsonFields.isStorable(text))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    name, "Text of at most " + lengthMax + " characters without control characters is expected.");
        }
        return text == null ? null : NormalForm.of(text);
    }

    /** Null where the argument is no UUID, which names nothing. */
    static @Nullable UUID id(DataFetchingEnvironment asked, String name) {
        String text = text(asked, name);
        return text == null ? null : Uuids.parse(text);
    }
}
