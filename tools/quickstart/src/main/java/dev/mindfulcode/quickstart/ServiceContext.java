package dev.mindfulcode.quickstart;

import dev.mindfulcode.management.ServiceMetrics;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** Starts one service's Spring configuration as quickstart wants it. */
final class ServiceContext {

    private ServiceContext() {}

    /** Starts a context on the given settings and nothing else; see {@link ServiceEnvironment}. */
    static ConfigurableApplicationContext start(
            WebApplicationType type, Map<String, Object> settings, ServiceMetrics meters, Class<?>... configurations) {
        return new SpringApplicationBuilder(configurations)
                .environment(new ServiceEnvironment(settings))
                .web(type)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .addCommandLineProperties(false)
                .initializers(context -> {
                    context.getBeanFactory().registerSingleton("serviceMetrics", meters);
                    context.getBeanFactory().registerSingleton("meterRegistry", meters.registry());
                })
                .run();
    }
}
