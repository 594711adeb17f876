package dev.mindfulcode.apigateway.limits;

import dev.mindfulcode.apigateway.http.CallerAuthentication;
import dev.mindfulcode.apigateway.limits.ClientAddresses.ClientAddress;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
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
 * Who asks too often is told to wait. Each answer says what is left, in the fields of
 * draft-ietf-httpapi-ratelimit-headers: the policy {@code "user";q=1200;w=60} and the state {@code "user";r=1199;t=1}.
 *
 * <p>Not beans of type {@link WebFilter}, since they belong at two places within the security chain: the address is
 * counted before a token is verified, which costs more than counting, the user after.
 */
public final class RateLimits {

    private static final Logger log = LoggerFactory.getLogger(RateLimits.class);

    private static final String POLICY = "RateLimit-Policy";
    private static final String STATE = "RateLimit";
    private static final String CLIENT = RateLimits.class.getName() + ".client";

    /** Nobody is exempt: each one is a request of ours to somebody else's server. */
    private static final Quota WEBHOOK_TEST = new Quota("webhook-test", 10, Duration.ofMinutes(1));

    private final LimitSettings settings;
    private final ClientAddresses addresses;
    private final TokenBuckets buckets;

    RateLimits(LimitSettings settings, TokenBuckets buckets) {
        this.settings = settings;
        this.addresses = new ClientAddresses(settings.trustedProxies(), settings.exempt(), RateLimits::warnOfUntrusted);
        this.buckets = buckets;
    }

    /** Without the peer's address, which is personal where the header was made up by a client. */
    private static void warnOfUntrusted(String header) {
        log.warn(
                "Forwarding header ignored: {} came from a peer that TRUSTED_PROXIES does not name. If a proxy stands in front"
                        + " of this gateway, name its network there: until then all its clients share one rate limit."
                        + " Logged once per start.",
                header);
    }

    /** Counts the address of each request. */
    public WebFilter byAddress() {
        return (exchange, chain) -> isUnlimited(exchange)
                ? chain.filter(exchange)
                : take(exchange, settings.address(), client(exchange).subject())
                        .then(Mono.defer(() -> chain.filter(exchange)));
    }

    private static boolean isUnlimited(ServerWebExchange exchange) {
        Endpoint endpoint = Endpoints.find(exchange);
        return endpoint != null && endpoint.has(Endpoint.Feature.UNLIMITED);
    }

    /** Counts the user of each request, wherever it comes from and whichever of their credentials it brings. */
    public WebFilter byUser() {
        return (exchange, chain) -> exchange.getPrincipal()
                .ofType(CallerAuthentication.class)
                .map(Principal::getName)
                .flatMap(user -> take(exchange, settings.user(), user).thenReturn(user))
                .then(Mono.defer(() -> chain.filter(exchange)));
    }

    /**
     * Counts an attempt to sign in, for where it comes from and for the account it goes to: guesses that are spread
     * over many addresses are still guesses at one account. Successful ones count too, so that nothing can be told from
     * what is left.
     */
    public Mono<SignInAttempt> signIn(ServerRequest request, String account) {
        return attempt(request, settings.signIn(), account);
    }

    /** Counts an attempt to make an account. */
    public Mono<SignInAttempt> register(ServerRequest request, String account) {
        return attempt(request, settings.register(), account);
    }

    /**
     * Counts a check of the current password of somebody who is signed in, as an attempt to sign in to the account:
     * with a stolen access token these checks would be a way to guess the password. Exempt networks do not exempt from
     * it: no load run checks passwords.
     */
    public Mono<SignInAttempt> passwordCheck(ServerRequest request, String account) {
        ServerWebExchange exchange = request.exchange();
        Quota quota = settings.account();
        return take(exchange, settings.signIn(), client(exchange).subject())
                .then(Mono.defer(() -> quota == null ? Mono.empty() : count(exchange, quota, account)))
                .thenReturn(counted(exchange, account));
    }

    private Mono<SignInAttempt> attempt(ServerRequest request, @Nullable Quota byAddress, String account) {
        ServerWebExchange exchange = request.exchange();
        return take(exchange, byAddress, client(exchange).subject())
                .then(Mono.defer(() -> take(exchange, settings.account(), account)))
                .thenReturn(counted(exchange, account));
    }

    private SignInAttempt counted(ServerWebExchange exchange, String account) {
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

    private Mono<Void> take(ServerWebExchange exchange, @Nullable Quota quota, String subject) {
        if (quota == null || client(exchange).isExempt()) {
            return Mono.empty();
        }
        return count(exchange, quota, subject);
    }

    private Mono<Void> count(ServerWebExchange exchange, Quota quota, String subject) {
        return buckets.tryConsume(quota, subject).flatMap(take -> {
            describe(exchange.getResponse().getHeaders(), quota, take);
            return take.isAllowed()
                    ? Mono.empty()
                    : Mono.error(ProblemType.RATE_LIMITED.retryAfter(
                            seconds(take.untilNext()),
                            "At most " + quota.requests() + " in "
                                    + quota.window().toSeconds() + " s."));
        });
    }

    private static void describe(HttpHeaders headers, Quota quota, RateLimitResult take) {
        String name = '"' + quota.name() + '"';
        append(
                headers,
                POLICY,
                name + ";q=" + quota.requests() + ";w=" + quota.window().toSeconds());
        append(headers, STATE, name + ";r=" + take.remaining() + ";t=" + seconds(take.untilFull()));
    }

    private static void append(HttpHeaders headers, String name, String item) {
        String before = headers.getFirst(name);
        headers.set(name, before == null ? item : before + ", " + item);
    }

    /** Rounded up, so that who waits as told has not come too early. */
    private static int seconds(Duration wait) {
        return Math.toIntExact(wait.plusNanos(999_999_999).toSeconds());
    }
}
