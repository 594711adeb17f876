package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.apigateway.http.RouteGroup;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires documents. */
@Configuration(value = "gatewayDocumentConfiguration", proxyBeanMethods = false)
public class DocumentConfiguration {

    @Bean
    RouteGroup gatewayDocumentRoutes() {
        return new DocumentRoutes()::addTo;
    }
}
