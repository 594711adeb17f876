package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.webkit.endpoints.Endpoint;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.cors.CorsConfiguration;
import org.springframework.web.cors.reactive.CorsWebFilter;
import org.springframework.web.server.WebFilter;

/**
 * The origins whose pages may call the API from a browser; none by default. There are no cookies, so pages of other
 * origins can send requests, as any client can, but cannot read responses.
 */
public final class CrossOrigins {

    private static final int ORIGINS_MAX = 100;
    private static final Duration PREFLIGHT_MAX_AGE = Duration.ofHours(1);
    private static final List<String> REQUEST_HEADERS = List.of(
            HttpHeaders.AUTHORIZATION, HttpHeaders.CONTENT_TYPE, "X-Read-After", "Idempotency-Key", "Last-Event-ID");
    private static final List<String> EXPOSED_HEADERS = List.of(
            "X-Read-After",
            "X-Export-Id",
            "RateLimit",
            "RateLimit-Policy",
            HttpHeaders.RETRY_AFTER,
            HttpHeaders.LOCATION);

    private CrossOrigins() {}

    /**
     * Returns the filter for CORS_ORIGINS: origins separated by commas.
     *
     * @throws IllegalStateException if one is not an origin
     */
    public static WebFilter filter(@Nullable String text, List<Endpoint> endpoints) {
        Set<String> origins = parse(text);
        if (origins.isEmpty()) {
            return (exchange, chain) -> chain.filter(exchange);
        }
        CorsConfiguration allowed = new CorsConfiguration();
        allowed.setAllowedOrigins(List.copyOf(origins));
        allowed.setAllowedMethods(endpoints.stream()
                .map(endpoint -> endpoint.method().name())
                .distinct()
                .toList());
        allowed.setAllowedHeaders(REQUEST_HEADERS);
        allowed.setExposedHeaders(EXPOSED_HEADERS);
        allowed.setAllowCredentials(false);
        allowed.setMaxAge(PREFLIGHT_MAX_AGE);
        // Requests of other origins are served without the headers, not refused: behind a proxy that ends TLS the
        // dashboard's own requests look like theirs.
        return new CorsWebFilter(
                exchange -> origins.contains(exchange.getRequest().getHeaders().getOrigin()) ? allowed : null);
    }

    private static Set<String> parse(@Nullable String text) {
        Set<String> origins = new LinkedHashSet<>();
        for (String part : text == null || text.isBlank() ? new String[0] : text.split(",", -1)) {
            String origin = part.strip().toLowerCase(Locale.ROOT);
            if (!isOrigin(origin) || origins.size() == ORIGINS_MAX) {
                throw new IllegalStateException("CORS_ORIGINS contains '" + origin + "'; must be at most " + ORIGINS_MAX
                        + " origins separated by commas, such as https://app.example.org,http://localhost:5173.");
            }
            origins.add(origin);
        }
        return origins;
    }

    /** Returns whether text is a scheme, a host and an optional port. A star or null would allow all origins. */
    private static boolean isOrigin(String text) {
        try {
            URI uri = URI.create(text);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && text.equals(uri.getScheme() + "://" + uri.getRawAuthority())
                    && uri.getRawUserInfo() == null;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
