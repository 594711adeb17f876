package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Ingest as part of a reactive web server that somebody else provides: {@code POST /api/keystrokes} and
 * {@code GET /ws/ingest}, which authenticate by themselves.
 *
 * <p>{@link IngestSettings} lists the environment variables. A {@link MeterRegistry}, a {@link Clock} and
 * {@link ConnectionLimits} are used if the context has them.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(IngestSettings.class)
public class IngestConfiguration {

    private static final String IO_URING = "io.netty.channel.uring.IoUring";

    @Bean
    Ingest ingest(
            IngestSettings settings,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<Clock> clock,
            ObjectProvider<ConnectionLimits> rules) {
        requireNoIoUring();
        return new Ingest(
                settings,
                meters.getIfAvailable(SimpleMeterRegistry::new),
                clock.getIfAvailable(Clock::systemUTC),
                rules.getIfAvailable(() -> ConnectionLimits.STANDARD));
    }

    @Bean
    IngestLifecycle ingestShutdown(Ingest ingest) {
        return ingest.shutdown();
    }

    @Bean
    RouterFunction<ServerResponse> ingestRoutes(Ingest ingest) {
        return ingest.routes();
    }

    /** Netty takes it where it is there, and it is several times slower here (measured) than epoll or NIO. */
    private static void requireNoIoUring() {
        if (ClassUtils.isPresent(IO_URING, null)) {
            throw new IllegalStateException("io_uring is on the class path: leave netty-transport-native-io_uring out");
        }
    }
}
