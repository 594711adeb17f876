package dev.mindfulcode.apigateway.privacy;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.privacy.PrivacySettings.Settings;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Wires {@link PrivacySettings} and {@code /api/privacy/settings}. */
@Configuration(value = "gatewayPrivacyConfiguration", proxyBeanMethods = false)
public class PrivacyConfiguration {

    @Bean
    PrivacySettings gatewayPrivacySettings(Database database) {
        return new PrivacySettings(database);
    }

    @Bean
    EndpointGroup gatewayPrivacyRoutes(PrivacySettings settings) {
        return endpoints -> endpoints
                .add(
                        Endpoint.get("/api/privacy/settings"),
                        request -> Caller.of(request)
                                .flatMap(caller -> settings.read(caller.userId()))
                                .flatMap(JsonResponses::ok))
                .add(
                        Endpoint.put("/api/privacy/settings"),
                        request -> Caller.of(request)
                                .flatMap(caller -> RequestBodies.object(request, "keep_detections")
                                        .map(body -> new Settings(
                                                body.required("keep_detections", body.bool("keep_detections"))))
                                        .flatMap(chosen -> settings.update(caller.userId(), chosen)))
                                .flatMap(JsonResponses::ok));
    }
}
