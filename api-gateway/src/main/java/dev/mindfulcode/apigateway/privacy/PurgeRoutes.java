package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.accounts.Reauthentication;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.dataprotection.ErasureStatus;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.UserKeyException;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** {@code /api/privacy/purge}: the erasure of an account, and its receipt. */
final class PurgeRoutes {

    private static final Logger log = LoggerFactory.getLogger(PurgeRoutes.class);

    private static final String PATH = "/api/privacy/purge";
    private static final String KEYS_PATH = "/.well-known/mindful-receipt-keys.json";
    private static final MediaType JOSE = new MediaType("application", "jose");
    private static final MediaType JWK_SET = new MediaType("application", "jwk-set+json");
    private static final Duration KEYS_CACHE_DURATION = Duration.ofDays(1);
    private static final Pattern RECEIPT = Pattern.compile("[A-Za-z0-9_-]{43}");
    private static final int RETRY_AFTER_SECONDS = 2;

    private final Purge purge;
    private final Erasures erasures;
    private final Reauthentication reauthentication;
    private final ReceiptSigner signer;
    private final Clock clock;
    private final Scheduler blocking;

    /** @param blocking threads that may wait for the database */
    PurgeRoutes(
            Purge purge,
            Erasures erasures,
            Reauthentication reauthentication,
            ReceiptSigner signer,
            Clock clock,
            Scheduler blocking) {
        this.purge = purge;
        this.erasures = erasures;
        this.reauthentication = reauthentication;
        this.signer = signer;
        this.clock = clock;
        this.blocking = blocking;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.delete(PATH).problems(ProblemType.WRONG_PASSWORD), this::purge)
                .add(
                        Endpoint.get(PATH + "/{receipt}").access(Access.PUBLIC).problems(ProblemType.NOT_FOUND),
                        this::status)
                .add(
                        Endpoint.get(PATH + "/{receipt}/document")
                                .access(Access.PUBLIC)
                                .problems(ProblemType.NOT_FOUND),
                        this::document)
                .add(Endpoint.get(KEYS_PATH).access(Access.PUBLIC), this::keys);
    }

    private Mono<ServerResponse> purge(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.objectOrNothing(request, Reauthentication.FIELD)
                        .flatMap(body -> reauthentication.confirm(request, caller, body))
                        .flatMap(confirmed -> begin(caller.userId(), confirmed)))
                .flatMap(started -> {
                    String url = PATH + "/" + started.receipt();
                    return JsonResponses.json(
                            ServerResponse.status(202).header("Location", url).header("Cache-Control", "no-store"),
                            new Accepted(started.receipt(), url, url + "/document", started.requestedAt()));
                });
    }

    private Mono<Purge.Started> begin(UUID userId, Reauthentication.Confirmation confirmed) {
        return onDatabase(() -> purge.begin(userId, confirmed.passwordHash()));
    }

    private Mono<ServerResponse> status(ServerRequest request) {
        return find(request.pathVariable("receipt"))
                .flatMap(status -> JsonResponses.json(
                        ServerResponse.ok().header("Cache-Control", "no-store"), ReceiptView.of(status)));
    }

    private Mono<ServerResponse> document(ServerRequest request) {
        return find(request.pathVariable("receipt"))
                .flatMap(status -> onDatabase(() -> signer.sign(SignedReceipt.of(status, clock.instant()))))
                .flatMap(signed -> ServerResponse.ok()
                        .contentType(JOSE)
                        .header("Cache-Control", "no-store")
                        .header("Content-Disposition", "attachment; filename=\"mindful-receipt.jws\"")
                        .bodyValue(signed));
    }

    private Mono<ServerResponse> keys(ServerRequest request) {
        return onDatabase(signer::publicKeys)
                .flatMap(keys -> ServerResponse.ok()
                        .contentType(JWK_SET)
                        .cacheControl(CacheControl.maxAge(KEYS_CACHE_DURATION).cachePublic())
                        .bodyValue(keys));
    }

    private Mono<ErasureStatus> find(String receipt) {
        return RECEIPT.matcher(receipt).matches()
                ? onDatabase(() -> erasures.find(receipt))
                        .flatMap(Mono::justOrEmpty)
                        .switchIfEmpty(Mono.error(PurgeRoutes::unknown))
                : Mono.error(unknown());
    }

    private <T> Mono<T> onDatabase(Callable<T> work) {
        return Mono.fromCallable(work).subscribeOn(blocking).onErrorMap(PurgeRoutes::isUnavailable, e -> {
            log.warn(
                    "Database unavailable: request=purge, cause={}",
                    e.getClass().getSimpleName());
            return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable.");
        });
    }

    private static boolean isUnavailable(Throwable e) {
        return e instanceof SQLException || e instanceof UserKeyException || e instanceof RejectedExecutionException;
    }

    private static RuntimeException unknown() {
        return ProblemType.NOT_FOUND.withDetail("There is no such receipt.");
    }

    /** @param receipt shown in this response only */
    private record Accepted(String receipt, String statusUrl, String documentUrl, Instant requestedAt) {

        /** Without the receipt. */
        @Override
        public String toString() {
            return "Accepted";
        }
    }
}
