package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires documents. */
@Configuration(value = "gatewayDocumentConfiguration", proxyBeanMethods = false)
public class DocumentConfiguration {

    @Bean
    EndpointGroup gatewayDocumentRoutes() {
        return new DocumentRoutes()::addTo;
    }
}
