package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.ApiKeys;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.Scope;
import dev.mindfulcode.identity.UserCiphers;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.tokens.ApiKeyTable;
import dev.mindfulcode.identity.tokens.ApiKeyTable.ApiKey;
import dev.mindfulcode.identity.tokens.RevocationTable;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/keys}: API keys for clients that cannot sign in. A key is shown once and stored as its hash. */
final class ApiKeyRoutes {

    static final int KEYS_PER_USER_MAX = 20;

    private static final int NAME_LENGTH_MAX = 100;
    private static final int SCOPE_LENGTH_MAX = 32;

    private final Database database;
    private final AccountTable accounts;
    private final ApiKeyTable keys;
    private final RevocationTable revocations;
    private final SecureRandom random;
    private final Clock clock;

    ApiKeyRoutes(
            Database database,
            AccountTable accounts,
            UserCiphers ciphers,
            RevocationTable revocations,
            SecureRandom random,
            Clock clock) {
        this.database = database;
        this.accounts = accounts;
        this.keys = new ApiKeyTable(database, ciphers);
        this.revocations = revocations;
        this.random = random;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/keys")
                                .idempotent()
                                .problems(ProblemType.NOT_FOUND, ProblemType.LIMIT_REACHED),
                        this::create)
                .add(Endpoint.get("/api/keys"), this::list)
                .add(Endpoint.delete("/api/keys/{id}"), this::revoke);
    }

    private Mono<ServerResponse> create(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "name", "scope")
                        .flatMap(body ->
                                create(caller.userId(), body.requiredText("name", NAME_LENGTH_MAX), scope(body))))
                .flatMap(
                        key -> JsonResponses.json(ServerResponse.status(201).header("Cache-Control", "no-store"), key));
    }

    private static String scope(JsonFields body) {
        String scope = body.requiredText("scope", SCOPE_LENGTH_MAX);
        try {
            return Scope.ofApiKey(scope).text();
        } catch (IllegalArgumentException e) {
            throw body.invalid("scope", "Is " + scope + "; must be ingest or read.");
        }
    }

    private Mono<NewKey> create(UUID userId, String name, String scope) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        String key = ApiKeys.generate(random);
        ApiKey row = new ApiKey(Uuids.version7(now.toEpochMilli(), random), name, scope, now, null);
        // The user's row is locked, so that concurrent requests are counted one after the other.
        return database.inTransaction(accounts.lockForChange(userId)
                .switchIfEmpty(Mono.error(Accounts::gone))
                .then(keys.insert(userId, row, CredentialHash.of(key), KEYS_PER_USER_MAX))
                .flatMap(inserted -> inserted
                        ? Mono.just(new NewKey(row.keyId(), name, scope, key, now))
                        : Mono.error(ProblemType.LIMIT_REACHED.withDetail(
                                "An account has " + KEYS_PER_USER_MAX + " at most. Revoke one first."))));
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> keys.ofUser(caller.userId()))
                .flatMap(all -> JsonResponses.ok(new Keys(all)));
    }

    private Mono<ServerResponse> revoke(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    UUID keyId = RequestParameters.pathId(request, "id");
                    return database.inTransaction(keys.delete(caller.userId(), keyId)
                                    .flatMap(deleted -> deleted
                                            ? revocations.insert(List.of(keyId))
                                            : Mono.error(
                                                    ProblemType.NOT_FOUND.withDetail("There is no such API key."))))
                            .doOnSuccess(_ -> revocations.committed(List.of(keyId)));
                })
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    /** @param key shown in this response only */
    private record NewKey(UUID keyId, String name, String scope, String key, Instant createdAt) {
        @Override
        public String toString() {
            return "NewKey[" + keyId + "]";
        }
    }

    private record Keys(List<ApiKey> keys) {}
}
