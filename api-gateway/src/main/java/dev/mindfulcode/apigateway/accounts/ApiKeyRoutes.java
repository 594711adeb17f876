package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.ApiKeys;
import dev.mindfulcode.identity.CredentialHash;
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
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/keys}: API keys for editors that cannot log in. A key is shown once and kept as its hash. */
final class ApiKeyRoutes {

    static final int KEYS_PER_USER_MAX = 20;

    private static final int NAME_LENGTH_MAX = 100;
    private static final String SCOPE = "ingest";
    private static final int SCOPE_LENGTH_MAX = 32;

    private final Database database;
    private final RevocationTable revocations;
    private final SecureRandom random;
    private final Clock clock;

    ApiKeyRoutes(Database database, RevocationTable revocations, SecureRandom random, Clock clock) {
        this.database = database;
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
        if (!scope.equals(SCOPE)) {
            throw body.invalid("scope", "The one scope there is: " + SCOPE + ".");
        }
        return scope;
    }

    private Mono<NewKey> create(UUID userId, String name, String scope) {
        Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        NewKey key = new NewKey(Uuids.version7(now.toEpochMilli(), random), name, scope, ApiKeys.generate(random), now);
        Mono<Long> inserted = database.sql("""
            insert into identity.api_keys (key_id, user_id, name, key_hash, scope, created_at)
            select :key, :user, :name, :hash, :scope, :now
            where (select count(*) from identity.api_keys where user_id = :user) < :max\
            """)
                .bind("key", key.keyId())
                .bind("user", userId)
                .bind("name", name)
                .bind("hash", CredentialHash.of(key.key()).bytes())
                .bind("scope", scope)
                .bind("now", now)
                .bind("max", KEYS_PER_USER_MAX)
                .fetch()
                .rowsUpdated();
        // The user's row is locked, so that those who come at once are counted one after the other.
        return database.inTransaction(
                database.sql("select user_id from identity.users where user_id = :user for update")
                        .bind("user", userId)
                        .map(row -> userId)
                        .one()
                        .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail("The account is gone.")))
                        .then(inserted)
                        .flatMap(rows -> rows == 1
                                ? Mono.just(key)
                                : Mono.error(ProblemType.LIMIT_REACHED.withDetail(
                                        "An account has " + KEYS_PER_USER_MAX + " at most. Revoke one first."))));
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> database.sql("select key_id, name, scope, created_at, last_used_at"
                                + " from identity.api_keys where user_id = :user order by created_at desc, key_id desc")
                        .bind("user", caller.userId())
                        .map(row -> new Key(
                                Objects.requireNonNull(row.get("key_id", UUID.class)),
                                Objects.requireNonNull(row.get("name", String.class)),
                                Objects.requireNonNull(row.get("scope", String.class)),
                                Objects.requireNonNull(row.get("created_at", Instant.class)),
                                row.get("last_used_at", Instant.class)))
                        .all()
                        .collectList())
                .flatMap(keys -> JsonResponses.ok(new Keys(keys)));
    }

    private Mono<ServerResponse> revoke(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    UUID keyId = RequestParameters.pathId(request, "id");
                    return database.inTransaction(database.sql(
                                            "delete from identity.api_keys where key_id = :key and user_id = :user")
                                    .bind("key", keyId)
                                    .bind("user", caller.userId())
                                    .fetch()
                                    .rowsUpdated()
                                    .flatMap(deleted -> deleted == 1
                                            ? revocations.record(List.of(keyId))
                                            : Mono.error(
                                                    ProblemType.NOT_FOUND.withDetail("There is no such API key."))))
                            .doOnSuccess(_ -> revocations.committed(List.of(keyId)));
                })
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    /** @param key not to be had again */
    private record NewKey(UUID keyId, String name, String scope, String key, Instant createdAt) {
        @Override
        public String toString() {
            return "NewKey[" + keyId + "]";
        }
    }

    /** @param lastUsedAt to within minutes, or null where it never was */
    private record Key(
            UUID keyId,
            String name,
            String scope,
            Instant createdAt,
            @Nullable Instant lastUsedAt) {}

    private record Keys(List<Key> keys) {}
}
