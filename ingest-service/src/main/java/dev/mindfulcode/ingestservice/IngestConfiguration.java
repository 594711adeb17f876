package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Ingest as part of a reactive web server that somebody else provides: {@code POST /api/keystrokes} and
 * {@code GET /ws/ingest}, which authenticate by themselves.
 *
 * <p>Reads JWT_SECRET and OIDC_ISSUER_URI (both optional), ENCRYPTION_KEY, DATABASE_URL, KAFKA_BOOTSTRAP_SERVERS,
 * SCHEMA_REGISTRY_URL, MINDFUL_REGISTER_SCHEMAS (default false) and MINDFUL_INGEST_IN_FLIGHT_BYTES (default 32 MiB). A
 * {@link MeterRegistry}, a {@link Clock} and {@link ConnectionLimits} are used where the context has one.
 */
@Configuration(proxyBeanMethods = false)
public class IngestConfiguration {

    private static final String IO_URING = "io.netty.channel.uring.IoUring";

    @Bean
    Ingest ingest(
            Environment environment,
            ObjectProvider<MeterRegistry> meters,
            ObjectProvider<Clock> clock,
            ObjectProvider<ConnectionLimits> rules) {
        requireNoIoUring();
        return new Ingest(
                IngestSettings.from(environment),
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
