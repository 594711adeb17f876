package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.KeyRewrapping;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.UserKeyException;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * {@code /api/admin/keys}: wraps everything with the current key-encryption key, step by step; and adds a data key to a
 * user. The caller repeats the first with the cursor of each answer, so that any gateway can process any step and
 * nothing runs on when the caller ends.
 */
final class KeyRoutes {

    private static final Logger log = LoggerFactory.getLogger(KeyRoutes.class);

    private static final int CURSOR_LENGTH_MAX = 512;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final KeyEncryptionKey keyEncryptionKey;
    private final KeyRewrapping rewrapping;
    private final PostgresUserKeys userKeys;

    KeyRoutes(KeyEncryptionKey keyEncryptionKey, KeyRewrapping rewrapping, PostgresUserKeys userKeys) {
        this.keyEncryptionKey = keyEncryptionKey;
        this.rewrapping = rewrapping;
        this.userKeys = userKeys;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/admin/keys").access(Access.OPERATOR), this::status)
                .add(
                        Endpoint.post("/api/admin/keys/rotate")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.INVALID_REQUEST),
                        this::rotate)
                .add(
                        Endpoint.post("/api/admin/users/{id}/keys")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.NOT_FOUND, ProblemType.LIMIT_REACHED),
                        this::addDataKey);
    }

    private Mono<ServerResponse> status(ServerRequest request) {
        return blocking(rewrapping::rows).flatMap(rows -> JsonResponses.ok(new Status(keyEncryptionKey.id(), rows)));
    }

    private Mono<ServerResponse> rotate(ServerRequest request) {
        return RequestBodies.object(request, "cursor").flatMap(body -> {
            String cursor = body.text("cursor", CURSOR_LENGTH_MAX);
            return blocking(() -> step(body, cursor)).flatMap(JsonResponses::ok);
        });
    }

    private Progress step(JsonFields body, @Nullable String cursor) {
        try {
            KeyRewrapping.Step step = rewrapping.step(cursor);
            if (step.unreadable() > 0) {
                log.warn("Rows sealed with an unknown key: column={}, rows={}", step.column(), step.unreadable());
            }
            return new Progress(
                    keyEncryptionKey.id(),
                    step.column(),
                    step.rewrapped(),
                    step.unchanged(),
                    step.unreadable(),
                    step.cursor());
        } catch (IllegalArgumentException e) {
            throw body.invalid("cursor", "Send the cursor of the previous answer, or none to begin.");
        }
    }

    private Mono<ServerResponse> addDataKey(ServerRequest request) {
        UUID userId = RequestParameters.pathId(request, "id");
        return blocking(() -> userKeys.rotate(userId))
                .onErrorMap(
                        IllegalArgumentException.class, e -> ProblemType.LIMIT_REACHED.withDetail(e.getMessage() + "."))
                .flatMap(keys -> keys == 0
                        ? Mono.error(
                                () -> ProblemType.NOT_FOUND.withDetail("There is no user " + userId + " with a key."))
                        : JsonResponses.ok(new UserKeyCount(userId, keys)));
    }

    private static <T> Mono<T> blocking(Callable<T> work) {
        return Mono.fromCallable(work)
                .subscribeOn(Schedulers.boundedElastic())
                .onErrorMap(UserKeyException.class, e -> {
                    log.warn("Rotating keys failed: error={}", e.toString());
                    return ProblemType.UNAVAILABLE.retryAfter(
                            RETRY_AFTER_SECONDS, "Database or key management service unavailable.");
                });
    }

    /** @param rows that are sealed with the key-encryption key */
    private record Status(String keyId, long rows) {}

    private record Progress(
            String keyId,
            String column,
            int rewrapped,
            int unchanged,
            int unreadable,
            @Nullable String cursor) {}

    private record UserKeyCount(UUID userId, int keys) {}
}
