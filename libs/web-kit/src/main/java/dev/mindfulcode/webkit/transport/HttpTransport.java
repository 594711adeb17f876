package dev.mindfulcode.webkit.transport;

import io.netty.channel.ChannelPipeline;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;

/** Configures the connections of a web server. */
public final class HttpTransport {

    static final int REQUEST_LINE_BYTES_MAX = 8 * 1024;
    static final int HEADER_BYTES_MAX = 16 * 1024;
    static final Duration IDLE_CONNECTION_TIMEOUT = Duration.ofSeconds(75);

    private HttpTransport() {}

    /**
     * Returns the server with bounds on requests, {@link HttpConformance} and the timeouts of {@code rules}.
     *
     * @param open counts the open connections
     */
    public static HttpServer configure(HttpServer server, ConnectionLimits rules, AtomicInteger open) {
        HttpServer configured = server.idleTimeout(IDLE_CONNECTION_TIMEOUT)
                .httpRequestDecoder(limits ->
                        limits.maxInitialLineLength(REQUEST_LINE_BYTES_MAX).maxHeaderSize(HEADER_BYTES_MAX))
                .doOnChannelInit((_, channel, _) -> {
                    open.incrementAndGet();
                    channel.closeFuture().addListener(_ -> open.decrementAndGet());
                    ChannelPipeline pipeline = channel.pipeline();
                    pipeline.addFirst("mindful.writeTimeout", new WriteTimeout(rules.writeTimeout()));
                    pipeline.addAfter(NettyPipeline.HttpCodec, "mindful.http", new HttpConformance(rules));
                });
        // Netty does not see bytes in the kernel's buffer; Linux has its own timeout for them.
        return Epoll.isAvailable()
                ? configured.childOption(
                        EpollChannelOption.TCP_USER_TIMEOUT,
                        Math.toIntExact(rules.writeTimeout().toMillis()))
                : configured;
    }
}
