package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires the API description. */
@Configuration(value = "gatewayDocumentConfiguration", proxyBeanMethods = false)
public class DocumentConfiguration {

    /** A singleton, so that an endpoint without a description fails the start. */
    @Bean
    ApiDescription gatewayApiDescription(Endpoints endpoints) {
        return new ApiDescription(endpoints.all());
    }

    /** The description is one of the endpoints that it describes, hence the provider. */
    @Bean
    EndpointGroup gatewayDocumentRoutes(ObjectProvider<ApiDescription> description) {
        return new DocumentRoutes(description)::addTo;
    }
}
