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

/** The caller, source and validated arguments of a field. */
final class FetchArguments {

    private FetchArguments() {}

    static UUID userId(DataFetchingEnvironment environment) {
        return userId(environment.getGraphQlContext());
    }

    static UUID userId(BatchLoaderEnvironment environment) {
        return environment.getContext() instanceof GraphQLContext context ? userId(context) : unknown();
    }

    private static UUID userId(GraphQLContext context) {
        return context.get(Caller.class) instanceof Caller caller ? caller.userId() : unknown();
    }

    private static UUID unknown() {
        throw ProblemType.UNAUTHENTICATED.withDetail("Sign in first.");
    }

    /** Returns the connection of a subscription. */
    static LiveConnection connection(DataFetchingEnvironment environment) {
        if (environment.getGraphQlContext().get(LiveConnection.class) instanceof LiveConnection connection) {
            return connection;
        }
        throw GraphQlExecutor.notStreaming();
    }

    /** Returns the source object, whose type the schema guarantees. */
    static <T> T of(DataFetchingEnvironment environment, Class<T> type) {
        return type.cast(requireNonNull(environment.getSource()));
    }

    static int integer(DataFetchingEnvironment environment, String name, int min, int max) {
        int value = environment.getArgument(name) instanceof Integer given ? given : Integer.MIN_VALUE;
        if (value < min || value > max) {
            throw ProblemType.INVALID_REQUEST.forField(name, "Must be an integer from " + min + " to " + max + ".");
        }
        return value;
    }

    static @Nullable Instant time(DataFetchingEnvironment environment, String name) {
        return environment.getArgument(name) instanceof Instant time ? time : null;
    }

    static @Nullable String text(DataFetchingEnvironment environment, String name) {
        return environment.getArgument(name) instanceof String text ? text : null;
    }

    /** Returns text of at most {@code lengthMax} UTF-16 units, in NFC. */
    static @Nullable String text(DataFetchingEnvironment environment, String name, int lengthMax) {
        String text = text(environment, name);
        if (text != null && (text.length() > lengthMax || !JsonFields.isStorable(text))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    name, "Must be text of at most " + lengthMax + " characters without control characters.");
        }
        return text == null ? null : NormalForm.of(text);
    }

    /** Returns null for an argument that is not a UUID. */
    static @Nullable UUID id(DataFetchingEnvironment environment, String name) {
        String text = text(environment, name);
        return text == null ? null : Uuids.parse(text);
    }
}
