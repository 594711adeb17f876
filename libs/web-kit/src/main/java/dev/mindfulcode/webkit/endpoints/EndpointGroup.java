package dev.mindfulcode.webkit.endpoints;

/** Endpoints that belong together. */
@FunctionalInterface
public interface EndpointGroup {

    void addTo(Endpoints endpoints);
}
