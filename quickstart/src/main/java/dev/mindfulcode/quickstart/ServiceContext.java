package dev.mindfulcode.quickstart;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Starts one service's Spring configuration as quickstart wants it. */
final class ServiceContext {

    private ServiceContext() {}

    /**
     * Starts a context on the given settings and nothing else: what the person's shell happens to define (a DATABASE_URL of
     * another project, say) does not count.
     */
    static ConfigurableApplicationContext start(
            WebApplicationType type, Map<String, Object> settings, MeterRegistry meters, Class<?>... configurations) {
        return new SpringApplicationBuilder(configurations)
                .web(type)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .registerShutdownHook(false)
                .addCommandLineProperties(false)
                .initializers(context -> {
                    context.getEnvironment()
                            .getPropertySources()
                            .addFirst(new MapPropertySource("quickstart", settings));
                    context.getBeanFactory().registerSingleton("meterRegistry", meters);
                })
                .run();
    }
}
