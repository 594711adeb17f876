package dev.mindfulcode.apigateway;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** The gateway as a process of its own, configured by environment variables: see {@link GatewaySettings}. */
public final class GatewayApplication {

    private GatewayApplication() {}

    public static void main(String[] args) {
        new SpringApplicationBuilder(GatewayConfiguration.class, GatewayManagement.class)
                .web(WebApplicationType.REACTIVE)
                .bannerMode(Banner.Mode.OFF)
                .properties("spring.lifecycle.timeout-per-shutdown-phase=5s")
                .run(args);
    }
}
