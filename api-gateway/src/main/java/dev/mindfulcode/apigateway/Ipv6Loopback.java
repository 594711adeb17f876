package dev.mindfulcode.apigateway;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.web.server.WebServer;
import org.springframework.boot.web.server.context.WebServerGracefulShutdownLifecycle;
import org.springframework.context.SmartLifecycle;
import org.springframework.http.server.reactive.HttpHandler;

/**
 * A second listener on ::1 for a server on 127.0.0.1, at the same port: many programs try ::1 first for
 * {@code localhost}. Machines without IPv6 have no second listener.
 */
final class Ipv6Loopback implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(Ipv6Loopback.class);
    private static final InetAddress ADDRESS = InetAddress.ofLiteral("::1");

    private final NettyReactiveWebServerFactory factory;
    private final HttpHandler handler;
    private final IntSupplier port;
    private final boolean isNeeded;
    private @Nullable WebServer server;

    /**
     * @param port of the first listener, which has started when this is called
     * @param first address of the first listener; null if it listens on all addresses
     */
    Ipv6Loopback(
            NettyReactiveWebServerFactory factory, HttpHandler handler, IntSupplier port, @Nullable InetAddress first) {
        this.factory = factory;
        this.handler = handler;
        this.port = port;
        this.isNeeded = isNeeded(first, Ipv6Loopback::isLocalAddress);
    }

    static boolean isNeeded(@Nullable InetAddress first, Predicate<InetAddress> isLocalAddress) {
        return first instanceof Inet4Address && first.isLoopbackAddress() && isLocalAddress.test(ADDRESS);
    }

    private static boolean isLocalAddress(InetAddress address) {
        try {
            return NetworkInterface.getByInetAddress(address) != null;
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public synchronized void start() {
        if (!isNeeded || server != null) {
            return;
        }
        factory.setAddress(ADDRESS);
        factory.setPort(port.getAsInt());
        WebServer listener = factory.getWebServer(handler);
        listener.start();
        server = listener;
        log.info("Web server also listens on ::1: port={}", listener.getPort());
    }

    @Override
    public void stop(Runnable stopped) {
        WebServer stopping = detach();
        if (stopping == null) {
            stopped.run();
            return;
        }
        stopping.shutDownGracefully(_ -> {
            stopping.stop();
            stopped.run();
        });
    }

    @Override
    public void stop() {
        WebServer stopping = detach();
        if (stopping != null) {
            stopping.stop();
        }
    }

    private synchronized @Nullable WebServer detach() {
        WebServer detached = server;
        server = null;
        return detached;
    }

    @Override
    public synchronized boolean isRunning() {
        return server != null;
    }

    /** Starts after the first listener, and stops with its graceful shutdown. */
    @Override
    public int getPhase() {
        return WebServerGracefulShutdownLifecycle.SMART_LIFECYCLE_PHASE;
    }
}
