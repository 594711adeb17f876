package dev.mindfulcode.apigateway.limits;

import dev.mindfulcode.apigateway.http.CallerAuthentication;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.limits.ClientAddresses;
import dev.mindfulcode.webkit.limits.ClientAddresses.ClientAddress;
import dev.mindfulcode.webkit.limits.Quota;
import dev.mindfulcode.webkit.limits.RateLimitResult;
import dev.mindfulcode.webkit.limits.TokenBuckets;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.security.Principal;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import reactor.core.publisher.Mono;

/**
 * The gateway's rate limits. Responses report the remaining quota in the fields of
 * draft-ietf-httpapi-ratelimit-headers: the policy {@code "user";q=1200;w=60} and the state {@code "user";r=1199;t=1}.
 *
 * <p>Its filters are not beans of type {@link WebFilter}, since they have two places within the security chain: the
 * address is counted before a token is verified, which costs more than counting, the user after.
 */
public final class RateLimits {

    private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

    private static final String POLICY = "RateLimit-Policy";
    private static final String STATE = "RateLimit";
    private static final String CLIENT = RateLimits.class.getName() + ".client";

    /** No network is exempt: each test is a request of this server to another one. */
    private static final Quota WEBHOOK_TEST = new Quota("webhook-test", 10, Duration.ofMinutes(1));

    private final LimitSettings settings;
    private final ClientAddresses addresses;
    private final TokenBuckets buckets;

    RateLimits(LimitSettings settings, TokenBuckets buckets) {
        this.settings = settings;
        this.addresses = new ClientAddresses(settings.trustedProxies(), settings.exempt(), RateLimits::warnOfUntrusted);
        this.buckets = buckets;
    }

    /** Without the peer's address, which is personal. */
    private static void warnOfUntrusted(String header) {
        log.warn(
                "Forwarding header ignored: header={}; its peer is not in TRUSTED_PROXIES. If this gateway is behind a"
                        + " proxy, add the proxy's network: until then all its clients share one rate limit."
                        + " Logged once per start.",
                header);
    }

    /** Counts the address of each request. */
    public WebFilter byAddress() {
        return (exchange, chain) -> isUnlimited(exchange)
                ? chain.filter(exchange)
                : countUnlessExempt(
                                exchange, settings.address(), client(exchange).subject())
                        .then(Mono.defer(() -> chain.filter(exchange)));
    }

    private static boolean isUnlimited(ServerWebExchange exchange) {
        Endpoint endpoint = Endpoints.find(exchange);
        return endpoint != null && endpoint.has(Endpoint.Feature.UNLIMITED);
    }

    /** Counts the user of each request, regardless of its address and credential. */
    public WebFilter byUser() {
        return (exchange, chain) -> exchange.getPrincipal()
                .ofType(CallerAuthentication.class)
                .map(Principal::getName)
                .flatMap(user ->
                        countUnlessExempt(exchange, settings.user(), user).thenReturn(user))
                .then(Mono.defer(() -> chain.filter(exchange)));
    }

    /**
     * Counts a sign-in attempt for its address and its account: guesses from many addresses are still guesses at one
     * account. Successful attempts count too, so that the remaining quota reveals nothing.
     */
    public Mono<SignInAttempt> signIn(ServerRequest request, String account) {
        return attempt(request, settings.signIn(), account);
    }

    /** Counts a registration attempt. */
    public Mono<SignInAttempt> register(ServerRequest request, String account) {
        return attempt(request, settings.register(), account);
    }

    /**
     * Counts a check of a signed-in user's current password as a sign-in attempt: a stolen access token must not allow
     * guessing the password. Networks are not exempt from it: no load test checks passwords.
     */
    public Mono<SignInAttempt> passwordCheck(ServerRequest request, String account) {
        ServerWebExchange exchange = request.exchange();
        Quota quota = settings.account();
        return countUnlessExempt(exchange, settings.signIn(), client(exchange).subject())
                .then(Mono.defer(() -> quota == null ? Mono.empty() : count(exchange, quota, account)))
                .thenReturn(newAttempt(exchange, account));
    }

    private Mono<SignInAttempt> attempt(ServerRequest request, @Nullable Quota byAddress, String account) {
        ServerWebExchange exchange = request.exchange();
        return countUnlessExempt(exchange, byAddress, client(exchange).subject())
                .then(Mono.defer(() -> countUnlessExempt(exchange, settings.account(), account)))
                .thenReturn(newAttempt(exchange, account));
    }

    private SignInAttempt newAttempt(ServerWebExchange exchange, String account) {
        ClientAddress client = client(exchange);
        return new SignInAttempt(account, client.isExempt() ? null : client.subject());
    }

    /** Counts a test delivery to a webhook of a team. */
    public Mono<Void> webhookTest(ServerRequest request, UUID teamId) {
        return count(request.exchange(), WEBHOOK_TEST, teamId.toString());
    }

    private ClientAddress client(ServerWebExchange exchange) {
        return (ClientAddress)
                exchange.getAttributes().computeIfAbsent(CLIENT, _ -> addresses.of(exchange.getRequest()));
    }

    private Mono<Void> countUnlessExempt(ServerWebExchange exchange, @Nullable Quota quota, String subject) {
        if (quota == null || client(exchange).isExempt()) {
            return Mono.empty();
        }
        return count(exchange, quota, subject);
    }

    private Mono<Void> count(ServerWebExchange exchange, Quota quota, String subject) {
        return buckets.tryConsume(quota, subject).flatMap(result -> {
            describe(exchange.getResponse().getHeaders(), quota, result);
            return result.isAllowed()
                    ? Mono.empty()
                    : Mono.error(ProblemType.RATE_LIMITED.retryAfter(
                            seconds(result.untilNext()),
                            "At most " + quota.requests() + " requests in "
                                    + quota.window().toSeconds() + " s."));
        });
    }

    private static void describe(HttpHeaders headers, Quota quota, RateLimitResult result) {
        String name = '"' + quota.name() + '"';
        append(
                headers,
                POLICY,
                name + ";q=" + quota.requests() + ";w=" + quota.window().toSeconds());
        append(headers, STATE, name + ";r=" + result.remaining() + ";t=" + seconds(result.untilFull()));
    }

    private static void append(HttpHeaders headers, String name, String item) {
        String before = headers.getFirst(name);
        headers.set(name, before == null ? item : before + ", " + item);
    }

    /** Rounds up, so that a client that waits as long does not retry too early. */
    private static int seconds(Duration wait) {
        return Math.toIntExact(wait.plusNanos(999_999_999).toSeconds());
    }
}
