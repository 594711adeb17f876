package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.http.CallerAuthentication;
import dev.mindfulcode.apigateway.http.LiveTicketAuthentication;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.apigateway.http.ProblemExceptionHandler;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.live.LiveTickets;
import dev.mindfulcode.identity.CredentialException;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.oauth2.server.resource.InvalidBearerTokenException;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.web.server.authentication.ServerBearerTokenAuthenticationConverter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.ServerAuthenticationEntryPoint;
import org.springframework.security.web.server.authentication.ServerAuthenticationConverter;
import org.springframework.security.web.server.authorization.ServerAccessDeniedHandler;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerExchangeRejectedHandler;
import org.springframework.security.web.server.header.ReferrerPolicyServerHttpHeadersWriter.ReferrerPolicy;
import org.springframework.security.web.server.header.XFrameOptionsServerHttpHeadersWriter.Mode;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.util.matcher.NegatedServerWebExchangeMatcher;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatchers;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/**
 * Who may call what. All under {@code /api}, {@code /ws} and {@code /graphql} needs an access token, except signing in,
 * and opening {@code /graphql} as a WebSocket, which may bring the token in its first message; an API key opens what an
 * editor needs and nothing else; all under {@code /api/admin} needs the operator's token, and {@code /metrics} does
 * from other machines; no cookies, hence no CSRF; no other origins. Ingest's two routes authenticate themselves and are
 * left alone.
 */
@Configuration(value = "gatewaySecurityConfiguration", proxyBeanMethods = false)
@EnableWebFluxSecurity
class SecurityConfiguration {

    private static final String[] INGEST = {"/api/keystrokes", "/ws/ingest"};
    private static final String LIVE = "/ws";
    private static final String GRAPH = "/graphql";
    private static final String ADMIN = "/api/admin/";
    private static final String METRICS = "/metrics";
    private static final String TOKEN_PARAMETER = "token";
    private static final String TICKET_PARAMETER = "ticket";

    /** What a page opens by itself, without fields of its own. */
    private static final Pattern ALSO_WITH_TICKET =
            Pattern.compile("/ws|/graphql|/api/flow/stream|/api/analytics/[^/]+/progress");

    /** For an editor that cannot log in: it starts the session that its keystrokes belong to. */
    private static final String[] ALSO_WITH_API_KEY_POST = {
        "/api/sessions/start", "/api/sessions/*/pause", "/api/sessions/*/resume", "/api/sessions/*/end"
    };

    private static final String ALSO_WITH_API_KEY_PUT = "/api/sessions/*/update";
    private static final int RETRY_AFTER_SECONDS = 2;

    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none';" + " form-action 'self'; frame-ancestors 'none'";
    private static final String PERMISSIONS_POLICY = "camera=(), geolocation=(), microphone=(), payment=(), usb=()";

    @Bean
    @Order(Ordered.LOWEST_PRECEDENCE - 10)
    SecurityWebFilterChain gatewaySecurity(
            ServerHttpSecurity http,
            CredentialVerifier credentials,
            LiveTickets tickets,
            OperatorToken operator,
            RateLimits limits) {
        ReactiveAuthenticationManager manager = presented -> presented instanceof LiveTicketAuthentication shown
                ? tickets.redeem(shown.ticket()).map(CallerAuthentication::new)
                : callerOf(presented, credentials);
        ReactiveAuthenticationManager operators =
                presented -> operator.is(((BearerTokenAuthenticationToken) presented).getToken())
                        ? Mono.just(OperatorToken.authentication())
                        : manager.authenticate(presented);
        ServerAuthenticationEntryPoint unauthenticated = (exchange, e) -> ProblemExceptionHandler.write(
                exchange, ProblemType.UNAUTHENTICATED.withDetail("Sign in, or refresh the access token."));
        ServerAccessDeniedHandler denied = (exchange, e) ->
                ProblemExceptionHandler.write(exchange, ProblemType.FORBIDDEN.withDetail("Not allowed."));
        return http.securityMatcher(new NegatedServerWebExchangeMatcher(ServerWebExchangeMatchers.pathMatchers(INGEST)))
                .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                .requestCache(cache -> cache.requestCache(NoOpServerRequestCache.getInstance()))
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .cors(ServerHttpSecurity.CorsSpec::disable)
                .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
                .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
                .logout(ServerHttpSecurity.LogoutSpec::disable)
                .headers(headers -> headers.contentSecurityPolicy(
                                policy -> policy.policyDirectives(CONTENT_SECURITY_POLICY))
                        .frameOptions(frames -> frames.mode(Mode.DENY))
                        .referrerPolicy(referrer -> referrer.policy(ReferrerPolicy.NO_REFERRER))
                        .permissionsPolicy(permissions -> permissions.policy(PERMISSIONS_POLICY)))
                .addFilterBefore(limits.byAddress(), SecurityWebFiltersOrder.AUTHENTICATION)
                .addFilterAfter(limits.byUser(), SecurityWebFiltersOrder.AUTHORIZATION)
                .authorizeExchange(exchanges -> exchanges
                        // Which methods a path has is no secret: OPTIONS says it, and 405 to any other.
                        .pathMatchers(HttpMethod.OPTIONS)
                        .permitAll()
                        .pathMatchers("/api/auth/*")
                        .permitAll()
                        .pathMatchers(HttpMethod.POST, ALSO_WITH_API_KEY_POST)
                        .authenticated()
                        .pathMatchers(HttpMethod.PUT, ALSO_WITH_API_KEY_PUT)
                        .authenticated()
                        .pathMatchers(HttpMethod.GET, GRAPH)
                        .permitAll()
                        .pathMatchers(HttpMethod.HEAD, GRAPH)
                        .permitAll()
                        .pathMatchers(ADMIN + "**")
                        .hasAuthority(OperatorToken.OPERATOR)
                        .pathMatchers(METRICS)
                        .access(MetricsAccess::authorize)
                        .pathMatchers("/api/**", LIVE, GRAPH)
                        .hasAuthority(CallerAuthentication.SIGNED_IN)
                        .anyExchange()
                        .permitAll())
                .oauth2ResourceServer(server -> server.bearerTokenConverter(new TokenOfRequest())
                        .authenticationEntryPoint(unauthenticated)
                        .accessDeniedHandler(denied)
                        .authenticationManagerResolver(
                                exchange -> Mono.just(isOperators(path(exchange)) ? operators : manager)))
                .exceptionHandling(failures ->
                        failures.authenticationEntryPoint(unauthenticated).accessDeniedHandler(denied))
                .build();
    }

    private static Mono<Authentication> callerOf(Authentication presented, CredentialVerifier credentials) {
        String credential = ((BearerTokenAuthenticationToken) presented).getToken();
        return Mono.fromFuture(() -> credentials.verify(credential))
                .<Authentication>map(CallerAuthentication::new)
                .onErrorMap(CredentialException.class, SecurityConfiguration::refusal);
    }

    private static boolean isOperators(String path) {
        return path.startsWith(ADMIN) || path.equals(METRICS);
    }

    private static String path(ServerWebExchange exchange) {
        return exchange.getRequest().getPath().pathWithinApplication().value();
    }

    private static RuntimeException refusal(CredentialException e) {
        return switch (e.reason()) {
            case REFUSED -> new InvalidBearerTokenException(e.detail());
            case UNAVAILABLE -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, e.detail() + ".");
        };
    }

    /** What the firewall refuses (a path that is not normal, say) is a problem document as well. */
    @Bean
    ServerExchangeRejectedHandler gatewayRejectedExchanges() {
        return (exchange, e) -> ProblemExceptionHandler.write(
                exchange, ProblemType.INVALID_REQUEST.withDetail("The request is not a normal one."));
    }

    /**
     * The token in the Authorization header; on {@code /ws} and GET {@code /graphql} also as a parameter, since
     * browsers let no page set headers there, and a ticket on every live connection. Where no token is needed none is
     * read, so that a client with an expired one can still refresh it.
     */
    private static final class TokenOfRequest implements ServerAuthenticationConverter {

        private final ServerAuthenticationConverter header = new ServerBearerTokenAuthenticationConverter();

        @Override
        public Mono<Authentication> convert(ServerWebExchange exchange) {
            String path = path(exchange);
            String ticket = ticket(exchange, path);
            if (ticket != null) {
                return Mono.just(new LiveTicketAuthentication(ticket));
            }
            if (path.equals(LIVE)
                    || (path.equals(GRAPH) && exchange.getRequest().getMethod() == HttpMethod.GET)) {
                String token = exchange.getRequest().getQueryParams().getFirst(TOKEN_PARAMETER);
                if (token != null && !token.isBlank()) {
                    return Mono.just(new BearerTokenAuthenticationToken(token));
                }
            }
            return needsToken(path) ? header.convert(exchange) : Mono.empty();
        }

        private static @Nullable String ticket(ServerWebExchange exchange, String path) {
            ServerHttpRequest request = exchange.getRequest();
            String ticket = request.getQueryParams().getFirst(TICKET_PARAMETER);
            return ticket != null
                            && !ticket.isBlank()
                            && request.getMethod().equals(HttpMethod.GET)
                            && !request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)
                            && ALSO_WITH_TICKET.matcher(path).matches()
                    ? ticket
                    : null;
        }

        private static boolean needsToken(String path) {
            return (path.startsWith("/api/") && !path.startsWith("/api/auth/"))
                    || path.equals(LIVE)
                    || path.equals(METRICS)
                    || path.equals("/graphql");
        }
    }
}
