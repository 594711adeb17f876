package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.ProblemExceptionHandler;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.ErrorClassification;
import graphql.ErrorType;
import graphql.ExecutionResult;
import graphql.GraphQLError;
import graphql.execution.AbortExecutionException;
import graphql.execution.UnknownOperationException;
import graphql.introspection.GoodFaithIntrospection;
import graphql.language.SourceLocation;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.graphql.execution.SubscriptionPublisherException;

/**
 * GraphQL errors in responses: a message, locations, and {@code extensions.code}, the code of a {@link ProblemType}.
 * Internal details are omitted.
 */
final class ErrorResults {

    private static final int MESSAGE_LENGTH_MAX = 300;

    /** Prefix of the parser's message when a limit is exceeded. */
    private static final String LIMIT_OF_PARSER = "More than ";

    /** Quoted values and class names in the library's messages. */
    private static final Pattern INSIDE = Pattern.compile(
            " with value '.*'(?= is not a valid '|$)|( - | : )?Expected an AST type of .*| but it was a '.*",
            Pattern.DOTALL);

    private ErrorResults() {}

    /** Returns a result in the form of the specification. */
    static Map<String, @Nullable Object> specification(ExecutionResult result) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        if (!result.getErrors().isEmpty()) {
            answer.put(
                    "errors",
                    result.getErrors().stream().map(ErrorResults::toJson).toList());
        }
        if (result.isDataPresent()) {
            answer.put("data", result.getData());
        }
        return answer;
    }

    /** Returns a result that consists of one error. */
    static Map<String, @Nullable Object> specification(ProblemException problem) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("errors", list(problem));
        return answer;
    }

    static List<Map<String, Object>> list(ProblemException problem) {
        return List.of(toJson(new ProblemError(problem, null, null)));
    }

    /** Returns the errors that ended a stream. */
    static List<Map<String, Object>> failed(Throwable failure) {
        return failure instanceof SubscriptionPublisherException known
                ? toJson(known.getErrors())
                : list(ProblemExceptionHandler.toProblem(failure));
    }

    /** Returns the status of a response with errors and no data: that of the first error. */
    static int status(ExecutionResult result) {
        if (result.getErrors().isEmpty()) {
            return ProblemType.INVALID_REQUEST.status();
        }
        GraphQLError first = result.getErrors().getFirst();
        return (first instanceof ProblemError known ? known.problem() : problem(first))
                .type()
                .status();
    }

    static List<Map<String, Object>> toJson(List<GraphQLError> errors) {
        return errors.stream().map(ErrorResults::toJson).toList();
    }

    /** Converts a failure to a GraphQL error. */
    static ProblemError of(Throwable failure, @Nullable SourceLocation location, @Nullable List<Object> path) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new ProblemError(ProblemExceptionHandler.toProblem(cause), location, path);
    }

    private static Map<String, Object> toJson(GraphQLError error) {
        ProblemException problem = error instanceof ProblemError known ? known.problem() : problem(error);
        Map<String, Object> json = new LinkedHashMap<>(problem.graphQlError());
        Object extensions = json.remove("extensions");
        List<SourceLocation> locations = error.getLocations();
        if (locations != null && !locations.isEmpty()) {
            json.put(
                    "locations",
                    locations.stream()
                            .map(at -> Map.of("line", at.getLine(), "column", at.getColumn()))
                            .toList());
        }
        List<Object> path = error.getPath();
        if (path != null) {
            json.put("path", path);
        }
        json.put("extensions", extensions);
        return json;
    }

    /**
     * Returns the problem of a library error: with the library's message for the document and its variables, else
     * without.
     */
    private static ProblemException problem(GraphQLError error) {
        ErrorClassification type = error.getErrorType();
        String message = error.getMessage();
        if (error instanceof AbortExecutionException
                || error instanceof GoodFaithIntrospection.BadFaithIntrospectionError) {
            return ProblemType.TOO_COMPLEX.withDetail(bounded(message));
        }
        if (type == ErrorType.InvalidSyntax) {
            return message.startsWith(LIMIT_OF_PARSER)
                    ? ProblemType.TOO_COMPLEX.withDetail(
                            "A document may have " + DocumentLimits.TOKENS_MAX + " tokens and must not nest deeply.")
                    : ProblemType.INVALID_REQUEST.withDetail(bounded(message));
        }
        if (error instanceof UnknownOperationException) {
            return ProblemType.INVALID_REQUEST.forField("operationName", "Name one of the document's operations.");
        }
        if (type == ErrorType.ValidationError || type == ErrorType.OperationNotSupported) {
            return ProblemType.INVALID_REQUEST.withDetail(bounded(message));
        }
        return ProblemType.INTERNAL_ERROR.withDetail("The failure has been logged.");
    }

    private static String bounded(@Nullable String message) {
        if (message == null || message.isBlank()) {
            return "Invalid document.";
        }
        String json = INSIDE.matcher(message).replaceAll("");
        return json.length() <= MESSAGE_LENGTH_MAX ? json : json.substring(0, MESSAGE_LENGTH_MAX) + "…";
    }

    /** A problem as a GraphQL error. */
    record ProblemError(
            ProblemException problem,
            @Nullable SourceLocation location,
            @Nullable List<Object> path) implements GraphQLError {

        @Override
        public String getMessage() {
            return problem.type().title();
        }

        @Override
        public List<SourceLocation> getLocations() {
            return location == null ? List.of() : List.of(location);
        }

        @Override
        public ErrorClassification getErrorType() {
            return ErrorType.DataFetchingException;
        }

        @Override
        public @Nullable List<Object> getPath() {
            return path;
        }
    }
}
