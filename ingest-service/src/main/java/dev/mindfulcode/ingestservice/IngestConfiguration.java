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
 * Ingest for a reactive web server of the context: {@code POST /api/keystrokes} and {@code GET /ws/ingest}, which
 * authenticate their requests.
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
    KeystrokePublisher keystrokePublisher(Ingest ingest) {
        return ingest.publisher();
    }

    @Bean
    IngestLifecycle ingestLifecycle(Ingest ingest) {
        return ingest.lifecycle();
    }

    @Bean
    RouterFunction<ServerResponse> ingestRoutes(Ingest ingest) {
        return ingest.routes();
    }

    /** Netty prefers io_uring when present, which measured several times slower here than epoll and NIO. */
    private static void requireNoIoUring() {
        if (ClassUtils.isPresent(IO_URING, null)) {
            throw new IllegalStateException(
                    "netty-transport-native-io_uring is on the class path; remove it, io_uring is slower than epoll");
        }
    }
}
