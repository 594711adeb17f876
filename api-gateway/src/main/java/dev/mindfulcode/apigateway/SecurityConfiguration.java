package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.http.CallerAuthentication;
import dev.mindfulcode.apigateway.http.LiveTicketAuthentication;
import dev.mindfulcode.apigateway.http.OperatorToken;
import dev.mindfulcode.apigateway.http.ProblemExceptionHandler;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.live.LiveTickets;
import dev.mindfulcode.apigateway.privacy.ActivityRecorder;
import dev.mindfulcode.identity.CredentialException;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import dev.mindfulcode.webkit.problems.ProblemType;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.authentication.ReactiveAuthenticationManager;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
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
import org.springframework.security.web.server.authorization.AuthorizationContext;
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
 * Security: each request needs what its endpoint's {@link Access} declares. There are no cookies, hence no CSRF.
 * Ingest's endpoints, which may share the server, authenticate their requests themselves.
 */
@Configuration(value = "gatewaySecurityConfiguration", proxyBeanMethods = false)
@EnableWebFluxSecurity
class SecurityConfiguration {

    /** Ingest's own: it authenticates their requests. */
    private static final String[] INGEST = {
        IngestEndpoints.UPLOAD.path(), IngestEndpoints.FEATURES.path(), IngestEndpoints.WEB_SOCKET.path()
    };

    private static final String TOKEN_PARAMETER = "token";
    private static final String TICKET_PARAMETER = "ticket";

    /** Undeclared paths below these need a credential, so that a guess is refused like a guess at an endpoint. */
    private static final String ADMIN_PATHS = "/api/admin/";

    private static final String API_PATHS = "/api/";
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
            ActivityRecorder activity,
            RateLimits limits) {
        ReactiveAuthenticationManager manager = presented -> presented instanceof LiveTicketAuthentication live
                ? tickets.redeem(live.ticket()).map(CallerAuthentication::new)
                : callerOf(presented, credentials, activity);
        ReactiveAuthenticationManager operators =
                presented -> operator.matches(((BearerTokenAuthenticationToken) presented).getToken())
                        ? Mono.just(OperatorToken.authentication())
                        : manager.authenticate(presented);
        ServerAuthenticationEntryPoint unauthenticated = (exchange, e) -> ProblemExceptionHandler.write(
                exchange, ProblemType.UNAUTHENTICATED.withDetail("Sign in, or refresh the access token."));
        ServerAccessDeniedHandler denied = (exchange, e) ->
                ProblemExceptionHandler.write(exchange, ProblemType.FORBIDDEN.withDetail("Access denied."));
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
                .authorizeExchange(exchanges -> exchanges.anyExchange().access(SecurityConfiguration::authorize))
                .oauth2ResourceServer(server -> server.bearerTokenConverter(new RequestCredential())
                        .authenticationEntryPoint(unauthenticated)
                        .accessDeniedHandler(denied)
                        .authenticationManagerResolver(
                                exchange -> Mono.just(isForOperators(access(exchange)) ? operators : manager)))
                .exceptionHandling(failures ->
                        failures.authenticationEntryPoint(unauthenticated).accessDeniedHandler(denied))
                .build();
    }

    private static Mono<Authentication> callerOf(
            Authentication presented, CredentialVerifier credentials, ActivityRecorder activity) {
        String credential = ((BearerTokenAuthenticationToken) presented).getToken();
        return Mono.fromFuture(() -> credentials.verify(credential))
                .doOnNext(identity -> activity.record(identity.userId()))
                .<Authentication>map(CallerAuthentication::new)
                .onErrorMap(CredentialException.class, SecurityConfiguration::refusal);
    }

    private static Mono<AuthorizationResult> authorize(
            Mono<Authentication> authentication, AuthorizationContext context) {
        return switch (access(context.getExchange())) {
            case PUBLIC, USER_CHECKED_BY_HANDLER -> Mono.just(new AuthorizationDecision(true));
            case USER -> hasAuthority(authentication, CallerAuthentication.SIGNED_IN);
            case USER_OR_INGEST_KEY -> hasAuthority(authentication, CallerAuthentication.INGEST);
            case USER_OR_READ_KEY -> hasAuthority(authentication, CallerAuthentication.READ);
            case OPERATOR -> hasAuthority(authentication, OperatorToken.OPERATOR);
            case OPERATOR_OR_LOCAL ->
                MetricsAccess.isLocal(context.getExchange().getRequest())
                        ? Mono.just(new AuthorizationDecision(true))
                        : hasAuthority(authentication, OperatorToken.OPERATOR);
        };
    }

    private static Mono<AuthorizationResult> hasAuthority(Mono<Authentication> authentication, String authority) {
        return authentication
                .map(caller ->
                        caller.getAuthorities().stream().anyMatch(granted -> authority.equals(granted.getAuthority())))
                .defaultIfEmpty(false)
                .map(AuthorizationDecision::new);
    }

    private static Access access(ServerWebExchange exchange) {
        Access declared = Endpoints.access(exchange);
        if (declared != null) {
            return declared;
        }
        String path = exchange.getRequest().getPath().pathWithinApplication().value();
        return path.startsWith(ADMIN_PATHS)
                ? Access.OPERATOR
                : path.startsWith(API_PATHS) ? Access.USER : Access.PUBLIC;
    }

    private static boolean isForOperators(Access access) {
        return access == Access.OPERATOR || access == Access.OPERATOR_OR_LOCAL;
    }

    private static RuntimeException refusal(CredentialException e) {
        return switch (e.reason()) {
            case REFUSED -> new InvalidBearerTokenException(e.detail());
            case UNAVAILABLE -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, e.detail() + ".");
        };
    }

    /** Requests that the firewall rejects, such as those whose path is not normalised, get a problem document too. */
    @Bean
    ServerExchangeRejectedHandler gatewayRejectedExchanges() {
        return (exchange, e) -> ProblemExceptionHandler.write(
                exchange, ProblemType.INVALID_REQUEST.withDetail("Malformed request path or header."));
    }

    /**
     * Reads the credential of a request from the Authorization header or, where the endpoint declares them, from the
     * parameters that pages use, which cannot set headers on a live connection.
     */
    private static final class RequestCredential implements ServerAuthenticationConverter {

        private final ServerAuthenticationConverter header = new ServerBearerTokenAuthenticationConverter();

        @Override
        public Mono<Authentication> convert(ServerWebExchange exchange) {
            ServerHttpRequest request = exchange.getRequest();
            if (request.getMethod().equals(HttpMethod.GET)) {
                String ticket = parameter(exchange, Feature.TICKET_PARAMETER, TICKET_PARAMETER);
                if (ticket != null && !request.getHeaders().containsHeader(HttpHeaders.AUTHORIZATION)) {
                    return Mono.just(new LiveTicketAuthentication(ticket));
                }
                String token = parameter(exchange, Feature.TOKEN_PARAMETER, TOKEN_PARAMETER);
                if (token != null) {
                    return Mono.just(new BearerTokenAuthenticationToken(token));
                }
            }
            return access(exchange) == Access.PUBLIC ? Mono.empty() : header.convert(exchange);
        }

        private static @Nullable String parameter(ServerWebExchange exchange, Feature feature, String name) {
            Endpoint endpoint = Endpoints.find(exchange);
            String value = exchange.getRequest().getQueryParams().getFirst(name);
            return endpoint == null || !endpoint.has(feature) || value == null || value.isBlank() ? null : value;
        }
    }
}
