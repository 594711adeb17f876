package dev.mindfulcode.webkit.endpoints;

/** Routes that belong together. */
@FunctionalInterface
public interface EndpointGroup {

    void addTo(Endpoints routes);
}
