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
 * Errors as clients see them: a message, where, and {@code extensions.code}, which is the code of a
 * {@link ProblemType}. Of what went wrong inside nothing is told.
 */
final class ErrorResults {

    private static final int MESSAGE_LENGTH_MAX = 300;

    /** How the parser begins when it has seen more than its limits. */
    private static final String LIMIT_OF_PARSER = "More than ";

    /** Where the engine quotes the value that it was given, or names its own classes. */
    private static final Pattern INSIDE = Pattern.compile(
            " with value '.*'(?= is not a valid '|$)|( - | : )?Expected an AST type of .*| but it was a '.*",
            Pattern.DOTALL);

    private ErrorResults() {}

    /** A result as the specification has it. */
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

    /** A result that is one refusal and nothing else. */
    static Map<String, @Nullable Object> specification(ProblemException problem) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("errors", list(problem));
        return answer;
    }

    static List<Map<String, Object>> list(ProblemException problem) {
        return List.of(toJson(new Refusal(problem, null, null)));
    }

    /** The errors with which a stream ended. */
    static List<Map<String, Object>> failed(Throwable failure) {
        return failure instanceof SubscriptionPublisherException known
                ? toJson(known.getErrors())
                : list(ProblemExceptionHandler.toProblem(failure));
    }

    /** The status of an answer that has errors and no data: of the first one. */
    static int status(ExecutionResult result) {
        if (result.getErrors().isEmpty()) {
            return ProblemType.INVALID_REQUEST.status();
        }
        GraphQLError first = result.getErrors().getFirst();
        return (first instanceof Refusal refusal ? refusal.problem() : problem(first))
                .type()
                .status();
    }

    static List<Map<String, Object>> toJson(List<GraphQLError> errors) {
        return errors.stream().map(ErrorResults::toJson).toList();
    }

    /** What to tell of a failure, for the engine to put into the result. */
    static Refusal of(Throwable failure, @Nullable SourceLocation location, @Nullable List<Object> path) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return new Refusal(ProblemExceptionHandler.toProblem(cause), location, path);
    }

    private static Map<String, Object> toJson(GraphQLError error) {
        ProblemException problem = error instanceof Refusal refusal ? refusal.problem() : problem(error);
        Map<String, Object> told = new LinkedHashMap<>(problem.graphQlError());
        Object extensions = told.remove("extensions");
        List<SourceLocation> locations = error.getLocations();
        if (locations != null && !locations.isEmpty()) {
            told.put(
                    "locations",
                    locations.stream()
                            .map(at -> Map.of("line", at.getLine(), "column", at.getColumn()))
                            .toList());
        }
        List<Object> path = error.getPath();
        if (path != null) {
            told.put("path", path);
        }
        told.put("extensions", extensions);
        return told;
    }

    /**
     * The engine's own errors: what is wrong with the document or its variables is said in the engine's words, all else
     * is not.
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
            return "The document is not valid.";
        }
        String told = INSIDE.matcher(message).replaceAll("");
        return told.length() <= MESSAGE_LENGTH_MAX ? told : told.substring(0, MESSAGE_LENGTH_MAX) + "…";
    }

    /** A problem in the form in which the engine carries errors. */
    record Refusal(
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
