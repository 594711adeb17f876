package dev.mindfulcode.gateway.http;

/** Routes that belong together. */
@FunctionalInterface
public interface RouteGroup {

    void addTo(Routes routes);
}
