package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import org.springframework.http.HttpMethod;

/**
 * The declaration of an endpoint: all that is known of it except its handler and its description. Routing, security,
 * filters, the API description and tests read it. Unless declared otherwise an endpoint is for signed-in users, rate
 * limited and described.
 *
 * @param path a pattern such as {@code /api/teams/{id}}
 * @param problems the problems of its own; those that follow from the other properties are not listed
 */
public record Endpoint(
        HttpMethod method, String path, Access access, Set<Feature> features, Set<ProblemType> problems) {

    public enum Feature {
        /** A request with an {@code Idempotency-Key} is executed once. */
        IDEMPOTENT,
        /** A request with {@code X-Read-After} waits until the read model has caught up. */
        READ_AFTER,
        /** The parameter {@code ticket} may replace the Authorization header. */
        TICKET_PARAMETER,
        /** The parameter {@code token} may replace the Authorization header. */
        TOKEN_PARAMETER,
        /** Requests do not count against rate limits. */
        UNLIMITED,
        /** The handler limits its own time. */
        UNTIMED,
        /** Not part of the API, hence not described. */
        UNDOCUMENTED
    }

    public static Endpoint get(String path) {
        return of(HttpMethod.GET, path);
    }

    public static Endpoint post(String path) {
        return of(HttpMethod.POST, path);
    }

    public static Endpoint put(String path) {
        return of(HttpMethod.PUT, path);
    }

    public static Endpoint patch(String path) {
        return of(HttpMethod.PATCH, path);
    }

    public static Endpoint delete(String path) {
        return of(HttpMethod.DELETE, path);
    }

    private static Endpoint of(HttpMethod method, String path) {
        return new Endpoint(method, path, Access.USER, Set.of(), Set.of());
    }

    public Endpoint access(Access to) {
        return new Endpoint(method, path, to, features, problems);
    }

    public Endpoint idempotent() {
        return with(Feature.IDEMPOTENT);
    }

    public Endpoint readAfter() {
        return with(Feature.READ_AFTER);
    }

    public Endpoint with(Feature feature) {
        EnumSet<Feature> more = EnumSet.of(feature);
        more.addAll(features);
        return new Endpoint(method, path, access, Collections.unmodifiableSet(more), problems);
    }

    public Endpoint problems(ProblemType... types) {
        EnumSet<ProblemType> all = EnumSet.noneOf(ProblemType.class);
        all.addAll(problems);
        all.addAll(Arrays.asList(types));
        return new Endpoint(method, path, access, features, Collections.unmodifiableSet(all));
    }

    public boolean has(Feature feature) {
        return features.contains(feature);
    }

    /** Returns method and path, such as {@code GET /api/teams/{id}}. */
    public String name() {
        return method + " " + path;
    }
}
