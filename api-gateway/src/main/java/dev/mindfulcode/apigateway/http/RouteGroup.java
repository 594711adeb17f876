package dev.mindfulcode.apigateway.http;

/** Routes that belong together. */
@FunctionalInterface
public interface RouteGroup {

    void addTo(Routes routes);
}
